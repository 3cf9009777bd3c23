using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Users.PeopleCase;

namespace InvitePortal.Tests.Users;

/// <summary>People who are changed by an administrator.</summary>
public sealed class UserEditTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_EveryValue_IsStoredAuditedAndFound(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student, PersonStatus.Pending, name: "Old Name");
        var before = await host.VersionAsync(person.Id);

        var edited = await host.EditAsync(admin, person.Id, c => c with
        {
            Name = "Zoë New", Bio = " Words ", Language = "ru", TimeZone = "Europe/Berlin", Status = PersonStatus.Active, Roles = [Role.Student, Role.Teacher],
        });

        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(stored.ConcurrencyStamp, edited.Value);
        Assert.NotEqual(before, edited.Value);
        Assert.Equal(("Zoë New", "Words", "ru", "Europe/Berlin", PersonStatus.Active, Role.Student), (stored.DisplayName, stored.Bio, stored.Language, stored.TimeZone, stored.Status, stored.ActiveRole));
        Assert.Single((await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Search = "zoe n" }, new PageRequest(), Ct)).Value!.Items);
        var entry = Assert.Single(await host.AuditAsync(person.Id));
        Assert.Equal("user.edited", entry.Action);
        Assert.Equal(("Old Name", "PENDING"), (Json(entry.Before).GetProperty("name").GetString(), Json(entry.Before).GetProperty("status").GetString()));
        Assert.Equal("TEACHER", Json(entry.After).GetProperty("roles")[0].GetString() is "TEACHER" ? "TEACHER" : Json(entry.After).GetProperty("roles")[1].GetString());
        Assert.False(Json(entry.After).TryGetProperty("email", out _));
    }

    [Fact]
    public async Task EditAsync_NothingNew_ChangesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student, name: "Same");
        var version = await host.VersionAsync(person.Id);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Name = "Same", Email = person.Email, Status = PersonStatus.Active, Roles = [Role.Student] });

        Assert.Equal(version, edited.Value);
        Assert.Empty(await host.AuditAsync(person.Id));
        Assert.Equal(1, await host.SessionsAsync(person.Id));
    }

    [Fact]
    public async Task EditAsync_BadValues_AreRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student);
        await host.AddPersonAsync(Role.Student, email: "taken@example.org");
        var cases = new (Func<EditUser, EditUser> Change, string Code)[]
        {
            (c => c with { Name = "" }, "account.name_invalid"),
            (c => c with { Email = "no address" }, "account.email_invalid"),
            (c => c with { Email = "TAKEN@example.org" }, "user.email_taken"),
            (c => c with { Bio = new string('x', 501) }, "account.bio_invalid"),
            (c => c with { Language = "fr" }, "account.language_invalid"),
            (c => c with { TimeZone = "Mars/Base" }, "account.time_zone_invalid"),
            (c => c with { Status = PersonStatus.Invited }, "user.status_invalid"),
            (c => c with { Status = (PersonStatus)99 }, "user.status_invalid"),
            (c => c with { Roles = [] }, "user.no_role"),
        };
        foreach (var (change, code) in cases)
        {
            Assert.Equal(code, (await host.EditAsync(admin, person.Id, change)).Error?.Code);
        }

        Assert.Equal("user.not_found", (await host.Get<UserService>().EditAsync(admin.Actor, Guid.NewGuid(), new EditUser("x", "Name"), Ct)).Error?.Code);
        Assert.Empty(await host.AuditAsync(person.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_NewAddress_EndsSessionsKillsMailedSecretsAndTellsTheOldOne(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher, email: "old@example.org");
        await host.Get<PasswordResetService>().AskAsync(InvitationCase.Stranger(), "old@example.org", Ct);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Email = "New@example.org" });

        Assert.True(edited.Succeeded, edited.Error?.Code);
        Assert.Equal(0, await host.SessionsAsync(person.Id));
        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(("New@example.org", "new@example.org", false), (stored.Email, stored.NormalizedEmail, stored.EmailConfirmed));
        Assert.EndsWith(" new@example.org", stored.SearchText, StringComparison.Ordinal);
        await using var db = host.Open();
        var notice = await db.OutboxMessages.SingleAsync(m => m.Kind == NoticeMessage.KindName, Ct);
        Assert.Equal("old@example.org", notice.Recipient);
        Assert.Equal(DeliveryState.Cancelled, (await db.OutboxMessages.SingleAsync(m => m.Kind == ResetMessage.KindName, Ct)).State);
        Assert.False(await db.UserTokens.AnyAsync(t => t.UserId == person.Id, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_NewAddressWhileALinkIsMade_LeavesNoLinkToTheOldOne(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        foreach (var (reset, i) in new[] { (true, 1), (false, 2) })
        {
            var person = await host.AddPersonAsync(Role.Teacher, email: $"old{i}@example.org");
            Result<string> moved = default!;
            meanwhile.Before(async () => moved = await host.EditAsync(admin, person.Id, c => c with { Email = $"new{i}@example.org" }), "\"UserTokens\"");

            _ = reset
                ? await host.Get<PasswordResetService>().AskAsync(InvitationCase.Stranger(), person.Email, Ct)
                : await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct);

            await meanwhile.Done;
            Assert.True(moved.Succeeded, moved.Error?.Code);
            await using var db = host.Open();
            Assert.False(await db.UserTokens.AnyAsync(t => t.UserId == person.Id, Ct));
            Assert.False(await db.OutboxMessages.AnyAsync(
                m => m.Recipient == person.Email && m.Kind != NoticeMessage.KindName && m.State == DeliveryState.Queued, Ct));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_FirstAddress_IsStoredAndNobodyIsTold(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Email, (string?)null).SetProperty(u => u.NormalizedEmail, (string?)null), Ct);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Email = "first@example.org" });

        Assert.True(edited.Succeeded, edited.Error?.Code);
        Assert.Equal("first@example.org", (await host.StoredAsync(person.Id)).Email);
        Assert.False(await db.OutboxMessages.AnyAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_RoleSwitchedToMeanwhile_IsNotLeftActive(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        await host.SetRolesAsync(person.Id, Role.Teacher, Role.Parent);
        var version = await host.VersionAsync(person.Id);
        meanwhile.Before(() => host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Parent, Ct), "UPDATE", "\"SearchText\"");

        var edited = await host.Get<UserService>().EditAsync(admin.Actor, person.Id, new EditUser(version, Roles: [Role.Teacher]), Ct);

        await meanwhile.Done;
        Assert.True(edited.Succeeded || edited.Error == UserErrors.Changed, edited.Error?.Code);
        var stored = await host.StoredAsync(person.Id);
        Assert.Contains(stored.ActiveRole, stored.Roles);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C07_TwoAdminsAtOnce_OneWinsAndTheOtherIsTold(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        var version = await host.VersionAsync(person.Id);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => host.Get<UserService>().EditAsync(
            (i % 2 == 0 ? admin : other).Actor, person.Id, new EditUser(version, i % 2 == 0 ? $"Name {i}" : null, Bio: i % 2 == 1 ? $"Bio {i}" : null), Ct))));

        var won = Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal(("user.changed", ErrorKind.Conflict), (r.Error!.Code, r.Error.Kind)));
        Assert.Equal(won.Value, await host.VersionAsync(person.Id));
        Assert.Single(await host.AuditAsync(person.Id));
    }

    [Fact]
    public async Task C07_WhatThePersonChangesThemselves_IsAChangeToo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        var seen = new EditUser(await host.VersionAsync(person.Id), Roles: [Role.Teacher, Role.Parent]);
        Assert.True((await host.Get<ProfileService>().UpdateAsync(person.Actor, new UpdateProfile("Own Name", null, "en", "UTC"), Ct)).Succeeded);

        Assert.Equal("user.changed", (await host.Get<UserService>().EditAsync(admin.Actor, person.Id, seen, Ct)).Error?.Code);

        seen = seen with { Version = await host.VersionAsync(person.Id) };
        await using (var db = host.Open())
        {
            Assert.True(await People.GrantRoleAsync(db, person.Id, Role.Agency, Ct));
        }

        Assert.Equal("user.changed", (await host.Get<UserService>().EditAsync(admin.Actor, person.Id, seen, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Inactive)]
    public async Task L05_LeavingActive_EndsSessionsAndTokens(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Staff);
        await host.Services.OpenSessionAsync(person.Id, SessionKind.Api);

        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Status = status })).Succeeded);

        Assert.Equal(0, await host.SessionsAsync(person.Id));
        Assert.Equal("account.signed_out", (await host.Get<UserQueries>().GetAsync(person.Actor, admin.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_ActiveRoleTakenAway_AnotherOneBecomesActive(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        await host.SetRolesAsync(person.Id, Role.Teacher, Role.Student, Role.Parent);

        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Roles = [Role.Student, Role.Parent] })).Succeeded);

        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(Role.Student, stored.ActiveRole);
        Assert.Equal(0, await host.SessionsAsync(person.Id));
    }
}
