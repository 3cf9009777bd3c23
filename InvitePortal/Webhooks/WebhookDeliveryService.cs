using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>Sends deliveries again, and tests. A replay is the same message with the same id and content, under a new time and signature.</summary>
public sealed class WebhookDeliveryService(
    IDbContextFactory<AppDbContext> databases, WebhookChannel channel, WebhookDirectory directory, Outbox outbox, RateLimits rates, IOptions<LimitOptions> limits, TimeProvider clock)
{
    /// <summary>Sends one delivery again, whether it arrived, failed or was withdrawn; one that is put off goes at once.</summary>
    public Task<Result> ReplayAsync(Actor actor, Guid endpointId, Guid messageId, CancellationToken ct) => ReplayAsync(actor, endpointId, ct, async (db, mine) =>
    {
        var one = mine.Where(m => m.Id == messageId);
        var replayed = await AgainAsync(db, one, [DeliveryState.Sent, DeliveryState.Failed, DeliveryState.Cancelled], ct) + await HurryAsync(one, ct);
        return replayed > 0 ? Result.Ok : await one.AnyAsync(ct) ? WebhookErrors.UnderWay : WebhookErrors.DeliveryNotFound;
    });

    /// <summary>Sends again all that failed or was withdrawn, and at once what is put off.</summary>
    /// <returns>How many.</returns>
    public async Task<Result<ReplayedWebhooks>> ReplayFailedAsync(Actor actor, Guid endpointId, ReplayWebhook command, CancellationToken ct)
    {
        var (count, since) = (0, command.Since?.ToUniversalTime() ?? DateTimeOffset.MinValue);
        var result = await ReplayAsync(actor, endpointId, ct, async (db, mine) =>
        {
            var recent = mine.Where(m => m.CreatedAt >= since);
            count = await AgainAsync(db, recent, [DeliveryState.Failed, DeliveryState.Cancelled], ct) + await HurryAsync(recent, ct);
            return Result.Ok;
        });
        return result.Succeeded ? new ReplayedWebhooks(count) : result.Error;
    }

    /// <summary>Posts a test event at once and gives back what the endpoint really said, also where it is switched off. The log keeps it.</summary>
    public async Task<Result<WebhookTestResult>> TestAsync(Actor actor, Guid endpointId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (await db.WebhookEndpoints.AsNoTracking().FirstOrDefaultAsync(e => e.Id == endpointId, ct) is not { } endpoint)
        {
            return WebhookErrors.NotFound;
        }

        if (await rates.TryTakeAsync($"webhook-test:{state.Value.Id:N}", limits.Value.WebhookTestsPerHour, TimeSpan.FromHours(1), ct) is { } wait)
        {
            return WebhookErrors.TestLimit(wait);
        }

        var now = clock.GetUtcNow();
        var body = new WebhookPayload(WebhookPayload.Test, now, new { EndpointId = endpointId, By = new WebhookPerson(state.Value.Id, state.Value.Name) }).ToBytes();
        var message = outbox.Enqueue(db, new MessageDraft(WebhookPayload.Test, new Uri(endpoint.Url).Host, Languages.English, body) { Channel = Channel.Webhook, RecipientKey = WebhookEndpoint.KeyOf(endpointId) });
        var answer = await channel.TryAsync(endpoint, message.Id, body, ct);
        message.State = answer.Arrived ? DeliveryState.Sent : DeliveryState.Failed;
        message.SentAt = answer.Arrived ? clock.GetUtcNow() : null;
        message.Reason = answer.Reason;
        message.Attempts = 1;
        message.EndedDay = OutboxMessage.DayOf(now);
        await db.SaveChangesAsync(CancellationToken.None);
        db.WebhookTries.Add(channel.Entry(message.Id, answer));
        AuditLog.Record(db, now, actor, state.Value.Name, "webhook.tested", endpointId, after: new { answer.Status });
        await db.SaveChangesAsync(CancellationToken.None);
        await channel.NoteAnswerAsync(db, endpoint, answer, CancellationToken.None);
        if (answer.IsGone)
        {
            await directory.RefreshAsync(CancellationToken.None);
        }

        return new WebhookTestResult(answer.Arrived, answer.Status, (int)answer.Took.TotalMilliseconds, answer.Answer, DeliveryReasons.Text(answer.Reason));
    }

    private async Task<Result> ReplayAsync(Actor actor, Guid endpointId, CancellationToken ct, Func<AppDbContext, IQueryable<OutboxMessage>, Task<Result>> replay)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireSuperAdminAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var isOn = await db.WebhookEndpoints.Where(e => e.Id == endpointId).Select(e => (bool?)e.IsOn).FirstOrDefaultAsync(ct);
                if (isOn is not true)
                {
                    return isOn is null ? WebhookErrors.NotFound : WebhookErrors.Off;
                }

                var key = WebhookEndpoint.KeyOf(endpointId);
                var replayed = await replay(db, db.OutboxMessages.Where(m => m.RecipientKey == key && m.Channel == Channel.Webhook));
                if (replayed.Succeeded)
                {
                    AuditLog.Record(db, clock.GetUtcNow(), actor, state.Value.Name, "webhook.replayed", endpointId);
                    await db.SaveChangesAsync(ct);
                }

                return replayed;
            },
            ct);
        outbox.Wake();
        return result;
    }

    /// <summary>Ended ones begin anew, with all their tries before them.</summary>
    private async Task<int> AgainAsync(AppDbContext db, IQueryable<OutboxMessage> messages, DeliveryState[] states, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var ended = messages.Where(m => states.Contains(m.State) && m.Body != null);
        await db.OutboxAttempts.Where(a => ended.Any(m => m.Id == a.MessageId)).ExecuteDeleteAsync(ct);
        return await ended.ExecuteUpdateAsync(
            set => set
                .SetProperty(m => m.State, DeliveryState.Queued)
                .SetProperty(m => m.DueAt, now)
                .SetProperty(m => m.Attempts, 0)
                .SetProperty(m => m.EndedDay, (int?)null)
                .SetProperty(m => m.Reason, (string?)null)
                .SetProperty(m => m.SentAt, (DateTimeOffset?)null),
            ct);
    }

    private Task<int> HurryAsync(IQueryable<OutboxMessage> messages, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return messages.Where(m => m.State == DeliveryState.Delayed).ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, now), ct);
    }
}
