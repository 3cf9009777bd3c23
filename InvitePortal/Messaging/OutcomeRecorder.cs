using System.Threading.Channels;

namespace InvitePortal.Messaging;

/// <summary>
/// Writes what became of messages, several at a time while the database is busy with the last write. At most as many messages as there are slots
/// are between "being sent" and "written as sent": that many can be doubled by a crash, and no more. While the database is away, sending stands still.
/// </summary>
internal sealed partial class OutcomeRecorder(OutboxClaims claims, ILogger logger, int slots, Action<int> written) : IDisposable
{
    /// <summary>How many messages may be in flight or sent without being written so, where people would get them twice.</summary>
    public const int Unwritten = 10;

    private readonly Channel<(Claimed Claimed, Verdict Verdict)> _ended =
        System.Threading.Channels.Channel.CreateUnbounded<(Claimed, Verdict)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim _slots = new(slots);

    /// <summary>Asks for leave to begin a message.</summary>
    public Task BeginAsync(CancellationToken ct) => _slots.WaitAsync(ct);

    /// <summary>Hands over how a begun message ended.</summary>
    public void End(Claimed claimed, Verdict verdict) => _ended.Writer.TryWrite((claimed, verdict));

    /// <summary>No more messages follow; <see cref="RunAsync"/> ends when all is written.</summary>
    public void Complete() => _ended.Writer.Complete();

    /// <summary>Writes until <see cref="Complete"/>, or until <paramref name="abort"/> while the database is away.</summary>
    public async Task RunAsync(CancellationToken abort)
    {
        var batch = new List<(Claimed Claimed, Verdict Verdict)>(Unwritten);
        while (await _ended.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (batch.Count < Unwritten && _ended.Reader.TryRead(out var ended))
            {
                batch.Add(ended);
            }

            await WriteAsync(batch, abort);
            _slots.Release(batch.Count);
            written(batch.Count);
            batch.Clear();
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task WriteAsync(List<(Claimed Claimed, Verdict Verdict)> batch, CancellationToken abort)
    {
        var sent = batch.Where(b => b.Verdict.Ending is Ending.Sent).Select(b => b.Claimed).ToList();
        if (sent.Count > 0)
        {
            await InsistAsync(
                async () =>
                {
                    // A repeated write finds rows that the first one has written, so only the first may complain.
                    if (await claims.SentAsync(sent, CancellationToken.None) < sent.Count)
                    {
                        LogLost(sent.Count);
                    }
                },
                abort);
        }

        foreach (var released in batch.Where(b => b.Verdict.Ending is Ending.Released).GroupBy(b => b.Verdict.Reason))
        {
            await InsistAsync(() => claims.ReleaseAsync([.. released.Select(b => b.Claimed)], released.Key, CancellationToken.None), abort);
        }

        foreach (var (claimed, verdict) in batch)
        {
            switch (verdict.Ending)
            {
                case Ending.Failed:
                    var passing = verdict.Outcome as SendOutcome.PassingFailure;
                    await InsistAsync(
                        () => claims.FailedTryAsync(
                            claimed, verdict.Reason!, verdict.IsFinal, passing?.RetryAfter, passing?.MayHaveArrived ?? false, CancellationToken.None),
                        abort);
                    break;
                case Ending.Expired:
                    await InsistAsync(() => claims.ExpiredAsync([claimed], CancellationToken.None), abort);
                    break;
                case Ending.Sent or Ending.Released:
                    break;
                default:
                    throw new InvalidOperationException($"Unknown ending {verdict.Ending}.");
            }
        }
    }

    /// <summary>Repeats a write until it succeeds: what is known to be sent must not be forgotten because the database is away.</summary>
    private async Task InsistAsync(Func<Task> write, CancellationToken abort)
    {
        for (var wait = TimeSpan.FromMilliseconds(100); ; wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds * 2, 5_000)))
        {
            try
            {
                await write();
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && !abort.IsCancellationRequested)
            {
                LogNotWritten(e.GetBaseException().Message);
            }
            catch (Exception e)
            {
                LogGivenUp(e);
                return;
            }

            await Task.WhenAny(Task.Delay(wait, abort));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Count} messages that were sent, some were no longer held: they may be sent twice.")]
    private partial void LogLost(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What became of messages could not be written, trying again: {Reason}")]
    private partial void LogNotWritten(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "What became of messages could not be written before the portal stopped: they may be sent twice.")]
    private partial void LogGivenUp(Exception e);
}
