namespace InvitePortal.Shell.Ui;

/// <summary>Takes a double click as one: its second half arrives while the first is at work, or just after.</summary>
public sealed class ClickGuard(TimeProvider clock)
{
    private static readonly TimeSpan DoubleClick = TimeSpan.FromSeconds(1);

    private (string Action, DateTimeOffset At) _last = ("", DateTimeOffset.MinValue);
    private bool _acting;

    /// <summary>Runs <paramref name="act"/>, unless anything is at work or the same <paramref name="action"/> has just ended.</summary>
    public async Task RunAsync(string action, Func<Task> act)
    {
        if (_acting || (_last.Action == action && clock.GetUtcNow() - _last.At < DoubleClick))
        {
            return;
        }

        _acting = true;
        try
        {
            await act();
        }
        finally
        {
            _acting = false;
            _last = (action, clock.GetUtcNow());
        }
    }
}
