using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>One line of the timeline.</summary>
/// <param name="At">When, the last time if it repeated.</param>
/// <param name="What">Stable name, such as <c>created</c>, <c>sent</c>, <c>Opened</c>: the key of its text.</param>
/// <param name="Count">How often.</param>
/// <param name="By">Who did it, where it was one of the portal's people.</param>
/// <param name="Detail">Why, for deliveries that did not succeed and for a declined invitation.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, int Count = 1, string? By = null, string? Detail = null);

/// <summary>Puts the timeline together from what is stored anyway: the invitation's row, its messages and their tries, its events.</summary>
public static class InvitationTimeline
{
    /// <summary>All entries, oldest first.</summary>
    public static async Task<IReadOnlyList<TimelineEntry>> ReadAsync(AppDbContext db, Invitation invitation, InvitationRow row, CancellationToken ct)
    {
        var entries = new List<TimelineEntry> { new(invitation.CreatedAt, "created", By: row.InvitedBy) };
        foreach (var message in await OutboxQueries.DeliveriesAsync(db, invitation.Id, ct))
        {
            entries.Add(new TimelineEntry(message.CreatedAt, $"queued.{message.Kind}"));
            entries.AddRange(message.Tries.Select(t => new TimelineEntry(t.At, t.Outcome is DeliveryState.Failed ? "failed" : "delayed", Detail: t.Why)));
            entries.AddRange(message.Tries.Where(t => t.FellBackTo is not null).Select(t => new TimelineEntry(t.At, $"fellback.{t.FellBackTo}")));
            if (message.SentAt is { } sentAt)
            {
                entries.Add(new TimelineEntry(sentAt, $"sent.{message.Kind}"));
            }

            // A message whose time was over is given up without a try.
            if (message.State is DeliveryState.Failed && message.Tries.All(t => t.Outcome is not DeliveryState.Failed || t.FellBackTo is not null))
            {
                entries.Add(new TimelineEntry(message.ExpiresAt ?? message.DueAt, "failed", Detail: message.Why));
            }
        }

        var events = await db.InvitationEvents.AsNoTracking().Where(e => e.InvitationId == invitation.Id).OrderBy(e => e.At).Take(500).ToListAsync(ct);
        entries.AddRange(events.Select(e => new TimelineEntry(e.At, e.Kind.ToString(), e.Count, e.ActorName)));
        if (invitation.ClosedAt is { } closedAt)
        {
            entries.Add(new TimelineEntry(closedAt, $"closed.{invitation.State}", Detail: invitation.DeclineReason));
        }
        else if (row.State is InvitationState.Expired)
        {
            entries.Add(new TimelineEntry(invitation.ExpiresAt, "closed.Expired"));
        }

        // Ties keep the order of causes: a message is queued before it is sent.
        return [.. entries.OrderBy(e => e.At)];
    }
}
