using System.Diagnostics;

namespace InvitePortal.Accounts;

/// <summary>Answers to questions about unknown people take as long as those about known ones: all of them wait until the same moment.</summary>
internal static class EvenTime
{
    private static readonly TimeSpan Floor = TimeSpan.FromMilliseconds(400);

    /// <summary>Waits for what is left of the common time since <paramref name="started"/> (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public static Task WaitAsync(long started, CancellationToken ct)
    {
        var left = Floor - Stopwatch.GetElapsedTime(started);
        return left > TimeSpan.Zero ? Task.Delay(left, ct) : Task.CompletedTask;
    }
}
