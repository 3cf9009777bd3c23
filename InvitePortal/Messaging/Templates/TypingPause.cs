namespace InvitePortal.Messaging.Templates;

/// <summary>Acts once somebody has stopped typing: whoever types on cancels what was begun for the text before.</summary>
internal sealed class TypingPause(TimeSpan length) : IDisposable
{
    private CancellationTokenSource? _typing;

    /// <summary>Waits, and acts unless something newer was typed meanwhile or <paramref name="gone"/> is cancelled.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> act, CancellationToken gone)
    {
        _typing?.Cancel();
        _typing?.Dispose();
        _typing = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var ct = _typing.Token;
        try
        {
            await Task.Delay(length, ct);
            await act(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Something newer, or nobody is there any more.
        }
    }

    public void Dispose() => _typing?.Dispose();
}
