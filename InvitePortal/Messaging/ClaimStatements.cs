using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>How messages are claimed: in one statement where the database can pass over rows that others hold, in three elsewhere.</summary>
internal static class ClaimStatements
{
    /// <summary>Puts the token on at most <paramref name="count"/> messages that are due, and gives them back.</summary>
    public static Task<List<OutboxMessage>> ClaimAsync(
        AppDbContext db, Channel channel, Priority upTo, int count, DateTimeOffset now, Guid token, DateTimeOffset until, CancellationToken ct) =>
        db.Database.IsNpgsql()
            ? SkippingLockedAsync(db, channel, upTo, count, now, token, until, ct)
            : PortablyAsync(db, channel, upTo, count, now, token, until, ct);

    /// <summary>The same, for each recipient at most so many as it has room for.</summary>
    public static async Task<List<OutboxMessage>> ClaimFairlyAsync(
        AppDbContext db, Channel channel, int each, IReadOnlyDictionary<string, int> held, DateTimeOffset now, Guid token, DateTimeOffset until, CancellationToken ct)
    {
        // A constant, so that the index of what waits by recipient is used.
        var due = db.OutboxMessages
            .Where(m => m.Channel == EF.Constant(channel) && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed) && m.DueAt <= now);
        var ids = new List<Guid>();
        foreach (var recipient in await due.Select(m => m.RecipientKey).Distinct().ToListAsync(ct))
        {
            if (each - held.GetValueOrDefault(recipient) is > 0 and var room)
            {
                ids.AddRange(await due.Where(m => m.RecipientKey == recipient).OrderBy(m => m.DueAt).Select(m => m.Id).Take(room).ToListAsync(ct));
            }
        }

        return await TakeAsync(db, ids, token, until, ct);
    }

    private static async Task<List<OutboxMessage>> PortablyAsync(
        AppDbContext db, Channel channel, Priority upTo, int count, DateTimeOffset now, Guid token, DateTimeOffset until, CancellationToken ct)
    {
        var ids = await db.OutboxMessages
            .Where(m => m.Channel == channel && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed) && m.Priority <= upTo && m.DueAt <= now)
            .OrderBy(m => m.Priority).ThenBy(m => m.DueAt)
            .Select(m => m.Id)
            .Take(count)
            .ToListAsync(ct);
        return await TakeAsync(db, ids, token, until, ct);
    }

    private static async Task<List<OutboxMessage>> TakeAsync(AppDbContext db, List<Guid> ids, Guid token, DateTimeOffset until, CancellationToken ct)
    {
        // The condition is asked again: of several nodes that picked the same rows, one changes each.
        var won = ids.Count is 0 ? 0 : await db.OutboxMessages
            .Where(m => ids.Contains(m.Id) && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(m => m.State, DeliveryState.Sending)
                    .SetProperty(m => m.LeaseToken, token)
                    .SetProperty(m => m.LeaseUntil, until),
                ct);
        return won is 0 ? [] : await db.OutboxMessages.AsNoTracking().Where(m => ids.Contains(m.Id) && m.LeaseToken == token).ToListAsync(ct);
    }

    // One statement, and nodes take different rows instead of waiting for each other. ARRAY() makes the inner query run once.
    private static Task<List<OutboxMessage>> SkippingLockedAsync(
        AppDbContext db, Channel channel, Priority upTo, int count, DateTimeOffset now, Guid token, DateTimeOffset until, CancellationToken ct) =>
        db.OutboxMessages.FromSql(
            $"""
            UPDATE "OutboxMessages" SET "State" = 2, "LeaseToken" = {token}, "LeaseUntil" = {until}
            WHERE "Id" = ANY(ARRAY(
                SELECT "Id" FROM "OutboxMessages"
                WHERE "Channel" = {(int)channel} AND "State" IN (1, 4) AND "Priority" <= {(int)upTo} AND "DueAt" <= {now}
                ORDER BY "Priority", "DueAt" LIMIT {count} FOR UPDATE SKIP LOCKED))
            RETURNING *
            """).AsNoTracking().ToListAsync(ct);
}
