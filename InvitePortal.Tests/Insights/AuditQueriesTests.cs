using System.Text;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Insights;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Insights.InsightsCase;

namespace InvitePortal.Tests.Insights;

public sealed class AuditQueriesTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_Filters_EachAndTogether(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada Stone");
        var staff = await host.AddPersonAsync(Role.Staff, name: "Bernd Öl");
        var person = await host.AddPersonAsync(Role.Teacher, name: "Carla Zinn", email: "carla@audit.example");
        var (invited, _) = await host.InviteOneAsync(admin, "new@audit.example");
        host.Clock.Advance(TimeSpan.FromHours(2));
        var edited = host.Clock.Now;
        Assert.True((await host.EditAsync(staff, person.Id, c => c with { Name = "Carla Zinnober" })).Succeeded);
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Status = PersonStatus.Suspended })).Succeeded);

        Assert.Equal(["user.edited", "user.edited", "invitation.created"], await Actions(new()));
        Assert.Equal(["user.edited"], await Actions(new(Who: "bernd ol")));
        Assert.Equal(["user.edited", "invitation.created"], await Actions(new(Who: admin.Id.ToString())));
        Assert.Equal(["user.edited", "user.edited"], await Actions(new(About: "zinnober")));
        Assert.Equal(["user.edited", "user.edited"], await Actions(new(About: "carla@audit")));
        Assert.Equal(["invitation.created"], await Actions(new(About: "NEW@audit.example")));
        Assert.Equal(["invitation.created"], await Actions(new(About: invited.ToString())));
        Assert.Equal(["invitation.created"], await Actions(new(Action: "invitation.created")));
        Assert.Equal(["user.edited", "user.edited"], await Actions(new(Action: "user")));
        Assert.Empty(await Actions(new(Action: "use")));
        Assert.Empty(await Actions(new(Action: "user_")));
        Assert.Equal(["user.edited"], await Actions(new(From: edited, To: edited.AddMinutes(1))));
        Assert.Equal(["user.edited", "invitation.created"], await Actions(new(To: edited.AddTicks(10))));
        Assert.Equal(["user.edited"], await Actions(new(Who: "stone", About: "carla", Action: "user.edited")));
        Assert.Empty(await Actions(new(Who: "nobody at all")));
        Assert.Empty(await Actions(new(Who: "a\0b%")));

        var list = await ListAsync(host, admin, new AuditFilter(Who: staff.Id.ToString(), About: person.Id.ToString()));
        var row = Assert.Single(list.Page.Items);
        Assert.Equal(("Bernd Öl", "Carla Zinnober"), (list.Who, list.About));
        Assert.Equal((AuditSubject.Person, "Carla Zinnober", "Bernd Öl", staff.Id, "192.0.2.1"), (row.Kind, row.SubjectName, row.ActorName, row.ActorId, row.Address));
        Assert.Equal(("""{"name":"Carla Zinn"}""", """{"name":"Carla Zinnober"}"""), (row.Before, row.After));

        async Task<IEnumerable<string>> Actions(AuditFilter filter) => (await ListAsync(host, admin, filter)).Page.Items.Select(r => r.Action);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_PagesByKey_ShowEveryEntryOnce_AlsoBehindWhatIsCounted(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        await RecordAsync(host, 2_150);
        var seen = new List<AuditRow>();
        string? cursor = null;
        do
        {
            var page = (await ListAsync(host, staff, new AuditFilter(), new PageRequest(PageSize: 100, Cursor: cursor))).Page;
            Assert.Equal((AuditQueries.CountedEntries, true), (page.Total, page.TotalIsCapped));
            seen.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(2_150, seen.Select(r => r.Id).Distinct().Count());
        Assert.Equal(2_150, seen.Count);
        Assert.Equal(seen.OrderByDescending(r => r.At).Select(r => r.At), seen.Select(r => r.At));
        var few = (await ListAsync(host, staff, new AuditFilter(Action: "group.edited"), new PageRequest(PageSize: 100))).Page;
        Assert.Equal((215, false), (few.Total, few.TotalIsCapped));
    }

    [Fact]
    public async Task ListAsync_ByThoseWhoMayNot_IsRefused_ByTheStoredRole()
    {
        await using var host = await ServiceHost.CreateAsync();
        foreach (var role in Enum.GetValues<Role>())
        {
            var person = await host.AddPersonAsync(role);
            var read = await host.Get<AuditQueries>().ListAsync(person.Actor, new AuditFilter(), new PageRequest(), Ct);
            using var stream = new MemoryStream();
            var written = await host.Get<AuditExport>().WriteAsync(person.Actor, new AuditFilter(), stream, Ct);

            Assert.Equal(role is Role.SuperAdmin or Role.Staff ? null : "audit.forbidden", read.Error?.Code);
            Assert.Equal(role is Role.SuperAdmin or Role.Staff ? null : "audit.forbidden", written.Error?.Code);
            Assert.Equal(written.Succeeded, stream.Length > 0);
        }

        var staff = await host.AddPersonAsync(Role.Staff);
        await host.SetRolesAsync(staff.Id, Role.Business);
        Assert.Equal("audit.forbidden", (await host.Get<AuditQueries>().ListAsync(staff.Actor, new AuditFilter(), new PageRequest(), Ct)).Error?.Code);
    }

    [Theory]
    [InlineData("""{"token":"abc","name":"Ann"}""", """{"token":"•••","name":"Ann"}""")]
    [InlineData("""{"smtp":{"password":"x","host":"h"},"apiKey":"k","passwordHash":["a"]}""", """{"smtp":{"password":"•••","host":"h"},"apiKey":"•••","passwordHash":"•••"}""")]
    [InlineData("""{"list":[{"secret":1},2],"code":"K7PM2QXA","secret2":null}""", """{"list":[{"secret":"•••"},2],"code":"•••","secret2":null}""")]
    [InlineData("""{"name":"Анна","keyboard":"qwerty","zip_code":"1"}""", """{"name":"Анна","keyboard":"qwerty","zip_code":"1"}""")]
    [InlineData("no json", null)]
    [InlineData("[1]", null)]
    [InlineData(null, null)]
    public void K07_WhatMightBeASecret_IsMasked(string? json, string? expected) => Assert.Equal(expected, AuditMask.Of(json));

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task K07_ASecretThatWasWrittenAllTheSame_IsNotShownAndNotExported(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using (var db = host.Open())
        {
            AuditLog.Record(db, host.Clock.Now, admin.Actor, "=cmd|' /C calc'!A0", "setting.changed", null, new { BotToken = "canary-1" }, new { BotToken = "canary-2", Name = "@x" });
            await db.SaveChangesAsync(Ct);
        }

        var row = Assert.Single((await ListAsync(host, admin, new AuditFilter())).Page.Items);
        using var stream = new MemoryStream();
        Assert.True((await host.Get<AuditExport>().WriteAsync(admin.Actor, new AuditFilter(Action: "setting"), stream, Ct)).Succeeded);

        Assert.Equal("""{"botToken":"•••"}""", row.Before);
        var text = Encoding.UTF8.GetString(stream.ToArray());
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        // H06
        Assert.Contains(",'=cmd|", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        await using var after = host.Open();
        Assert.Equal(1, await after.AuditEntries.CountAsync(e => e.Action == "audit.exported" && e.ActorId == admin.Id, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task O15_Export_IsWholeAndInOrder_OneAtATimeForEachPerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        await RecordAsync(host, 3_300);
        using var stream = new MemoryStream();

        Assert.True((await host.Get<AuditExport>().WriteAsync(staff.Actor, new AuditFilter(To: host.Clock.Now), stream, Ct)).Succeeded);

        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[1..];
        Assert.Equal(3_300, lines.Select(l => l[..36]).Distinct().Count());
        Assert.Equal(lines.Select(l => l.Split(',')[1]).OrderDescending(StringComparer.Ordinal), lines.Select(l => l.Split(',')[1]));

        Assert.Null(await host.Get<RateLimits>().TryTakeAsync($"audit-export:{staff.Id:N}", 1, TimeSpan.FromMinutes(5), Ct));
        var refused = await host.Get<AuditExport>().WriteAsync(staff.Actor, new AuditFilter(), new MemoryStream(), Ct);
        Assert.Equal(("audit.export_running", ErrorKind.TooMany), (refused.Error!.Code, refused.Error.Kind));
        Assert.NotNull(refused.Error.RetryAfter);
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        Assert.True((await host.Get<AuditExport>().WriteAsync(other.Actor, new AuditFilter(), new MemoryStream(), Ct)).Succeeded);
    }

    private static async Task RecordAsync(ServiceHost host, int count)
    {
        await using var db = host.Open();
        // A hundred at one moment, as bulk work writes them.
        db.AuditEntries.AddRange(Enumerable.Range(0, count).Select(i => new AuditEntry
        {
            Id = Guid.CreateVersion7(host.Clock.Now.AddMinutes(-1 - (i / 100))),
            At = host.Clock.Now.AddMinutes(-1 - (i / 100)),
            Action = i % 10 == 0 ? "group.edited" : "code.created",
            ActorName = "Somebody",
        }));
        await db.SaveChangesAsync(Ct);
    }

    private static async Task<AuditList> ListAsync(ServiceHost host, TestPerson person, AuditFilter filter, PageRequest? page = null)
    {
        var list = await host.Get<AuditQueries>().ListAsync(person.Actor, filter, page ?? new PageRequest(), Ct);
        Assert.True(list.Succeeded, list.Error?.Code);
        return list.Value;
    }
}
