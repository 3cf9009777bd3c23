using InvitePortal.Data;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Data;

public sealed class RateLimitsTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task J04_TryTakeAsync_ManyAtOnceOnTwoNodes_ExactlyTheLimitWin(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        await using var other = ServiceHost.Beside(one, database);
        RateLimits[] nodes = [one.Get<RateLimits>(), other.Get<RateLimits>()];

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => nodes[i % 2].TryTakeAsync("guess:x", 7, Hour, default))));

        Assert.Equal(7, answers.Count(wait => wait is null));
        Assert.Equal(7, await nodes[0].CountAsync("guess:x", Hour, default));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task TryTakeAsync_Full_TellsTheWait_AndNextWindowIsFree(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var limits = host.Get<RateLimits>();
        host.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Null(await limits.TryTakeAsync("a", 1, Hour, default));

        Assert.Equal(TimeSpan.FromMinutes(40), await limits.TryTakeAsync("a", 1, Hour, default));
        Assert.Null(await limits.TryTakeAsync("b", 1, Hour, default));

        host.Clock.Advance(TimeSpan.FromMinutes(40) - TimeSpan.FromTicks(1));
        Assert.NotNull(await limits.TryTakeAsync("a", 1, Hour, default));
        host.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await limits.TryTakeAsync("a", 1, Hour, default));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task TryTakeAsync_Amount_IsTakenWholeOrNotAtAll(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var limits = host.Get<RateLimits>();

        Assert.NotNull(await limits.TryTakeAsync("a", 10, Hour, default, amount: 11));
        Assert.Null(await limits.TryTakeAsync("a", 10, Hour, default, amount: 8));
        Assert.NotNull(await limits.TryTakeAsync("a", 10, Hour, default, amount: 3));
        Assert.Null(await limits.TryTakeAsync("a", 10, Hour, default, amount: 2));
        Assert.Equal(10, await limits.CountAsync("a", Hour, default));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task GiveBackAsync_WhatWasTaken_MayBeTakenAgain(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var limits = host.Get<RateLimits>();
        Assert.Null(await limits.TryTakeAsync("a", 5, Hour, default, amount: 5));

        await limits.GiveBackAsync("a", Hour, 2, default);
        await limits.GiveBackAsync("a", Hour, 99, default);
        await limits.GiveBackAsync("unknown", Hour, 1, default);

        Assert.Equal(3, await limits.CountAsync("a", Hour, default));
        Assert.NotNull(await limits.TryTakeAsync("a", 5, Hour, default, amount: 3));
        Assert.Null(await limits.TryTakeAsync("a", 5, Hour, default, amount: 2));
    }

    [Fact]
    public async Task GiveBackAsync_OfAnEarlierWindow_LeavesThePresentOneAlone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var limits = host.Get<RateLimits>();
        var started = host.Clock.Now;
        Assert.Null(await limits.TryTakeAsync("a", 1, Hour, default, at: started));
        host.Clock.Advance(Hour);
        Assert.Null(await limits.TryTakeAsync("a", 1, Hour, default));

        await limits.GiveBackAsync("a", Hour, 1, default, started);

        Assert.NotNull(await limits.TryTakeAsync("a", 1, Hour, default));
        Assert.Null(await limits.TryTakeAsync("a", 1, Hour, default, at: started));
    }
}
