using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class CodeQueriesTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_Tabs_AreToldByTheClock(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student, name: "Robin Field");
        var active = await host.CodeAsync(teacher, "A");
        var used = await host.CodeAsync(teacher, "B", expiresAt: host.Clock.Now.AddHours(1));
        var expiring = await host.CodeAsync(teacher, "C", expiresAt: host.Clock.Now.AddHours(1));
        var closed = await host.CodeAsync(teacher, "D");
        await host.CodeAsync(await host.AddPersonAsync(Role.Teacher), "E");
        Good(await host.JoinAsync(student.Actor, used.Code));
        Good(await host.Get<CodeService>().CloseAsync(teacher.Actor, closed.Id, Ct));
        async Task<IEnumerable<Guid>> Tab(params CodeState[] states) => (await ListAsync(host, teacher, new CodeFilter { States = states })).Select(r => r.Id);

        Assert.Equal(new[] { expiring.Id, active.Id }.ToHashSet(), (await Tab(CodeState.Active)).ToHashSet());
        Assert.Equal([used.Id], await Tab(CodeState.Used));
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([active.Id], await Tab(CodeState.Active));
        Assert.Equal([expiring.Id], await Tab(CodeState.Expired));
        Assert.Equal(new[] { expiring.Id, closed.Id }.ToHashSet(), (await Tab(CodeState.Expired, CodeState.Closed)).ToHashSet());
        Assert.Equal(4, (await Tab()).Count());
        var row = Assert.Single(await ListAsync(host, teacher, new CodeFilter { States = [CodeState.Used] }));
        Assert.Equal(("Robin Field", CodeState.Used, 1), (row.FirstUsedBy, row.State, row.Uses));
        var details = Good(await host.Get<CodeQueries>().GetAsync(teacher.Actor, used.Id, Ct));
        Assert.Equal(("Robin Field", host.Clock.Now.AddHours(-1)), (details.Uses[0].Student, details.Uses[0].JoinedAt));
        var counts = Good(await host.Get<CodeQueries>().CountStatesAsync(teacher.Actor, null, Ct));
        Assert.All(Enum.GetValues<CodeState>(), s => Assert.Equal(1, counts[s]));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_Search_BySubjectAndByCodeHoweverTyped(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var maths = await host.CodeAsync(teacher, "Высшая Математика");
        var physics = await host.CodeAsync(teacher, "Physics 100%");
        async Task<IEnumerable<Guid>> Find(string text) => (await ListAsync(host, teacher, new CodeFilter { Search = text })).Select(r => r.Id);

        Assert.Equal([maths.Id], await Find("МАТЕМ"));
        Assert.Equal([physics.Id], await Find("100%"));
        Assert.Equal([physics.Id], await Find(CodeText.Grouped(physics.Code).ToLowerInvariant()));
        Assert.Equal([maths.Id], await Find(maths.Code[..6]));
        Assert.Empty(await Find("%"[..1] + "x"));
        Assert.Empty(await Find("chemistry\0"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_PagesByKey_ShowEveryRowOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        foreach (var subject in new[] { "b", "a", "c" })
        {
            await host.CodesAsync(teacher, subject, 11);
        }

        foreach (var sort in new string?[] { null, "createdAt", "subject", "-subject" })
        {
            var seen = new List<CodeRow>();
            string? cursor = null;
            do
            {
                var page = Good(await host.Get<CodeQueries>().ListAsync(teacher.Actor, new CodeFilter(), new PageRequest(PageSize: 10, Sort: sort, Cursor: cursor), Ct));
                seen.AddRange(page.Items);
                cursor = page.Next;
            }
            while (cursor is not null);

            Assert.Equal(33, seen.Select(r => r.Id).Distinct().Count());
            Assert.Equal(33, seen.Count);
            if (sort?.EndsWith("subject", StringComparison.Ordinal) == true)
            {
                Assert.Equal(sort[0] == '-' ? ["c", "b", "a"] : ["a", "b", "c"], seen.Select(r => r.Subject).Distinct());
            }
        }

        Assert.Equal("code.unknown_sort", (await host.Get<CodeQueries>().ListAsync(teacher.Actor, new CodeFilter(), new PageRequest(Sort: "code"), Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Statistics_ByStateSubjectAndWeek_AndTheMedian(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var empty = await ReadAsync(host, teacher);
        Assert.Equal((0, 0.0, null, 0), (empty.Created, empty.UseRate, empty.MedianSecondsToFirstUse, empty.Weeks.Count));
        var start = host.Clock.Now;
        var algebra = await host.CodesAsync(teacher, "Algebra", 4, expiresAt: start.AddDays(8));
        await host.CodesAsync(teacher, "ALGEBRA", 1);
        var physics = await host.CodesAsync(teacher, "Physics", 3);
        Good(await host.Get<CodeService>().CloseAsync(teacher.Actor, physics[2].Id, Ct));
        var students = await host.StudentsAsync(4);
        foreach (var (code, i) in new[] { algebra[0], algebra[1], physics[0] }.Select((c, i) => (c, i)))
        {
            host.Clock.Advance(TimeSpan.FromSeconds(i == 2 ? 70 : 10));
            Good(await host.JoinAsync(students[i], code.Code));
        }

        Assert.Equal(20, (await ReadAsync(host, teacher)).MedianSecondsToFirstUse);
        host.Clock.MoveTo(start.AddDays(15));
        var teacherNow = teacher with { Actor = (await host.Services.OpenSessionAsync(teacher.Id)).Actor };
        var late = (await host.Services.OpenSessionAsync(students[3].UserId!.Value)).Actor;
        Good(await host.JoinAsync(late, physics[1].Code));

        var figures = await ReadAsync(host, teacherNow);
        Assert.Equal((8, 4, 1, 2, 1, 4), (figures.Created, figures.Used, figures.Open, figures.Expired, figures.Closed, figures.Joined));
        Assert.Equal((0.5, 55.0), (figures.UseRate, figures.MedianSecondsToFirstUse));
        Assert.Equal([("ALGEBRA", 5, 2, 2), ("Physics", 3, 2, 2)], figures.Subjects.Select(s => (s.Subject.Length == 7 && s.Subject.StartsWith('A') ? "ALGEBRA" : s.Subject, s.Created, s.Used, s.Joined)));
        Assert.Equal([(8, 3), (0, 0), (0, 1)], figures.Weeks.Select(w => (w.Created, w.Joined)));
        Assert.All(figures.Weeks, w => Assert.Equal(DayOfWeek.Monday, w.Week.DayOfWeek));
        var later = await ReadAsync(host, teacherNow, new CodePeriod(start.AddDays(1).ToOffset(TimeSpan.FromHours(3))));
        Assert.Equal((0, 1), (later.Created, later.Joined));
        var past = await ReadAsync(host, teacherNow, new CodePeriod(start.AddSeconds(-1), start.AddDays(7)));
        Assert.Equal((8, 3), (past.Created, past.Joined));
        Assert.True(past.Weeks[^1].Week < start.AddDays(7));
        Assert.Equal("code.period_invalid", (await host.Get<CodeStatisticsQueries>().ReadAsync(teacherNow.Actor, new CodePeriod(start, start), Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Statistics_OfCodesSentByMail_EachCountsOnce_AndOnlyTheTeachersOwn(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var codes = await host.CodesAsync(teacher, "Algebra", 6, maxUses: 5);
        async Task ShareAsync(CodeRow code, DateTimeOffset? at, params string[] emails) =>
            Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, code.Id, new ShareCode(emails, SendAt: at), Ct));
        await ShareAsync(codes[0], null, "a@example.org", "b@example.org");
        await ShareAsync(codes[1], null, "c@example.org");
        await ShareAsync(codes[2], null, "d@example.org");
        await ShareAsync(codes[3], null, "e@example.org");
        await ShareAsync(codes[4], host.Clock.Now.AddDays(1), "f@example.org");
        await using (var db = host.Open())
        {
            await db.OutboxMessages.Where(m => m.Recipient == "b@example.org" || m.Recipient == "c@example.org").ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Sent));
        }

        var students = await host.StudentsAsync(3);
        Good(await host.JoinAsync(students[0], codes[1].Code));
        Good(await host.JoinAsync(students[1], codes[1].Code));
        // Read out in class: used, whether or not its message arrived. The last was not sent at all.
        Good(await host.JoinAsync(students[2], codes[2].Code));
        Good(await host.JoinAsync((await host.AddPersonAsync(Role.Student)).Actor, codes[5].Code));

        Assert.Equal(new ShareFigures(Sent: 4, Delivered: 3, Used: 2, Uses: 3), (await ReadAsync(host, teacher)).Shares);
        Assert.Equal(new ShareFigures(0, 0, 0, 0), (await ReadAsync(host, await host.AddPersonAsync(Role.Teacher))).Shares);
        host.Clock.Advance(TimeSpan.FromDays(1));
        var later = teacher with { Actor = (await host.Services.OpenSessionAsync(teacher.Id)).Actor };
        Assert.Equal(5, (await ReadAsync(host, later)).Shares.Sent);
        Assert.Equal(1, (await ReadAsync(host, later, new CodePeriod(host.Clock.Now.AddHours(-1)))).Shares.Sent);
    }

    [Theory]
    [InlineData("1970-01-05T00:00:00Z", 0)]
    [InlineData("1970-01-04T23:59:59Z", -1)]
    [InlineData("2030-05-06T00:00:00Z", 3148)]
    [InlineData("2030-05-12T23:59:59Z", 3148)]
    public void WeekOf_BeginsOnMonday(string at, int week)
    {
        var time = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(week, InviteCode.WeekOf(time));
        Assert.InRange(time - InviteCode.StartOfWeek(week), TimeSpan.Zero, TimeSpan.FromDays(7) - TimeSpan.FromTicks(1));
    }

    private static async Task<IReadOnlyList<CodeRow>> ListAsync(ServiceHost host, TestPerson teacher, CodeFilter filter) =>
        Good(await host.Get<CodeQueries>().ListAsync(teacher.Actor, filter, new PageRequest(), Ct)).Items;

    private static async Task<CodeStatistics> ReadAsync(ServiceHost host, TestPerson teacher, CodePeriod? period = null) =>
        Good(await host.Get<CodeStatisticsQueries>().ReadAsync(teacher.Actor, period ?? new CodePeriod(), Ct));
}
