using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>Writes that a server took messages.</summary>
internal static class SentMessages
{
    /// <summary>Ends messages that are still held.</summary>
    /// <returns>How many were.</returns>
    public static Task<int> MarkAsync(IQueryable<OutboxMessage> held, DateTimeOffset now, CancellationToken ct)
    {
        int? today = OutboxMessage.DayOf(now);
        return held.ExecuteUpdateAsync(
            set => set
                .SetProperty(m => m.State, DeliveryState.Sent)
                .SetProperty(m => m.SentAt, now)
                .SetProperty(m => m.EndedDay, today)
                .SetProperty(m => m.Attempts, m => m.Attempts + 1)
                .SetProperty(m => m.Reason, (string?)null)
                .SetProperty(m => m.Body, m => m.Channel == Channel.Webhook ? m.Body : null)
                .SetProperty(m => m.LeaseToken, (Guid?)null)
                .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
            ct);
    }

    /// <summary>The same, and tells of those that were held, in one transaction: of a write that is repeated, nothing is told twice.</summary>
    public static async Task<int> MarkAndTellAsync(
        AppDbContext db, IReadOnlyCollection<Claimed> messages, IEnumerable<IDeliveryListener> listeners, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var ended = new List<OutboxMessage>();
        foreach (var claim in messages.GroupBy(c => c.Token))
        {
            // Locked before they are read, so that no sweep takes one between the two.
            var held = OutboxClaims.Held(db, [.. claim]);
            await held.ExecuteUpdateAsync(set => set.SetProperty(m => m.LeaseUntil, m => m.LeaseUntil), ct);
            var ids = await held.Select(m => m.Id).ToListAsync(ct);
            await MarkAsync(held, now, ct);
            ended.AddRange(claim.Select(c => c.Message).Where(m => ids.Contains(m.Id)));
        }

        foreach (var listener in listeners)
        {
            await listener.SentAsync(db, [.. ended.Where(listener.Hears)], ct);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return ended.Count;
    }
}
