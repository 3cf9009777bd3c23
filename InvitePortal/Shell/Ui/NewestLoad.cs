namespace InvitePortal.Shell.Ui;

/// <summary>The loads of a component, of which only the newest is shown: each cancels the one before, and the last ends when the component goes.</summary>
public sealed class NewestLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource _load = new();

    public NewestLoad() => Gone = _gone.Token;

    /// <summary>Cancelled when the component goes.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Reads with a token of its own, and shows what came unless a newer load has begun meanwhile. Does nothing once the component is gone.</summary>
    public async Task RunAsync<T>(Func<CancellationToken, Task<T>> read, Action<T> show)
    {
        if (Gone.IsCancellationRequested)
        {
            // A dialog that closed because the page was left.
            return;
        }

        var before = _load;
        _load = CancellationTokenSource.CreateLinkedTokenSource(Gone);
        var ct = _load.Token;
        await before.CancelAsync();
        before.Dispose();
        try
        {
            var found = await read(ct);
            ct.ThrowIfCancellationRequested();
            show(found);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // A newer load is under way.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _load.Dispose();
        _gone.Dispose();
    }
}
