using System.Security.Cryptography;
using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Messaging;

/// <summary>What is to be written about a message that a worker held.</summary>
internal enum Ending
{
    Sent,
    /// <summary>Given back untried.</summary>
    Released,
    /// <summary>A try failed and counts.</summary>
    Failed,
    Expired,
}

/// <summary>How the handling of a held message ended.</summary>
/// <param name="Ending">What is to be written.</param>
/// <param name="Outcome">What the channel said, if it was asked.</param>
/// <param name="Reason">Why, where it was not sent.</param>
/// <param name="IsFinal">Whether no try may follow.</param>
internal sealed record Verdict(Ending Ending, SendOutcome? Outcome = null, string? Reason = null, bool IsFinal = false);

/// <summary>Composes and sends one message; whatever goes wrong becomes a verdict on this message alone.</summary>
internal sealed partial class MessageSending(
    IMessageChannel channel, MessageRenderer renderer, ChannelStates states, OutboxMetrics metrics, TimeProvider clock, ILogger logger)
{
    // Composing the same data fails the same way each time, unless another node wrote it with newer code or a newer key.
    private const int RenderTries = 3;

    public async Task<Verdict> TryAsync(Claimed claimed, CancellationToken abort)
    {
        var (message, now) = (claimed.Message, clock.GetUtcNow());
        if (claimed.LeaseUntil <= now)
        {
            // Perhaps another node has it by now; if not, it is free again at once.
            return new Verdict(Ending.Released);
        }

        if (message.ExpiresAt <= now)
        {
            return new Verdict(Ending.Expired);
        }

        if (states.Of(channel.Channel) is { } pause && pause.Until > now)
        {
            return new Verdict(Ending.Released, Reason: pause.Reason);
        }

        var (rendered, problem) = await RenderAsync(message);
        return rendered is null ? problem! : await SendAsync(message, rendered, abort);
    }

    private async Task<(RenderedMessage? Rendered, Verdict? Problem)> RenderAsync(OutboxMessage message)
    {
        try
        {
            return message.Body is null
                ? (null, new Verdict(Ending.Failed, Reason: DeliveryReasons.Unreadable, IsFinal: true))
                : (await renderer.RenderAsync(message), null);
        }
        catch (Exception e) when (DbErrors.IsUnavailable(e))
        {
            // The key ring lies in the database: what cannot be read now can be read later.
            return (null, new Verdict(Ending.Released));
        }
        catch (Exception e)
        {
            LogRenderFailed(e, message.Id, message.Kind);
            var reason = e is CryptographicException ? DeliveryReasons.Unreadable : DeliveryReasons.Render;
            return (null, new Verdict(Ending.Failed, Reason: reason, IsFinal: message.Attempts + 1 >= RenderTries));
        }
    }

    private async Task<Verdict> SendAsync(OutboxMessage message, RenderedMessage rendered, CancellationToken abort)
    {
        var (begun, start) = (clock.GetUtcNow(), TimeProvider.System.GetTimestamp());
        SendOutcome outcome;
        try
        {
            outcome = await channel.SendAsync(rendered, abort);
        }
        catch (OperationCanceledException) when (abort.IsCancellationRequested)
        {
            return new Verdict(Ending.Released);
        }
        catch (Exception e)
        {
            LogSendFailed(e, message.Id, channel.Channel);
            outcome = new SendOutcome.PassingFailure(DeliveryReasons.Unexpected);
        }

        metrics.Tried(channel.Channel, outcome.GetType().Name, TimeProvider.System.GetElapsedTime(start));
        return Judge(outcome, begun);
    }

    private Verdict Judge(SendOutcome outcome, DateTimeOffset begun)
    {
        if (outcome is SendOutcome.ChannelFailure failure)
        {
            Pause(failure.Reason, failure.NeedsPerson, failure.RetryAfter);
        }
        else if (outcome is SendOutcome.PassingFailure { RestsChannel: true } trouble)
        {
            Pause(trouble.Reason, needsPerson: false, trouble.RetryAfter);
        }
        else if (states.Resume(channel.Channel, begun))
        {
            LogResumed(channel.Channel);
        }

        return outcome switch
        {
            SendOutcome.ChannelFailure down => new Verdict(Ending.Released, outcome, down.Reason),
            SendOutcome.Sent => new Verdict(Ending.Sent, outcome),
            SendOutcome.PassingFailure passing => new Verdict(Ending.Failed, outcome, passing.Reason),
            SendOutcome.FinalFailure final => new Verdict(Ending.Failed, outcome, final.Reason, IsFinal: true),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    private void Pause(string reason, bool needsPerson, TimeSpan? wait)
    {
        if (states.Pause(channel.Channel, reason, needsPerson, wait))
        {
            LogPaused(channel.Channel, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} of kind {Kind} could not be composed.")]
    private partial void LogRenderFailed(Exception e, Guid id, string kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {Id} could not be sent by {Channel}.")]
    private partial void LogSendFailed(Exception e, Guid id, Channel channel);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Channel} is paused, its messages wait: {Reason}")]
    private partial void LogPaused(Channel channel, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Channel} works again.")]
    private partial void LogResumed(Channel channel);
}
