using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Insights;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using static InvitePortal.Tests.Insights.InsightsCase;

namespace InvitePortal.Tests.Insights;

public sealed class InsightsQueriesTests
{
    private const InvitationEventKind Opened = InvitationEventKind.Opened;
    private const InvitationEventKind Fetched = InvitationEventKind.Fetched;
    private const InvitationEventKind CodeAsked = InvitationEventKind.CodeAsked;
    private const InvitationEventKind Started = InvitationEventKind.Started;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReadAsync_EveryFigure_IsWhatACountByHandGives(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada");
        var staff = await host.AddPersonAsync(Role.Staff, name: "Ben");
        var now = host.Clock.Now;
        var all = Many(1_200, now, admin.Id, staff.Id, Guid.NewGuid());
        await host.StoreAsync(all);

        foreach (var filter in new InsightsFilter[]
        {
            new(),
            new(Offset: TimeSpan.FromHours(5.75)),
            new(From: now.AddDays(-30), Offset: TimeSpan.FromHours(3)),
            new(From: now.AddDays(-20), To: now.AddDays(-3)),
            new(From: now.AddDays(-80), Role: Role.Teacher),
            new(Channel: Channel.Sms),
            new(InviterId: staff.Id, Role: Role.Business),
        })
        {
            var figures = await host.ReadAsync(admin, filter);
            var expected = all.Where(t => Wanted(t.Invitation, filter)).ToList();
            var sent = expected.Where(t => WasSent(t.Invitation, now)).ToList();

            Assert.Equal(ByHand(sent, now), figures.Total);
            Assert.Equal(expected.Count(t => t.Invitation.State is InvitationState.Pending && t.Invitation.SendAt > now), figures.Scheduled);
            Assert.Equal(Parts(sent, t => t.Invitation.Role, now), figures.Roles.ToDictionary(r => r.Role, r => r.Counts));
            Assert.Equal(Parts(sent, t => t.Invitation.Channel, now), figures.Channels.ToDictionary(c => c.Channel, c => c.Counts));
            Assert.Equal(Parts(sent, t => t.Invitation.InvitedById, now), figures.Inviters.ToDictionary(i => i.Id, i => i.Counts));
            Assert.Equal(Parts(sent, t => PeriodOf(t.Invitation.CreatedAt + filter.Offset, figures.ByDay), now), figures.Periods.Where(p => p.Counts.Sent > 0).ToDictionary(p => p.Start, p => p.Counts));
            Assert.All(figures.Periods.Skip(1).Zip(figures.Periods), p => Assert.Equal(figures.ByDay ? 1 : 7, p.First.Start.DayNumber - p.Second.Start.DayNumber));
            Assert.Equal(filter.From > now.AddDays(-40), figures.ByDay);
            var times = sent.Where(t => t.Invitation.State is InvitationState.Accepted).Select(t => (int)(t.Invitation.ClosedAt!.Value - (t.Invitation.Resends == 0 ? t.Invitation.SendAt : t.Invitation.CreatedAt)).TotalSeconds).Order().ToList();
            Assert.Equal((times[times.Count / 2] + times[(times.Count - 1) / 2]) / 2.0, figures.MedianSeconds);
            Assert.Equal(times[(int)Math.Ceiling(times.Count * 0.9) - 1], figures.P90Seconds);
            Assert.Equal(figures.Total.Failed, figures.Failures.Sum(f => f.Count));
        }

        var names = (await host.ReadAsync(admin)).Inviters.Select(i => i.Name).ToHashSet();
        Assert.Equal(["Ada", "Ben", null], names.OrderBy(n => n ?? "Z"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReadAsync_StepsHoldWhoCameFurther_AndMachinesStandApart(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var at = host.Clock.Now.AddDays(-3);
        await host.StoreAsync(
            // Accepted over a copied link while the message failed, and nothing told of the way there.
            Told.Make(at, admin.Id, state: InvitationState.Accepted, messages: [(DeliveryState.Failed, "550 5.1.1 No such user")]),
            // Declined over the API.
            Told.Make(at, admin.Id, state: InvitationState.Declined),
            Told.Make(at, admin.Id, events: [Fetched, Opened, Started]),
            Told.Make(at, admin.Id, events: [Opened, CodeAsked, CodeAsked]),
            Told.Make(at, admin.Id, events: [Fetched, Fetched]),
            // Delivered once, and a reminder that failed later.
            Told.Make(at, admin.Id, messages: [(DeliveryState.Sent, null), (DeliveryState.Failed, "expired")]),
            // Failed once, and sent again with success.
            Told.Make(at, admin.Id, messages: [(DeliveryState.Failed, "expired"), (DeliveryState.Sent, null)]),
            Told.Make(at, admin.Id, messages: [(DeliveryState.Delayed, "451 4.3.0 Later")]),
            // Cancelled before its time, and one that waits: not sent.
            Told.Make(at, admin.Id, state: InvitationState.Cancelled, scheduledFor: TimeSpan.FromDays(1), messages: [(DeliveryState.Cancelled, null)]),
            Told.Make(at, admin.Id, scheduledFor: TimeSpan.FromDays(10), messages: [(DeliveryState.Queued, null)]));

        var figures = await host.ReadAsync(admin);

        Assert.Equal(new FunnelCounts(Sent: 8, Delivered: 7, Opened: 4, Started: 3, Accepted: 1, Declined: 1, Expired: 0, Cancelled: 0, Failed: 2, Machines: 1), figures.Total);
        Assert.Equal((6, 1), (figures.Total.Open, figures.Scheduled));
        Assert.Equal([new FailureCount("550 5.1.1", 1), new FailureCount("expired", 1)], figures.Failures.OrderBy(f => f.Key));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReadAsync_Failures_AreToldByCodeOrByTheServersNumber(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        string?[] reasons = ["550 5.1.1 <a@b>: unknown", "550 5.1.1 no such user", "552 5.2.2 full", "smtp.unreachable|refused", "smtp.unreachable|no route", "bad-address", "gave-up|450 4.2.1 later", "gave-up|smtp.timeout", "unreadable", null];
        await host.StoreAsync(reasons.Select(r => Told.Make(host.Clock.Now.AddHours(-2), admin.Id, messages: [(DeliveryState.Failed, r)])));

        var failures = (await host.ReadAsync(admin)).Failures;

        Assert.Equal(
            [("", 1), ("550 5.1.1", 2), ("552 5.2.2", 1), ("bad-address", 1), ("gave-up", 2), ("smtp.unreachable", 2), ("unreadable", 1)],
            failures.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Count)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReadAsync_TheRealWay_FromSendingToAccepting(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, environment: "Development");
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.Equal(FunnelCounts.None with { Sent = 1 }, (await host.ReadAsync(admin)).Total);

        await host.StartAsync<OutboxWorker>();
        await Eventually.TrueAsync(async () =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await using var db = host.Open();
            return db.OutboxMessages.All(m => m.State != DeliveryState.Queued && m.State != DeliveryState.Sending);
        });
        var landing = (await host.Get<InvitationLandingQueries>().FindAsync(InvitationCase.Stranger(), token, Ct)).Value!;
        await host.Get<InvitationLandingQueries>().NoteAsync(landing.Id, Started, Ct);
        await host.Get<InvitationLandingQueries>().NoteAsync(landing.Id, Started, Ct);
        Assert.Equal((1, 1, 0), ((await host.ReadAsync(admin)).Total.Opened, (await host.ReadAsync(admin)).Total.Started, (await host.ReadAsync(admin)).Total.Accepted));
        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.True((await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: "correct horse battery"))).Succeeded);

        var figures = await host.ReadAsync(admin);
        Assert.Equal((1, 1, 1), (figures.Total.Sent, figures.Total.Started, figures.Total.Accepted));
        Assert.InRange(figures.MedianSeconds!.Value, 7200, 7300);
        Assert.Equal(figures.MedianSeconds, figures.P90Seconds);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A12_AnAgency_SeesItsOwnOnly_AndWhoDoesNotInviteNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var agency = await host.AddPersonAsync(Role.Agency);
        var rival = await host.AddPersonAsync(Role.Agency);
        var staff = await host.AddPersonAsync(Role.Staff);
        var at = host.Clock.Now.AddHours(-5);
        await host.StoreAsync(Told.Make(at, agency.Id), Told.Make(at, agency.Id, state: InvitationState.Accepted), Told.Make(at, rival.Id), Told.Make(at, staff.Id));

        Assert.Equal(4, (await host.ReadAsync(staff)).Total.Sent);
        Assert.Equal((2, 1), ((await host.ReadAsync(agency)).Total.Sent, (await host.ReadAsync(agency)).Inviters.Count));
        Assert.Equal(0, (await host.ReadAsync(agency, new InsightsFilter(InviterId: rival.Id))).Total.Sent);
        foreach (var role in new[] { Role.Business, Role.Teacher, Role.Student, Role.Parent })
        {
            var person = await host.AddPersonAsync(role);
            Assert.Equal("insights.forbidden", (await host.Get<InsightsQueries>().ReadAsync(person.Actor, new InsightsFilter(), Ct)).Error?.Code);
        }

        // By the stored role: the session was opened as staff.
        await host.SetRolesAsync(staff.Id, Role.Business);
        Assert.Equal("insights.forbidden", (await host.Get<InsightsQueries>().ReadAsync(staff.Actor, new InsightsFilter(), Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<InsightsQueries>().ReadAsync(Actor.Anonymous("192.0.2.9"), new InsightsFilter(), Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReadAsync_ManyInviters_TheMostFirst_AndTheWholeIsWhole(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var inviters = Enumerable.Range(0, InsightsQueries.MaxInviters + 20).Select(_ => Guid.NewGuid()).ToList();
        await host.StoreAsync(inviters.Select((id, i) => Told.Make(host.Clock.Now.AddDays(-i), id, (Role)(3 + (i % 3)))));
        await host.StoreAsync(Told.Make(host.Clock.Now.AddHours(-1), inviters[7], state: InvitationState.Accepted), Told.Make(host.Clock.Now.AddHours(-2), inviters[7]));

        var figures = await host.ReadAsync(admin);

        Assert.Equal(InsightsQueries.MaxInviters + 22, figures.Total.Sent);
        Assert.Equal((InsightsQueries.MaxInviters, inviters[7], 3, 1), (figures.Inviters.Count, figures.Inviters[0].Id, figures.Inviters[0].Counts.Sent, figures.Inviters[0].Counts.Accepted));
        Assert.Equal(figures.Total, figures.Roles.Select(r => r.Counts).Aggregate(FunnelCounts.Sum));
        Assert.Equal(figures.Total, figures.Periods.Select(p => p.Counts).Aggregate(FunnelCounts.Sum));
    }

    [Fact]
    public async Task ReadAsync_WithoutInvitations_IsEmpty_AndAnImpossibleTimeRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var figures = await host.ReadAsync(admin);

        Assert.Equal((FunnelCounts.None, null, null), (figures.Total, figures.MedianSeconds, figures.P90Seconds));
        Assert.Empty(figures.Periods);
        Assert.Empty(figures.Failures);
        var now = host.Clock.Now;
        Assert.Equal("insights.period_invalid", (await host.Get<InsightsQueries>().ReadAsync(admin.Actor, new InsightsFilter(now, now), Ct)).Error?.Code);
    }

    // Different code than the queries', on purpose.
    private static FunnelCounts ByHand(IReadOnlyCollection<Told> sent, DateTimeOffset now)
    {
        int Count(Func<Told, bool> which) => sent.Count(which);
        bool Accepted(Told t) => t.Invitation.State is InvitationState.Accepted;
        bool Began(Told t) => Accepted(t) || t.Events.Any(e => e is CodeAsked or Started);
        bool Saw(Told t) => Began(t) || t.Events.Contains(Opened) || t.Invitation.State is InvitationState.Declined;
        return new FunnelCounts(
            sent.Count,
            Count(t => Saw(t) || t.Messages.Any(m => m.State is DeliveryState.Sent)),
            Count(Saw),
            Count(Began),
            Count(Accepted),
            Count(t => t.Invitation.StateAt(now) is InvitationState.Declined),
            Count(t => t.Invitation.StateAt(now) is InvitationState.Expired),
            Count(t => t.Invitation.StateAt(now) is InvitationState.Cancelled),
            Count(t => t.Messages.Count > 0 && t.Messages[^1].State is DeliveryState.Failed),
            Count(t => t.Events.Contains(Fetched) && !Saw(t)));
    }

    private static Dictionary<TKey, FunnelCounts> Parts<TKey>(IEnumerable<Told> sent, Func<Told, TKey> key, DateTimeOffset now)
        where TKey : notnull => sent.GroupBy(key).ToDictionary(g => g.Key, g => ByHand([.. g], now));

    private static bool Wanted(Invitation i, InsightsFilter f) =>
        !(i.CreatedAt < f.From) && !(i.CreatedAt >= f.To) && (f.Role ?? i.Role) == i.Role && (f.Channel ?? i.Channel) == i.Channel && (f.InviterId ?? i.InvitedById) == i.InvitedById;

    private static bool WasSent(Invitation i, DateTimeOffset now) =>
        i.State is InvitationState.Pending ? i.SendAt <= now : i.State is not InvitationState.Cancelled || i.ClosedAt >= i.SendAt;

    private static DateOnly PeriodOf(DateTimeOffset local, bool byDay)
    {
        // In quarters of an hour, as all zones are.
        var day = DateOnly.FromDateTime(local.UtcDateTime);
        return byDay ? day : day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }

    private static List<Told> Many(int count, DateTimeOffset now, params Guid[] inviters)
    {
        var random = new Random(7);
        T One<T>(params T[] of) => of[random.Next(of.Length)];
        var all = new List<Told>();
        for (var i = 0; i < count; i++)
        {
            var state = One(InvitationState.Pending, InvitationState.Pending, InvitationState.Accepted, InvitationState.Accepted, InvitationState.Declined, InvitationState.Cancelled);
            var kinds = new[] { Opened, Fetched, CodeAsked, Started, InvitationEventKind.Reminded, InvitationEventKind.CodeMistyped }.Where(_ => random.Next(4) == 0).ToList();
            var mails = Enumerable.Range(0, random.Next(4)).Select(_ => (One(DeliveryState.Sent, DeliveryState.Sent, DeliveryState.Failed, DeliveryState.Delayed, DeliveryState.Cancelled), (string?)One("550 5.1.1 x", "smtp.timeout|y", "expired"))).ToList();
            all.Add(Told.Make(
                now.AddSeconds(-random.Next(60 * 60 * 24 * 200)),
                One(inviters),
                One(Role.Business, Role.Teacher, Role.Student),
                One(Channel.Email, Channel.Email, Channel.Sms),
                state,
                TimeSpan.FromSeconds(random.Next(1_000_000)),
                random.Next(6) == 0 ? TimeSpan.FromDays(random.Next(30)) : null,
                random.Next(5) == 0 ? random.Next(1, 5) : 0,
                events: kinds,
                messages: mails));
        }

        return all;
    }
}
