using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class NewestLoadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RunAsync_NewerOneBegun_OlderIsCancelledAndNeverShown(bool heedsItsToken)
    {
        await using var load = new NewestLoad();
        var (older, shown, token) = (new TaskCompletionSource<string>(), new List<string>(), CancellationToken.None);
        var first = load.RunAsync(
            ct =>
            {
                token = ct;
                return heedsItsToken ? older.Task.WaitAsync(ct) : older.Task;
            },
            shown.Add);

        await load.RunAsync(_ => Task.FromResult("newer"), shown.Add);
        older.TrySetResult("older");
        await first;

        Assert.True(token.IsCancellationRequested);
        Assert.Equal(["newer"], shown);
    }

    [Fact]
    public async Task DisposeAsync_LoadUnderWay_EndsItAndAllThatFollow()
    {
        var (load, shown) = (new NewestLoad(), new List<string>());
        var running = load.RunAsync(async ct => { await Task.Delay(Timeout.Infinite, ct); return "running"; }, shown.Add);

        await load.DisposeAsync();
        await running;
        await load.RunAsync(_ => Task.FromResult("later"), shown.Add);

        Assert.True(load.Gone.IsCancellationRequested);
        Assert.Empty(shown);
    }

    [Fact]
    public async Task RunAsync_Failure_IsNotSwallowed()
    {
        await using var load = new NewestLoad();

        await Assert.ThrowsAsync<InvalidOperationException>(() => load.RunAsync<string>(_ => throw new InvalidOperationException(), _ => { }));
        await Assert.ThrowsAsync<OperationCanceledException>(() => load.RunAsync<string>(_ => throw new OperationCanceledException(), _ => { }));
    }
}
