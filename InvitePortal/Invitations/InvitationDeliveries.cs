using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Tells endpoints that an invitation is sent: once, when the first of its messages was delivered.</summary>
internal sealed class InvitationDeliveries(WebhookDirectory directory) : IDeliveryListener
{
    private static readonly string[] Kinds = [InvitationMessage.First, InvitationMessage.Again];

    public bool Hears(OutboxMessage message) => message.SubjectId is not null && Kinds.Contains(message.Kind) && directory.MayWant(WebhookEvent.InvitationSent);

    public async Task SentAsync(AppDbContext db, IReadOnlyCollection<OutboxMessage> messages, CancellationToken ct)
    {
        if (messages.Count == 0 || !WebhookEvents.Wants(db, WebhookEvent.InvitationSent))
        {
            return;
        }

        Guid[] ids = [.. messages.Select(m => m.SubjectId!.Value).Distinct()];
        Guid[] delivered = [.. messages.Select(m => m.Id)];
        // Held, so that of two messages of one invitation that are delivered at once, the second finds the first.
        await db.Invitations.Where(i => ids.Contains(i.Id)).ExecuteUpdateAsync(set => set.SetProperty(i => i.Version, i => i.Version), ct);
        var before = await db.OutboxMessages
            .Where(m => ids.Contains(m.SubjectId!.Value) && m.State == DeliveryState.Sent && Kinds.Contains(m.Kind) && !delivered.Contains(m.Id))
            .Select(m => m.SubjectId!.Value)
            .ToListAsync(ct);
        await InvitationNews.PublishAsync(db, WebhookEvent.InvitationSent, [.. ids.Except(before)], ct);
    }
}
