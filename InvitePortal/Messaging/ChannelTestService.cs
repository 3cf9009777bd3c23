using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

/// <summary>What the provider said to a test.</summary>
/// <param name="Accepted">Whether it took the message.</param>
/// <param name="Answer">Its own words, or one sentence on why there were none, in the current language.</param>
public sealed record ChannelTestResult(bool Accepted, string Answer);

/// <summary>Sends tests through channels, past the queue. For super admins.</summary>
public sealed class ChannelTestService(
    IDbContextFactory<AppDbContext> databases, IServiceProvider services, Outbox outbox, RateLimits rates, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>
    /// Sends a short test now and waits for the provider's answer, also while the channel is paused or in trouble. It appears in the outbox, and is never
    /// tried twice.
    /// </summary>
    public async Task<Result<ChannelTestResult>> SendAsync(Actor actor, Channel channel, string recipient, CancellationToken ct)
    {
        recipient = ChannelAddress.TryParse(channel, recipient, out var address) ? address.Display : recipient.Trim();
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (me.Value.ActiveRole is not Role.SuperAdmin)
        {
            return OutboxErrors.TestNotAllowed;
        }

        if (recipient.Length is 0 or > FieldLengths.Email || recipient.Contains('\0', StringComparison.Ordinal))
        {
            return OutboxErrors.RecipientMissing;
        }

        if (services.GetServices<IMessageChannel>().FirstOrDefault(c => c.Channel == channel && channel is not Channel.Webhook) is not { Missing: null } way)
        {
            return OutboxErrors.NotSetUp;
        }

        if (await rates.TryTakeAsync($"channel-test:{me.Value.Id:N}", limits.Value.ChannelTestsPerHour, Hour, ct) is { } wait)
        {
            return OutboxErrors.TooManyTests(wait);
        }

        var draft = new MessageDraft(ChannelTestMessage.KindName, recipient, Languages.Current, new ChannelTestData(me.Value.Name)) { Channel = channel };
        var claimed = await WriteAsync(db, actor, me.Value, draft, ct);
        return await SendAsync(way, draft, claimed);
    }

    /// <summary>The message is written as held, and expires with the lease: no worker takes it up when this node dies meanwhile.</summary>
    private async Task<Claimed> WriteAsync(AppDbContext db, Actor actor, ActorState me, MessageDraft draft, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var message = outbox.Enqueue(db, draft with { ExpiresAt = now + limits.Value.OutboxLease });
        (message.State, message.LeaseToken, message.LeaseUntil) = (DeliveryState.Sending, Guid.NewGuid(), now + limits.Value.OutboxLease);
        AuditLog.Record(db, now, actor, me.Name, "channel.tested", message.Id, after: new { draft.Channel, draft.Recipient });
        await db.SaveChangesAsync(ct);
        return new Claimed(message);
    }

    // Not cancelled when the page is left: the answer belongs into the outbox.
    private async Task<Result<ChannelTestResult>> SendAsync(IMessageChannel way, MessageDraft draft, Claimed claimed)
    {
        var (claims, renderer) = (services.GetRequiredService<OutboxClaims>(), services.GetRequiredService<MessageRenderer>());
        var rendered = await renderer.PreviewAsync(draft);
        var outcome = await way.SendAsync(rendered with { Id = claimed.Message.Id }, CancellationToken.None);
        if (outcome is SendOutcome.Sent sent)
        {
            await claims.SentAsync([claimed], CancellationToken.None);
            services.GetRequiredService<ChannelStates>().Resume(way.Channel);
            outbox.Wake();
            return new ChannelTestResult(true, sent.Answer ?? "");
        }

        var (reason, mayHaveArrived) = outcome switch
        {
            SendOutcome.PassingFailure passing => (passing.Reason, passing.MayHaveArrived),
            SendOutcome.FinalFailure final => (final.Reason, false),
            SendOutcome.ChannelFailure down => (down.Reason, false),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
        await claims.FailedTryAsync(claimed, reason, final: true, null, mayHaveArrived, CancellationToken.None);
        return new ChannelTestResult(false, DeliveryReasons.Text(reason)!);
    }
}
