using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Accounts;

public sealed class SessionTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task FindAsync_TicketNotStarted_FindsNothingUntilItIs(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);
        var session = await AddAsync(host, person, SessionKind.Browser);
        var service = host.Get<SessionService>();

        Assert.Null(await FindAsync(host, session.Secret, SessionKind.Browser));
        var ticket = service.Ticket(session);
        Assert.True((await service.StartAsync(ticket, Ct)).Succeeded);
        Assert.Equal(session.SessionId, (await FindAsync(host, session.Secret, SessionKind.Browser))?.SessionId);
        Assert.Null(await FindAsync(host, session.Secret, SessionKind.Api));
        Assert.Equal("session.ticket_gone", (await service.StartAsync(ticket, Ct)).Error?.Code);
    }

    [Fact]
    public async Task StartAsync_TicketTwentyTimesAtOnce_StartsOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var ticket = host.Get<SessionService>().Ticket(await AddAsync(host, person, SessionKind.Browser));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<SessionService>().StartAsync(ticket, Ct))));

        Assert.Single(results, r => r.Succeeded);
    }

    [Fact]
    public async Task StartAsync_TicketAfterAMinuteOrForged_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var ticket = host.Get<SessionService>().Ticket(await AddAsync(host, person, SessionKind.Browser));
        host.Clock.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal("session.ticket_gone", (await host.Get<SessionService>().StartAsync(ticket, Ct)).Error?.Code);
        Assert.Equal("session.ticket_gone", (await host.Get<SessionService>().StartAsync("CfDJ8forged", Ct)).Error?.Code);
        Assert.Equal("session.ticket_gone", (await host.Get<SessionService>().StartAsync((string?)null, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(Role.Teacher, false, 24, 24 * 30)]
    [InlineData(Role.Teacher, true, 24 * 30, 24 * 30)]
    [InlineData(Role.Staff, true, 0.5, 8)]
    [InlineData(Role.SuperAdmin, false, 0.5, 8)]
    public async Task Add_AnyRole_LivesAsLongAsTheRoleAllows(Role role, bool remember, double idleHours, double hours)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(role);
        var session = await AddAsync(host, person, SessionKind.Browser, remember);
        await using var db = host.Open();

        var row = await db.Sessions.SingleAsync(s => s.Id == session.SessionId);

        Assert.Equal(host.Clock.Now + TimeSpan.FromHours(idleHours), row.ExpiresAt);
        Assert.Equal(host.Clock.Now + TimeSpan.FromHours(hours), row.EndsAt);
    }

    [Fact]
    public async Task SlideAsync_AdminInUse_LivesOnUntilTheAbsoluteEnd()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff);
        var session = await AddAsync(host, person, SessionKind.Browser);
        await host.Get<SessionService>().StartAsync(session, Ct);

        for (var minutes = 0; minutes < (8 * 60) - 25; minutes += 25)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(25));
            await using var db = host.Open();
            var state = await SessionQueries.FindAsync(db, session.Secret, SessionKind.Browser, host.Clock.Now, Ct);
            Assert.NotNull(state);
            await host.Get<SessionLimits>().SlideAsync(db, state, Ct);
        }

        host.Clock.Advance(TimeSpan.FromMinutes(25));
        Assert.Null(await FindAsync(host, session.Secret, SessionKind.Browser));
    }

    [Fact]
    public async Task SlideAsync_WithinAMinute_WritesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var session = await AddAsync(host, person, SessionKind.Browser);
        await host.Get<SessionService>().StartAsync(session, Ct);
        var start = host.Clock.Now;
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        await using var db = host.Open();

        await host.Get<SessionLimits>().SlideAsync(db, (await FindAsync(host, session.Secret, SessionKind.Browser))!, Ct);
        Assert.Equal(start, (await db.Sessions.AsNoTracking().SingleAsync(s => s.Id == session.SessionId)).LastSeenAt);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await host.Get<SessionLimits>().SlideAsync(db, (await FindAsync(host, session.Secret, SessionKind.Browser))!, Ct);
        Assert.Equal(host.Clock.Now, (await db.Sessions.AsNoTracking().SingleAsync(s => s.Id == session.SessionId)).LastSeenAt);
    }

    [Theory]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Inactive)]
    public async Task L05_FindAsync_PersonMayNotActAnyMore_FindsNothing(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var db = host.Open();
        Assert.NotNull(await FindAsync(host, person.Secret, SessionKind.Browser));

        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, status));

        Assert.Null(await FindAsync(host, person.Secret, SessionKind.Browser));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EndAsync_OwnAndForeign_EndsOnlyOwn(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var me = await host.AddPersonAsync(Role.Teacher);
        var other = await host.AddPersonAsync(Role.Teacher);
        var (second, _) = await host.Services.OpenSessionAsync(me.Id);
        var service = host.Get<SessionService>();

        Assert.Equal(2, (await service.ListAsync(me.Actor, Ct)).Value?.Count);
        Assert.Equal("account.session_unknown", (await service.EndAsync(me.Actor, other.Actor.SessionId!.Value, Ct)).Error?.Code);
        Assert.True((await service.EndAsync(me.Actor, second.SessionId!.Value, Ct)).Succeeded);
        var left = Assert.Single((await service.ListAsync(me.Actor, Ct)).Value!);
        Assert.True(left.IsCurrent);
    }

    [Fact]
    public async Task I06_EndAllAsync_OtherTabs_AreRefusedAtOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        var me = await host.AddPersonAsync(Role.Teacher);
        var (second, _) = await host.Services.OpenSessionAsync(me.Id);

        Assert.True((await host.Get<SessionService>().EndAllAsync(me.Actor, Ct)).Succeeded);

        Assert.Equal("account.signed_out", (await host.Get<ProfileService>().UpdateAsync(second, new UpdateProfile("A", null, "en", "UTC"), Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<SessionService>().ListAsync(me.Actor, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task I05_I07_SessionEnds_CircuitTurnsAnonymousAtTheNextLook(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);
        var state = await CircuitAsync(host, person);
        await using var db = host.Open();

        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.DisplayName, "New Name").SetProperty(u => u.ActiveRole, Role.Student).SetProperty(u => u.RoleBits, RoleBits.Of(Role.Student)));
        await host.Services.GetRequiredService<SessionWatcher>().CheckAsync(Ct);
        var changed = (await state.GetAuthenticationStateAsync()).User;
        Assert.Equal(("New Name", Role.Student), (changed.Identity?.Name, changed.ActiveRoleOf()));

        await SessionService.EndAllAsync(db, person.Id, null, Ct);
        await host.Services.GetRequiredService<SessionWatcher>().CheckAsync(Ct);
        var ended = (await state.GetAuthenticationStateAsync()).User;
        Assert.False(ended.Identity?.IsAuthenticated);
        Assert.Equal("192.0.2.1", ended.ToActor().Address);
    }

    [Fact]
    public async Task SessionWatcher_ByTheClock_LooksEveryFiveSeconds()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var state = await CircuitAsync(host, person);
        await host.StartAsync<SessionWatcher>();
        await using (var db = host.Open())
        {
            await SessionService.EndAllAsync(db, person.Id, null, Ct);
        }

        await Eventually.TrueAsync(async () =>
        {
            host.Clock.Advance(SessionWatcher.Every);
            return (await state.GetAuthenticationStateAsync()).User.Identity?.IsAuthenticated is false;
        });
    }

    [Fact]
    public async Task SessionWatcher_CircuitInUse_KeepsTheSessionAlive()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var state = await CircuitAsync(host, person);
        var watcher = host.Services.GetRequiredService<SessionWatcher>();
        host.Clock.Advance(TimeSpan.FromMinutes(10));

        await watcher.CheckAsync(Ct);
        await using var db = host.Open();
        Assert.Equal(host.Clock.Now.AddMinutes(-10), await db.Sessions.Where(s => s.Id == person.Actor.SessionId).Select(s => s.LastSeenAt).SingleAsync());
        state.MarkUsed();
        await watcher.CheckAsync(Ct);
        Assert.Equal(host.Clock.Now, await db.Sessions.Where(s => s.Id == person.Actor.SessionId).Select(s => s.LastSeenAt).SingleAsync());
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari, iPhone")]
    [InlineData("curl/8.5.0", "curl/8.5.0")]
    [InlineData("<script>alert(1)</script>", "scriptalert1/script")]
    [InlineData("", null)]
    public void DeviceName_AnyBrowser_IsReadable(string userAgent, string? expected) => Assert.Equal(expected, DeviceName.Of(userAgent));

    private static async Task<SessionAuthenticationState> CircuitAsync(ServiceHost host, TestPerson person)
    {
        var state = Assert.IsType<SessionAuthenticationState>(host.Get<AuthenticationStateProvider>());
        var found = await FindAsync(host, person.Secret, SessionKind.Browser);
        state.SetAuthenticationState(Task.FromResult(new AuthenticationState(found!.ToPrincipal("192.0.2.1", AccountsSchemes.Cookie))));
        return state;
    }

    private static async Task<NewSession> AddAsync(ServiceHost host, TestPerson person, SessionKind kind, bool remember = false)
    {
        await using var db = host.Open();
        var session = host.Get<SessionService>().Add(db, person.Id, person.Role, kind, remember, person.Actor, "curl/8");
        await db.SaveChangesAsync();
        return session;
    }

    private static async Task<SessionState?> FindAsync(ServiceHost host, string secret, SessionKind kind)
    {
        await using var db = host.Open();
        return await SessionQueries.FindAsync(db, secret, kind, host.Clock.Now, Ct);
    }
}
