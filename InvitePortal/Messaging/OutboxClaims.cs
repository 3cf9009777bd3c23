using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

/// <summary>A message that this node holds.</summary>
internal sealed class Claimed(OutboxMessage message)
{
    public OutboxMessage Message => message;

    public Guid Token => message.LeaseToken!.Value;

    /// <summary>Until when; moved by each renewal.</summary>
    public DateTimeOffset LeaseUntil { get; set; } = message.LeaseUntil!.Value;
}

/// <summary>
/// What the worker writes to the outbox. A claim puts a token and a time on rows that wait; every later write matches the token, so that a node
/// that was too slow changes nothing any more.
/// </summary>
internal sealed class OutboxClaims(
    IDbContextFactory<AppDbContext> databases, IEnumerable<IDeliveryListener> listeners, TimeProvider clock, IOptions<LimitOptions> limits) : IDisposable
{
    private readonly LimitOptions _limits = limits.Value;
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Claims what is due, codes first, then invitations, then reminders, the oldest first.</summary>
    public async Task<IReadOnlyList<Claimed>> ClaimAsync(Channel channel, Priority upTo, int count, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (token, until) = (Guid.NewGuid(), now + _limits.OutboxLease);
        var rows = await WriteAsync(db => ClaimStatements.ClaimAsync(db, channel, upTo, count, now, token, until, ct), ct);
        return [.. rows.OrderBy(m => m.Priority).ThenBy(m => m.DueAt).Select(m => new Claimed(m))];
    }

    /// <summary>Claims what is due, for each recipient at most so many as it has room for: a slow one keeps nobody else waiting.</summary>
    /// <param name="channel">Whose recipients are few.</param>
    /// <param name="each">How many one recipient may have on their way.</param>
    /// <param name="held">How many they have already.</param>
    /// <param name="ct">Cancels the claim.</param>
    public async Task<IReadOnlyList<Claimed>> ClaimFairlyAsync(Channel channel, int each, IReadOnlyDictionary<string, int> held, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (token, until) = (Guid.NewGuid(), now + _limits.OutboxLease);
        var rows = await WriteAsync(db => ClaimStatements.ClaimFairlyAsync(db, channel, each, held, now, token, until, ct), ct);
        return [.. rows.OrderBy(m => m.DueAt).Select(m => new Claimed(m))];
    }

    /// <summary>Puts claims that ran out back into the queue, flagged, and ends what came too late (R21).</summary>
    /// <returns>How many claims had run out, and how many messages came too late.</returns>
    public Task<(int Lost, int Expired)> SweepAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        int? today = OutboxMessage.DayOf(now);
        return WriteAsync(
            async db =>
            {
                var lost = await db.OutboxMessages
                    .Where(m => m.State == DeliveryState.Sending && m.LeaseUntil < now)
                    .ExecuteUpdateAsync(
                        set => set
                            .SetProperty(m => m.State, DeliveryState.Queued)
                            .SetProperty(m => m.PossibleDuplicate, true)
                            .SetProperty(m => m.LeaseToken, (Guid?)null)
                            .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
                        ct);
                var expired = await db.OutboxMessages
                    .Where(m => (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed) && m.ExpiresAt <= now)
                    .ExecuteUpdateAsync(
                        set => set
                            .SetProperty(m => m.State, DeliveryState.Failed)
                            .SetProperty(m => m.Reason, DeliveryReasons.Expired)
                            .SetProperty(m => m.EndedDay, today)
                            .SetProperty(m => m.Body, (byte[]?)null),
                        ct);
                return (lost, expired);
            },
            ct);
    }

    /// <summary>Which channels people have paused.</summary>
    public async Task<IReadOnlyList<ChannelSwitch>> SwitchesAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.ChannelSwitches.AsNoTracking().ToListAsync(ct);
    }

    /// <summary>For which channels something waits that is due.</summary>
    public async Task<IReadOnlyList<Channel>> WaitingAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.OutboxMessages
            .Where(m => (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed) && m.DueAt <= now)
            .Select(m => m.Channel)
            .Distinct()
            .ToListAsync(ct);
    }

    /// <summary>Writes on what waits why it waits; null takes that away again.</summary>
    public Task ExplainWaitingAsync(Channel channel, string? reason, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return WriteAsync(
            db =>
            {
                var waiting = db.OutboxMessages.Where(m => m.Channel == channel && m.State == DeliveryState.Queued && m.DueAt <= now);
                waiting = reason is null ? waiting.Where(m => m.Reason != null) : waiting.Where(m => m.Reason == null);
                return waiting.ExecuteUpdateAsync(set => set.SetProperty(m => m.Reason, reason), ct);
            },
            ct);
    }

    /// <summary>Makes leases last longer while their messages are being sent.</summary>
    public async Task RenewAsync(IReadOnlyCollection<Claimed> held, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var until = now + _limits.OutboxLease;
        var tokens = held.Select(c => c.Token).Distinct().ToList();
        await WriteAsync(
            db => db.OutboxMessages
                .Where(m => m.State == DeliveryState.Sending && tokens.Contains(m.LeaseToken!.Value) && m.LeaseUntil >= now)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.LeaseUntil, until), ct),
            ct);
        foreach (var claimed in held.Where(c => c.LeaseUntil >= now))
        {
            claimed.LeaseUntil = until;
        }
    }

    /// <summary>Ends messages that the server took.</summary>
    /// <returns>How many were still held.</returns>
    public Task<int> SentAsync(IReadOnlyCollection<Claimed> messages, CancellationToken ct) =>
        listeners.Any(l => messages.Any(c => l.Hears(c.Message)))
            ? WriteAsync(db => SentMessages.MarkAndTellAsync(db, messages, listeners, clock.GetUtcNow(), ct), ct)
            : ForEachClaimAsync(messages, held => SentMessages.MarkAsync(held, clock.GetUtcNow(), ct), ct);

    /// <summary>Gives messages back untried.</summary>
    public Task ReleaseAsync(IReadOnlyCollection<Claimed> messages, string? reason, CancellationToken ct) =>
        ForEachClaimAsync(
            messages,
            held => held.ExecuteUpdateAsync(
                set => set
                    .SetProperty(m => m.State, DeliveryState.Queued)
                    .SetProperty(m => m.Reason, reason)
                    .SetProperty(m => m.LeaseToken, (Guid?)null)
                    .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
                ct),
            ct);

    /// <summary>Ends messages that must not be sent any more; no try is counted.</summary>
    public Task ExpiredAsync(IReadOnlyCollection<Claimed> messages, CancellationToken ct)
    {
        int? today = OutboxMessage.DayOf(clock.GetUtcNow());
        return ForEachClaimAsync(
            messages,
            held => held.ExecuteUpdateAsync(
                set => set
                    .SetProperty(m => m.State, DeliveryState.Failed)
                    .SetProperty(m => m.Reason, DeliveryReasons.Expired)
                    .SetProperty(m => m.EndedDay, today)
                    .SetProperty(m => m.Body, (byte[]?)null)
                    .SetProperty(m => m.LeaseToken, (Guid?)null)
                    .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
                ct),
            ct);
    }

    /// <summary>Counts a failed try, and plans the next one, or hands the message to its second channel, or gives up.</summary>
    public Task FailedTryAsync(Claimed claimed, string reason, bool final, TimeSpan? retryAfter, bool mayHaveArrived, CancellationToken ct)
    {
        var (message, now) = (claimed.Message, clock.GetUtcNow());
        return WriteAsync(
            async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var first = await db.OutboxAttempts.Where(a => a.MessageId == message.Id && (a.Channel == null || a.Channel == message.Channel))
                    .OrderBy(a => a.At).Select(a => (DateTimeOffset?)a.At).FirstOrDefaultAsync(ct);
                var next = final ? null : RetrySchedule.Next(message, first ?? now, now, retryAfter, _limits);
                var (state, keep) = (next is null ? DeliveryState.Failed : DeliveryState.Delayed, next is not null);
                int? ended = keep ? null : OutboxMessage.DayOf(now);
                var fellBack = next is null && await FallBackAsync(db, claimed, now, ct);
                var written = fellBack ? 1 : await Held(db, [claimed]).ExecuteUpdateAsync(
                    set => set
                        .SetProperty(m => m.State, state)
                        .SetProperty(m => m.DueAt, next ?? message.DueAt)
                        .SetProperty(m => m.EndedDay, ended)
                        .SetProperty(m => m.Attempts, m => m.Attempts + 1)
                        .SetProperty(m => m.Reason, DeliveryReasons.Fit(next is null && !final ? $"{DeliveryReasons.GaveUp}|{reason}" : reason))
                        .SetProperty(m => m.Body, m => keep || m.Channel == Channel.Webhook ? m.Body : null)
                        .SetProperty(m => m.PossibleDuplicate, m => m.PossibleDuplicate || mayHaveArrived)
                        .SetProperty(m => m.LeaseToken, (Guid?)null)
                        .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
                    ct);
                if (written > 0)
                {
                    db.OutboxAttempts.Add(new OutboxAttempt
                    {
                        Id = Guid.CreateVersion7(now),
                        MessageId = message.Id,
                        At = now,
                        Outcome = state,
                        Reason = DeliveryReasons.Fit(reason),
                        Channel = message.Channel,
                        FellBackTo = fellBack ? message.FallbackChannel : null,
                    });
                    await db.SaveChangesAsync(ct);
                }

                await transaction.CommitAsync(ct);
                return written;
            },
            ct);
    }

    public void Dispose() => _turn.Dispose();

    // The row itself changes its way: of one message there is never more than one on the way, and whoever points to it still does. What has expired
    // or was withdrawn meanwhile fails instead.
    private static async Task<bool> FallBackAsync(AppDbContext db, Claimed claimed, DateTimeOffset now, CancellationToken ct)
    {
        if (claimed.Message is not { FallbackChannel: { } channel, FallbackRecipient: { } recipient, Body: not null })
        {
            return false;
        }

        var key = ChannelAddress.TryParse(channel, recipient, out var address) ? address.LimitKey : recipient;
        return await Held(db, [claimed]).Where(m => m.ExpiresAt == null || m.ExpiresAt > now).ExecuteUpdateAsync(
            set => set
                .SetProperty(m => m.Channel, channel)
                .SetProperty(m => m.Recipient, recipient)
                .SetProperty(m => m.RecipientKey, key)
                .SetProperty(m => m.FallbackChannel, (Channel?)null)
                .SetProperty(m => m.FallbackRecipient, (string?)null)
                .SetProperty(m => m.State, DeliveryState.Queued)
                .SetProperty(m => m.DueAt, now)
                .SetProperty(m => m.Attempts, 0)
                .SetProperty(m => m.Reason, (string?)null)
                .SetProperty(m => m.LeaseToken, (Guid?)null)
                .SetProperty(m => m.LeaseUntil, (DateTimeOffset?)null),
            ct) == 1;
    }

    internal static IQueryable<OutboxMessage> Held(AppDbContext db, IReadOnlyCollection<Claimed> ofOneClaim)
    {
        var (ids, token) = (ofOneClaim.Select(c => c.Message.Id).ToList(), ofOneClaim.First().Token);
        return db.OutboxMessages.Where(m => ids.Contains(m.Id) && m.LeaseToken == token && m.State == DeliveryState.Sending);
    }

    private Task<int> ForEachClaimAsync(IReadOnlyCollection<Claimed> messages, Func<IQueryable<OutboxMessage>, Task<int>> write, CancellationToken ct) =>
        WriteAsync(
            async db =>
            {
                var written = 0;
                foreach (var claim in messages.GroupBy(c => c.Token))
                {
                    written += await write(Held(db, [.. claim]));
                }

                return written;
            },
            ct);

    /// <summary>SQLite has one writer: claims and finishing writes take turns here instead of blocking threads in its busy wait.</summary>
    private async Task<T> WriteAsync<T>(Func<AppDbContext, Task<T>> work, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (!db.Database.IsSqlite())
        {
            return await work(db);
        }

        await _turn.WaitAsync(ct);
        try
        {
            return await work(db);
        }
        finally
        {
            _turn.Release();
        }
    }
}
