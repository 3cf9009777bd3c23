namespace InvitePortal.Data;

/// <summary>Reads again and again in the background of a component.</summary>
internal static class Rounds
{
    /// <summary>Runs <paramref name="once"/> now and then at every interval. While the database is away, what is shown stays: nobody asked for this reading.</summary>
    /// <param name="clock">What the interval is measured by.</param>
    /// <param name="every">The interval.</param>
    /// <param name="once">One reading.</param>
    /// <param name="failed">Told any other failure, which ends it.</param>
    /// <param name="gone">Cancelled when the component is.</param>
    public static async Task RunAsync(TimeProvider clock, TimeSpan every, Func<Task> once, Func<Exception, Task> failed, CancellationToken gone)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            do
            {
                try
                {
                    await once();
                }
                catch (Exception e) when (DbErrors.IsUnavailable(e))
                {
                    // The next round tries again.
                }
            }
            while (await timer.WaitForNextTickAsync(gone));
        }
        catch (OperationCanceledException)
        {
            // The component is gone.
        }
        catch (Exception e)
        {
            await failed(e);
        }
    }
}
