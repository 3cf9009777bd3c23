using System.Text.Json;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>
/// Delivers the messages of one channel: a loop that claims, a few lanes that send, one recorder that writes. Channels share nothing,
/// so that a bad one never stops another.
/// </summary>
internal sealed partial class ChannelDelivery(
    IMessageChannel channel, MessageSending sending, OutboxClaims claims, ChannelStates states, OutboxSignal signal, LimitOptions limits, TimeProvider clock, ILogger logger)
{
    private readonly OutboxSignal _progress = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Claimed> _held = [];
    private object? _settings = channel.Settings;

    public Channel Channel => channel.Channel;

    /// <summary>Delivers until <paramref name="stop"/>; then finishes what is in flight and gives back the rest, at the latest when <paramref name="abort"/> is cancelled.</summary>
    public Task RunAsync(CancellationToken stop, CancellationToken abort) => RunAsync(onlyDue: false, stop, abort);

    /// <summary>Delivers what is due now, and returns when nothing is.</summary>
    public Task DeliverDueAsync(CancellationToken ct) => RunAsync(onlyDue: true, ct, ct);

    /// <summary>Follows the settings of the channel: closes it while it is not set up, and forgets old trouble when they change.</summary>
    public void Look()
    {
        var settings = channel.Settings;
        if (channel.Missing is { } missing)
        {
            states.Close(Channel, missing);
        }
        else if ((IsOther(settings) || states.IsClosed(Channel)) && states.Resume(Channel))
        {
            LogTriedAnew(Channel);
        }

        _settings = settings;
    }

    // A save anywhere makes all settings anew; what counts is whether they say something else.
    private bool IsOther(object? settings) =>
        !ReferenceEquals(settings, _settings) && JsonSerializer.Serialize(settings) != JsonSerializer.Serialize(_settings);

    private async Task RunAsync(bool onlyDue, CancellationToken stop, CancellationToken abort)
    {
        using var queue = new ReadyQueue();
        using var closing = new CancellationTokenSource();
        var atOnce = channel.AtOnce ?? limits.OutboxParallel;
        using var recorder = new OutcomeRecorder(claims, logger, Math.Max(OutcomeRecorder.Unwritten, channel.AtOncePerRecipient is null ? 0 : atOnce), Written);
        var recording = recorder.RunAsync(abort);
        var lanes = Enumerable.Range(0, atOnce).Select(_ => LaneAsync(queue, recorder, closing.Token, abort)).ToList();
        var renewing = RenewAsync(closing.Token);
        try
        {
            await ClaimAsync(onlyDue, queue, stop);
        }
        finally
        {
            await closing.CancelAsync();
            foreach (var waiting in queue.TakeAll())
            {
                recorder.End(waiting, new Verdict(Ending.Released));
            }

            await Task.WhenAll(lanes);
            recorder.Complete();
            await recording;
            await renewing;
        }
    }

    private async Task ClaimAsync(bool onlyDue, ReadyQueue queue, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Taken before looking, so that nothing that happens meanwhile is missed.
            var (wake, progress, idle) = (signal.Next, _progress.Next, Held is 0);
            try
            {
                var claimed = await ClaimOnceAsync(stop);
                foreach (var message in claimed)
                {
                    queue.Add(message);
                }

                if (onlyDue && idle && claimed.Count is 0)
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (!onlyDue)
            {
                LogClaimFailed(Channel, e.GetBaseException().Message);
            }

            await Task.WhenAny(wake, progress, Task.Delay(limits.OutboxPoll, stop));
        }
    }

    /// <summary>Claims as much as there is room for. When there is hardly any, because sending is slow, codes are let in nevertheless.</summary>
    private async Task<IReadOnlyList<Claimed>> ClaimOnceAsync(CancellationToken stop)
    {
        Look();
        var (held, pause) = (Held, states.Of(Channel));
        if (pause is not null && pause.Until > clock.GetUtcNow())
        {
            return [];
        }

        var room = limits.OutboxClaim - held;
        var (upTo, count) = pause is not null
            ? (Priority.Reminder, held is 0 ? 1 : 0)
            : channel.AtOncePerRecipient is not null || room >= limits.OutboxClaim / 2 ? (Priority.Reminder, Math.Max(1, room))
            : (Priority.Code, Math.Max(0, room + limits.OutboxParallel));
        if (count is 0)
        {
            return [];
        }

        // A claim is not given up halfway: nobody would know of the rows until their lease has run out.
        stop.ThrowIfCancellationRequested();
        var claimed = channel.AtOncePerRecipient is { } each && pause is null
            ? await claims.ClaimFairlyAsync(Channel, each, HeldByRecipient(), CancellationToken.None)
            : await claims.ClaimAsync(Channel, upTo, count, CancellationToken.None);
        lock (_lock)
        {
            _held.UnionWith(claimed);
        }

        return claimed;
    }

    private async Task LaneAsync(ReadyQueue queue, OutcomeRecorder recorder, CancellationToken closing, CancellationToken abort)
    {
        while (await queue.TakeAsync(closing) is { } claimed)
        {
            try
            {
                await recorder.BeginAsync(closing);
            }
            catch (OperationCanceledException)
            {
                await recorder.BeginAsync(CancellationToken.None);
                End(claimed, new Verdict(Ending.Released));
                return;
            }

            End(claimed, await sending.TryAsync(claimed, abort));
        }

        void End(Claimed claimed, Verdict verdict)
        {
            lock (_lock)
            {
                _held.Remove(claimed);
            }

            recorder.End(claimed, verdict);
        }
    }

    /// <summary>Keeps leases alive while their messages wait or are being sent slowly.</summary>
    private async Task RenewAsync(CancellationToken closing)
    {
        using var timer = new PeriodicTimer(limits.OutboxLease / 4);
        try
        {
            while (await timer.WaitForNextTickAsync(closing))
            {
                List<Claimed> held;
                lock (_lock)
                {
                    held = [.. _held];
                }

                if (held.Count > 0)
                {
                    await RenewAsync(held);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task RenewAsync(List<Claimed> held)
    {
        try
        {
            await claims.RenewAsync(held, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotRenewed(Channel, e.GetBaseException().Message);
        }
    }

    private int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    private Dictionary<string, int> HeldByRecipient()
    {
        lock (_lock)
        {
            return _held.CountBy(c => c.Message.RecipientKey).ToDictionary();
        }
    }

    private void Written(int count)
    {
        if (channel.AtOncePerRecipient is not null || Held <= limits.OutboxClaim / 2)
        {
            _progress.Set();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Channel} has other settings now and is tried anew.")]
    private partial void LogTriedAnew(Channel channel);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages for {Channel} could not be claimed, trying again: {Reason}")]
    private partial void LogClaimFailed(Channel channel, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Claims of messages for {Channel} could not be renewed, trying again: {Reason}")]
    private partial void LogNotRenewed(Channel channel, string reason);
}
