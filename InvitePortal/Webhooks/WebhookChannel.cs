using System.Security.Cryptography;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>Events to endpoints. Each has lanes of its own, so that a slow or dead one keeps no other waiting.</summary>
public sealed partial class WebhookChannel(
    IDbContextFactory<AppDbContext> databases,
    WebhookSender sender,
    WebhookKeys keys,
    WebhookDirectory directory,
    IOptions<LimitOptions> limits,
    TimeProvider clock,
    ILogger<WebhookChannel> logger) : IMessageChannel
{
    /// <inheritdoc />
    public Channel Channel => Channel.Webhook;

    /// <inheritdoc />
    public int? AtOnce => limits.Value.WebhookEndpoints * limits.Value.WebhookParallel;

    /// <inheritdoc />
    public int? AtOncePerRecipient => limits.Value.WebhookParallel;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        WebhookEndpoint? endpoint;
        try
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            endpoint = Guid.TryParse(message.Recipient, out var id) ? await db.WebhookEndpoints.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id, ct) : null;
        }
        catch (Exception e) when (DbErrors.IsUnavailable(e))
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Unexpected, e.GetBaseException().Message), NeedsPerson: false);
        }

        if (endpoint is not { IsOn: true })
        {
            return new SendOutcome.FinalFailure(endpoint is null ? WebhookReasons.Deleted : WebhookReasons.Off);
        }

        var answer = await TryAsync(endpoint, message.Id, Encoding.UTF8.GetBytes(message.Text), ct);
        await NoteAsync(endpoint, message.Id, answer);
        return answer switch
        {
            { Arrived: true } => SendOutcome.Sent.Value,
            { IsGone: true } => new SendOutcome.FinalFailure(answer.Reason!),
            _ => new SendOutcome.PassingFailure(answer.Reason!, answer.RetryAfter, answer.MayHaveArrived),
        };
    }

    /// <summary>Signs and posts once.</summary>
    internal async Task<WebhookAnswer> TryAsync(WebhookEndpoint endpoint, Guid messageId, byte[] body, CancellationToken ct)
    {
        try
        {
            return await sender.SendAsync(new Uri(endpoint.Url), WebhookSignature.IdOf(messageId), body, keys.Of(endpoint), ct);
        }
        catch (CryptographicException)
        {
            return new WebhookAnswer(null, TimeSpan.Zero, WebhookReasons.Secret);
        }
    }

    /// <summary>The try, for the log.</summary>
    internal WebhookTry Entry(Guid messageId, WebhookAnswer answer)
    {
        var now = clock.GetUtcNow();
        return new WebhookTry
        {
            Id = Guid.CreateVersion7(now),
            MessageId = messageId,
            At = now,
            Status = answer.Status,
            Milliseconds = (int)answer.Took.TotalMilliseconds,
            Answer = answer.Answer,
            Reason = answer.Reason,
        };
    }

    /// <summary>Writes what the endpoint's own row tells of its last answer; one that says 410 is switched off, and what waits for it is withdrawn.</summary>
    internal async Task NoteAnswerAsync(AppDbContext db, WebhookEndpoint endpoint, WebhookAnswer answer, CancellationToken ct)
    {
        var (id, now) = (endpoint.Id, clock.GetUtcNow());
        var failingSince = answer.Arrived ? (DateTimeOffset?)null : now;
        await db.WebhookEndpoints.Where(e => e.Id == id).ExecuteUpdateAsync(
            set => set
                .SetProperty(e => e.LastTryAt, now)
                .SetProperty(e => e.LastStatus, answer.Status)
                .SetProperty(e => e.FailingSince, e => failingSince == null ? null : e.FailingSince ?? failingSince),
            ct);
        if (answer.IsGone && await db.WebhookEndpoints.Where(e => e.Id == id && e.IsOn).ExecuteUpdateAsync(set => set.SetProperty(e => e.IsOn, false).SetProperty(e => e.StoppedAt, now), ct) == 1)
        {
            await WithdrawAsync(db, id, ct);
            LogStopped(id);
        }
    }

    /// <summary>Withdraws what waits for an endpoint; the log keeps it, and it can be sent again.</summary>
    internal static Task<int> WithdrawAsync(AppDbContext db, Guid endpointId, CancellationToken ct)
    {
        var key = WebhookEndpoint.KeyOf(endpointId);
        return db.OutboxMessages
            .Where(m => m.Channel == Channel.Webhook && m.RecipientKey == key && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed))
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Cancelled).SetProperty(m => m.Reason, WebhookReasons.Off), ct);
    }

    // The answer matters more than the log: what arrived must not be sent again because the database is away.
    private async Task NoteAsync(WebhookEndpoint endpoint, Guid messageId, WebhookAnswer answer)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
            db.WebhookTries.Add(Entry(messageId, answer));
            await db.SaveChangesAsync(CancellationToken.None);
            await NoteAnswerAsync(db, endpoint, answer, CancellationToken.None);
            if (answer.IsGone)
            {
                await directory.RefreshAsync(CancellationToken.None);
            }
        }
        catch (Exception e)
        {
            LogNotNoted(messageId, e.GetBaseException().Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Webhook endpoint {Id} answered 410 and is switched off.")]
    private partial void LogStopped(Guid id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The try to deliver {Message} could not be written to the log: {Reason}")]
    private partial void LogNotNoted(Guid message, string reason);
}
