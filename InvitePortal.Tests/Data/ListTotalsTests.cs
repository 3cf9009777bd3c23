using InvitePortal.Data;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Data;

public sealed class ListTotalsTests
{
    private readonly FakeClock _clock = new();
    private readonly ListTotals _totals;
    private int _counted;

    public ListTotalsTests() => _totals = new ListTotals(_clock);

    [Fact]
    public async Task GetAsync_UpTo1000_CountsEveryTime()
    {
        Assert.Equal(1_000, await GetAsync(1_000));
        Assert.Equal(999, await GetAsync(999));
        Assert.Equal(2, _counted);
    }

    [Fact]
    public async Task GetAsync_Above1000_IsReusedFor10Seconds()
    {
        Assert.Equal(1_001, await GetAsync(1_001));
        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(1_001, await GetAsync(2_000));
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(2_000, await GetAsync(2_000));
        Assert.Equal(2, _counted);
    }

    [Fact]
    public async Task GetAsync_OtherKey_IsCountedApart()
    {
        await GetAsync(5_000, "users|a");
        Assert.Equal(7_000, await GetAsync(7_000, "users|b"));
    }

    [Fact]
    public async Task Forget_Prefix_IsCountedAnew()
    {
        await GetAsync(5_000, "users|a");
        await GetAsync(6_000, "invitations|a");

        _totals.Forget("users|");

        Assert.Equal(5_001, await GetAsync(5_001, "users|a"));
        Assert.Equal(6_000, await GetAsync(6_001, "invitations|a"));
    }

    [Fact]
    public async Task GetAsync_ThousandsOfKeys_StayBounded()
    {
        for (var i = 0; i < 5_000; i++)
        {
            await GetAsync(2_000, $"users|{i}");
        }

        _counted = 0;
        for (var i = 0; i < 5_000; i++)
        {
            await GetAsync(2_000, $"users|{i}");
        }

        Assert.InRange(_counted, 4_000, 5_000);
    }

    private Task<long> GetAsync(long actual, string key = "users|") => _totals.GetAsync(key, () =>
    {
        _counted++;
        return Task.FromResult(actual);
    });
}
