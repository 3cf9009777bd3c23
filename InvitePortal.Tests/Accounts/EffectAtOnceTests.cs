using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell.Layout;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Accounts;

/// <summary>Suspending, banning, deleting, taking a role away and signing out everywhere count at once, on every node.</summary>
public sealed class EffectAtOnceTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task I05_PersonGone_CircuitsOfTwoNodes_TurnAnonymousWithinTenSeconds(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        await using var two = ServiceHost.Beside(one, database);
        await StartAsync(one);
        await StartAsync(two);
        foreach (var change in Enum.GetValues<Change>())
        {
            var person = await one.AddPersonAsync(Role.Staff);
            SessionAuthenticationState[] circuits = [await CircuitAsync(one, person), await CircuitAsync(two, person), await CircuitAsync(two, person)];
            await MakeAsync(one, person, change);
            var changedAt = one.Clock.Now;

            Assert.Equal("account.signed_out", (await two.Get<ProfileService>().GetAsync(person.Actor, Ct)).Error?.Code);
            one.Clock.Advance(SessionWatcher.Every);
            await Eventually.TrueAsync(async () => (await Task.WhenAll(circuits.Select(c => c.GetAuthenticationStateAsync()))).All(s => s.User.Identity?.IsAuthenticated is false));

            Assert.True(one.Clock.Now - changedAt <= TimeSpan.FromSeconds(10), change.ToString());
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task I05_RoleTakenAwayOrSwitchedElsewhere_CircuitsOfTwoNodes_HaveTheNewRights(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        await using var two = ServiceHost.Beside(one, database);
        var person = await one.AddPersonAsync(Role.Staff);
        await using var db = one.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of([Role.Staff, Role.Teacher])));
        var (here, there) = (await CircuitAsync(one, person), await CircuitAsync(two, person));
        Assert.Equal(Role.Staff, (await there.GetAuthenticationStateAsync()).User.ActiveRoleOf());

        Assert.True((await one.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Teacher, Ct)).Succeeded);
        Assert.Equal((Role.Teacher, Role.Teacher), await LookAsync());

        // Taken away while it is the active one: nothing of it is left, whatever is stored as active.
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of(Role.Staff)));
        Assert.Equal((Role.Business, Role.Business), await LookAsync());
        Assert.Equal(Role.Business, (await db.RequireAsync(person.Actor, one.Clock, Ct)).Value?.ActiveRole);

        async Task<(Role?, Role?)> LookAsync()
        {
            await one.Services.GetRequiredService<SessionWatcher>().CheckAsync(Ct);
            await two.Services.GetRequiredService<SessionWatcher>().CheckAsync(Ct);
            return ((await here.GetAuthenticationStateAsync()).User.ActiveRoleOf(), (await there.GetAuthenticationStateAsync()).User.ActiveRoleOf());
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SwitchRoleAsync_EveryPageOfThePersonHere_IsToldAtOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Staff);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of([Role.Staff, Role.Teacher])));
        }

        var elsewhere = (await host.Services.OpenSessionAsync(person.Id)).Actor;
        var other = await host.AddPersonAsync(Role.Staff);
        var watcher = host.Services.GetRequiredService<SessionWatcher>();
        var told = new List<(string Page, Role? Role)>();
        using var one = watcher.Start(person.Actor.SessionId!.Value, s => told.Add(("one", s?.ActiveRole)));
        using var two = watcher.Start(elsewhere.SessionId!.Value, s => told.Add(("two", s?.ActiveRole)));
        using var stranger = watcher.Start(other.Actor.SessionId!.Value, s => told.Add(("stranger", s?.ActiveRole)));

        Assert.True((await host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Teacher, Ct)).Succeeded);
        Assert.Equal([("one", Role.Teacher), ("two", Role.Teacher)], told.OrderBy(t => t.Page));

        Assert.False((await host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Parent, Ct)).Succeeded);
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public async Task CheckAsync_OneCircuitFails_TheOthersAreToldAllTheSame()
    {
        await using var host = await ServiceHost.CreateAsync();
        var watcher = host.Services.GetRequiredService<SessionWatcher>();
        var told = 0;
        using var broken = watcher.Start(Guid.NewGuid(), _ => throw new ObjectDisposedException("circuit"));
        using var sound = watcher.Start(Guid.NewGuid(), _ => told++);
        using var other = watcher.Start(Guid.NewGuid(), _ => told++);

        await watcher.CheckAsync(Ct);

        Assert.Equal(2, told);
    }

    [Fact]
    public async Task I05_Connection_OfAPageThatStays_IsCut()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff);
        var watcher = host.Services.GetRequiredService<SessionWatcher>();
        var connection = new Connection();
        var context = new DefaultHttpContext { User = await PrincipalAsync(host, person) };
        context.Features.Set<IHttpRequestLifetimeFeature>(connection);
        context.Request.Path = "/_blazor";
        var serving = new EndedConnections(_ => connection.Closed.Task, watcher).InvokeAsync(context);

        await watcher.CheckAsync(Ct);
        await Task.Delay(50, Ct);
        Assert.False(connection.Closed.Task.IsCompleted);
        await MakeAsync(host, person, Change.Ban);
        await watcher.CheckAsync(Ct);

        await serving.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        Assert.True(connection.Aborted);
    }

    [Fact]
    public async Task Connection_OfAPageThatLeaves_IsNotCut()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff);
        var connection = new Connection();
        var context = new DefaultHttpContext { User = await PrincipalAsync(host, person) };
        context.Features.Set<IHttpRequestLifetimeFeature>(connection);
        context.Request.Path = "/_blazor";
        var serving = new EndedConnections(_ => connection.Closed.Task, host.Services.GetRequiredService<SessionWatcher>()).InvokeAsync(context);

        await MakeAsync(host, person, Change.Ban);
        await host.Services.GetRequiredService<SessionWatcher>().CheckAsync(Ct);
        connection.Closed.SetResult();

        await serving.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        Assert.False(connection.Aborted);
    }

    [Theory]
    [InlineData(Role.Staff, new[] { Role.Staff, Role.Teacher }, Role.Staff, new[] { Role.Staff, Role.Teacher, Role.Parent }, false)]
    [InlineData(Role.Staff, new[] { Role.Staff, Role.Teacher }, Role.Teacher, new[] { Role.Staff, Role.Teacher }, true)]
    [InlineData(Role.Staff, new[] { Role.Staff, Role.Teacher }, Role.Staff, new[] { Role.Staff }, true)]
    [InlineData(Role.Staff, new[] { Role.Staff }, null, new Role[0], true)]
    public async Task RightsWatch_StateChanges_LoadsThePageAnewWhenRightsAreLost(Role before, Role[] heldBefore, Role? after, Role[] heldAfter, bool reloads)
    {
        await using var ui = new BunitContext();
        ui.Services.AddLocalization();
        ui.SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        var reload = ui.JSInterop.SetupVoid("portal.reload").SetVoidResult();
        var watch = ui.Render<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, State(before, heldBefore)).AddChildContent<RightsWatch>());

        watch.Render(p => p.Add(v => v.Value, State(after, heldAfter)).AddChildContent<RightsWatch>());

        Assert.Equal(reloads ? 1 : 0, reload.Invocations.Count);
    }

    private static Task<AuthenticationState> State(Role? role, Role[] held) => Task.FromResult(new AuthenticationState(new ClaimsPrincipal(role is null
        ? new ClaimsIdentity([new Claim(ActorClaims.Address, "192.0.2.1")])
        : new ClaimsIdentity([new Claim(ActorClaims.ActiveRole, role.Value.ToString()), new Claim(ActorClaims.Roles, $"{RoleBits.Of(held)}")], "test"))));

    // A tick of the clock before the loop has its timer would be lost.
    private static async Task StartAsync(ServiceHost host)
    {
        var looked = 0;
        using var watch = host.Services.GetRequiredService<SessionWatcher>().Start(Guid.NewGuid(), _ => Interlocked.Increment(ref looked));
        await host.StartAsync<SessionWatcher>();
        await Eventually.TrueAsync(() =>
        {
            host.Clock.Advance(SessionWatcher.Every);
            return Task.FromResult(Volatile.Read(ref looked) > 0);
        });
    }

    private static async Task MakeAsync(ServiceHost host, TestPerson person, Change change)
    {
        await using var db = host.Open();
        var user = db.Users.Where(u => u.Id == person.Id);
        switch (change)
        {
            case Change.Suspend:
                await user.ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Suspended));
                break;
            case Change.Ban:
                await user.ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned));
                break;
            case Change.Delete:
                await user.ExecuteDeleteAsync();
                break;
            case Change.SignOutEverywhere:
                Assert.True((await host.Get<SessionService>().EndAllAsync(person.Actor, Ct)).Succeeded);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(change));
        }
    }

    private static async Task<ClaimsPrincipal> PrincipalAsync(ServiceHost host, TestPerson person)
    {
        await using var db = host.Open();
        var found = await SessionQueries.FindAsync(db, person.Secret, SessionKind.Browser, host.Clock.Now, Ct);
        return found!.ToPrincipal("192.0.2.1", AccountsSchemes.Cookie);
    }

    private static async Task<SessionAuthenticationState> CircuitAsync(ServiceHost host, TestPerson person)
    {
        var state = Assert.IsType<SessionAuthenticationState>(host.Get<AuthenticationStateProvider>());
        state.SetAuthenticationState(Task.FromResult(new AuthenticationState(await PrincipalAsync(host, person))));
        return state;
    }

    private enum Change
    {
        Suspend,
        Ban,
        Delete,
        SignOutEverywhere,
    }

    private sealed class Connection : IHttpRequestLifetimeFeature
    {
        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
            Aborted = true;
            Closed.TrySetResult();
        }
    }
}
