using System.Collections.Concurrent;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

/// <summary>
/// Delivers the outbox of this node: one delivery per channel, and a sweep that frees claims of dead nodes and ends what came too late.
/// Any number of nodes may run it beside each other.
/// </summary>
public sealed partial class OutboxWorker : BackgroundService
{
    // Below the host's own 30 s, so that what could not be finished can still be given back.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookAtSwitches = TimeSpan.FromSeconds(1.5);

    private readonly IReadOnlyList<ChannelDelivery> _deliveries;
    private readonly ConcurrentDictionary<Channel, string> _explained = new();
    private readonly OutboxClaims _claims;
    private readonly ChannelStates _states;
    private readonly DatabaseReadiness _readiness;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<OutboxWorker> _logger;

    public OutboxWorker(
        IEnumerable<IMessageChannel> channels,
        IServiceProvider services,
        ChannelStates states,
        DatabaseReadiness readiness,
        IHostApplicationLifetime lifetime,
        ILogger<OutboxWorker> logger)
    {
        (_states, _readiness, _lifetime, _logger) = (states, readiness, lifetime, logger);
        _claims = services.GetRequiredService<OutboxClaims>();
        var clock = services.GetRequiredService<TimeProvider>();
        var limits = services.GetRequiredService<IOptions<LimitOptions>>().Value;
        var renderer = services.GetRequiredService<MessageRenderer>();
        _deliveries = [.. channels.Select(channel => new ChannelDelivery(
            channel,
            new MessageSending(channel, renderer, states, services.GetRequiredService<OutboxMetrics>(), clock, logger),
            _claims,
            states,
            services.GetRequiredService<OutboxSignal>(),
            limits,
            clock,
            logger))];
    }

    /// <summary>Sweeps once and delivers what is due now, on all channels; returns when nothing is due any more.</summary>
    internal async Task DeliverDueAsync(CancellationToken ct)
    {
        await LookAsync(ct);
        await SweepAsync(ct);
        await Task.WhenAll(_deliveries.Select(d => d.DeliverDueAsync(ct)));
        await SweepAsync(ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _readiness.WaitAsync(stoppingToken);
        // The host stops its services one after the other; waiting for the web server's turn would eat the time that messages in flight need.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _lifetime.ApplicationStopping);
        using var abort = new CancellationTokenSource();
        await using var drained = stop.Token.Register(() => abort.CancelAfter(Drain));
        // Nothing may leave by a channel that was paused before this node started.
        await RepeatAsync(TimeSpan.FromSeconds(1), once: true, LookAsync, stop.Token);
        await Task.WhenAll([
            RepeatAsync(LookAtSwitches, once: false, LookAsync, stop.Token),
            RepeatAsync(Sweep, once: false, SweepAsync, stop.Token),
            .. _deliveries.Select(d => DeliverAsync(d, stop.Token, abort.Token))]);
    }

    /// <summary>Follows what people set up, changed or paused, on whichever node.</summary>
    private async Task LookAsync(CancellationToken ct)
    {
        _states.SwitchOff(await _claims.SwitchesAsync(ct));
        foreach (var delivery in _deliveries)
        {
            delivery.Look();
        }
    }

    private async Task DeliverAsync(ChannelDelivery delivery, CancellationToken stop, CancellationToken abort)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await delivery.RunAsync(stop, abort);
            }
            catch (Exception e)
            {
                LogCrashed(e, delivery.Channel);
                await Task.WhenAny(Task.Delay(Restart, stop));
            }
        }
    }

    /// <summary>Does something at every interval, or until it has succeeded once; while the database is away it goes on trying.</summary>
    private async Task RepeatAsync(TimeSpan every, bool once, Func<CancellationToken, Task> act, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            do
            {
                try
                {
                    await act(stop);
                    if (once)
                    {
                        return;
                    }
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogSweepFailed(e.GetBaseException().Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        var (lost, expired) = await _claims.SweepAsync(ct);
        if (lost > 0)
        {
            LogRecovered(lost);
        }

        if (expired > 0)
        {
            LogExpired(expired);
        }

        // What waits for a paused channel says so; once it works again, or fails in another way, that is taken back.
        var waiting = await _claims.WaitingAsync(ct);
        _states.Waiting(waiting);
        foreach (var channel in Enum.GetValues<Channel>())
        {
            var (pause, explained) = (_states.Of(channel), _explained.GetValueOrDefault(channel));
            var reason = pause?.Reason;
            if (explained is not null && explained != reason)
            {
                await _claims.ExplainWaitingAsync(channel, null, ct);
                _explained.TryRemove(channel, out _);
            }

            if (reason is not null && waiting.Contains(channel))
            {
                await _claims.ExplainWaitingAsync(channel, reason, ct);
                _explained[channel] = reason;
                if (pause!.Halt is ChannelHalt.NotSetUp && explained != reason)
                {
                    LogMissing(channel, DeliveryReasons.Text(reason));
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Channel} messages wait in the outbox: {Reason}")]
    private partial void LogMissing(Channel channel, string? reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Delivery by {Channel} failed and is started again.")]
    private partial void LogCrashed(Exception e, Channel channel);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outbox could not be swept, trying again: {Reason}")]
    private partial void LogSweepFailed(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} messages of a worker that ended are taken up again; their recipients may have them twice.")]
    private partial void LogRecovered(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} messages were not sent in time and are no longer valid.")]
    private partial void LogExpired(int count);
}
