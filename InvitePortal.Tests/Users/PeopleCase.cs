using System.Text.Json;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users;

/// <summary>What tests of managing people do again and again.</summary>
internal static class PeopleCase
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<AppUser> StoredAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == id, Ct);
    }

    public static async Task<string> VersionAsync(this ServiceHost host, Guid id) => (await host.StoredAsync(id)).ConcurrencyStamp!;

    public static async Task<Result<string>> EditAsync(this ServiceHost host, TestPerson by, Guid id, Func<EditUser, EditUser> change) =>
        await host.Get<UserService>().EditAsync(by.Actor, id, change(new EditUser(await host.VersionAsync(id))), Ct);

    public static Task<Result<BulkReport>> ChangeAsync(this ServiceHost host, TestPerson by, UserAction action, PersonStatus? status, Role? role, params Guid[] ids) =>
        host.Get<UserBulkService>().RunAsync(
            by.Actor, new ChangeUsers(new UserSelection([.. ids.Select(id => new SelectedUser(id))], null), action, status, role), null, Ct);

    public static async Task<int> SessionsAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.Sessions.CountAsync(s => s.UserId == id, Ct);
    }

    public static async Task<List<AuditEntry>> AuditAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.AuditEntries.AsNoTracking().Where(e => e.SubjectId == id).OrderBy(e => e.At).ThenBy(e => e.Id).ToListAsync(Ct);
    }

    public static async Task SetRolesAsync(this ServiceHost host, Guid id, params Role[] roles)
    {
        var bits = RoleBits.Of(roles);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, bits), Ct);
    }

    public static async Task<int> ActiveSuperAdminsAsync(this ServiceHost host)
    {
        var bit = RoleBits.Of(Role.SuperAdmin);
        await using var db = host.Open();
        return await db.Users.CountAsync(u => u.Status == PersonStatus.Active && (u.RoleBits & bit) != 0, Ct);
    }

    /// <summary>Many people at once, straight in the database.</summary>
    public static async Task<IReadOnlyList<Guid>> AddManyAsync(this ServiceHost host, int count, Role role = Role.Student, string name = "Pupil")
    {
        var now = host.Clock.GetUtcNow();
        var ids = new List<Guid>(count);
        foreach (var chunk in Enumerable.Range(0, count).Chunk(2_000))
        {
            await using var db = host.Open();
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            foreach (var i in chunk)
            {
                Assert.True(EmailAddress.TryParse($"{name}-{i}@many.example", out var email));
                var person = AppUser.Create($"{name} {i}", email, PersonStatus.Active, role, now);
                db.Users.Add(person);
                ids.Add(person.Id);
            }

            await db.SaveChangesAsync(Ct);
        }

        return ids;
    }

    public static JsonElement Json(string? text) => JsonDocument.Parse(text!).RootElement;
}
