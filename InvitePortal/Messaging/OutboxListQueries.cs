using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>Which messages of the outbox are wanted; what is empty or null leaves all.</summary>
public sealed record OutboxFilter
{
    public IReadOnlyList<Channel> Channels { get; init; } = [];
    public IReadOnlyList<DeliveryState> States { get; init; } = [];
    /// <summary>Name of the template.</summary>
    public string? Kind { get; init; }
    /// <summary>Part of a recipient.</summary>
    public string? Recipient { get; init; }
}

/// <summary>One message as the outbox shows it: never what it says.</summary>
public sealed record OutboxRow(
    Guid Id,
    Channel Channel,
    string Kind,
    string Recipient,
    DeliveryState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset DueAt,
    DateTimeOffset? SentAt,
    int Attempts,
    string? Reason,
    bool CanRetry,
    bool PossibleDuplicate);

/// <summary>How a channel stands.</summary>
/// <param name="Channel">Which.</param>
/// <param name="IsSetUp">Whether there is somebody to send through.</param>
/// <param name="Pause">Why it sends nothing; null while it works.</param>
/// <param name="Waiting">Messages that are queued or being sent.</param>
/// <param name="Delayed">Messages that failed and will be tried again.</param>
/// <param name="Sent">Messages sent within the last 30 days.</param>
/// <param name="Failed">Messages given up within the last 30 days.</param>
public sealed record ChannelStanding(Channel Channel, bool IsSetUp, ChannelPause? Pause, int Waiting, int Delayed, int Sent, int Failed)
{
    /// <summary>Whether there is anything to see: it is set up, paused, or was used.</summary>
    public bool InUse => IsSetUp || Pause?.Halt is ChannelHalt.Paused || Waiting + Delayed + Sent + Failed > 0;
}

/// <summary>What ended on one day (UTC) on one channel.</summary>
public sealed record OutboxDay(DateOnly Day, Channel Channel, int Sent, int Failed);

/// <summary>Reads the outbox for those who run it.</summary>
public sealed class OutboxListQueries(
    IDbContextFactory<AppDbContext> databases, IEnumerable<IMessageChannel> channels, IEnumerable<IMessageTemplate> templates, ChannelStates states, ListTotals totals, TimeProvider clock)
{
    /// <summary>How far back the figures go.</summary>
    public const int Days = 30;

    /// <summary>Counting stops here; the list goes on.</summary>
    private const int CountedUpTo = 10_000;

    /// <summary>The kinds of messages there are.</summary>
    public IReadOnlyList<string> Kinds { get; } = [.. templates.Select(t => t.Kind).Order(StringComparer.Ordinal)];

    /// <summary>One page, newest first unless <see cref="PageRequest.Sort"/> is <c>createdAt</c>.</summary>
    public async Task<Result<PageResult<OutboxRow>>> ListAsync(Actor actor, OutboxFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (page.Sort is not (null or "createdAt" or "-createdAt"))
        {
            return OutboxErrors.UnknownSort;
        }

        var source = Matching(db, filter).AsNoTracking();
        var counted = await source.Take(CountedUpTo + 1).CountAsync(ct);
        var total = new ListTotal(Math.Min(counted, CountedUpTo), counted > CountedUpTo);
        return await Keyset.PageAsync(source, page, m => m.CreatedAt, m => m.Id, page.Sort is not "createdAt", total, Rows, r => (r.CreatedAt, r.Id), ct);
    }

    /// <summary>How all channels stand.</summary>
    public async Task<Result<IReadOnlyList<ChannelStanding>>> ChannelsAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        states.SwitchOff(await db.ChannelSwitches.AsNoTracking().ToListAsync(ct));
        DeliveryState[] open = [DeliveryState.Queued, DeliveryState.Sending, DeliveryState.Delayed];
        var now = await db.OutboxMessages.Where(m => open.Contains(m.State))
            .GroupBy(m => new { m.Channel, m.State })
            .Select(g => new { g.Key.Channel, g.Key.State, Count = g.Count() })
            .ToListAsync(ct);
        var ended = await EndedAsync(db);
        return channels.Select(c => c.Channel).Distinct().Order().Select(channel =>
        {
            int Open(bool delayed) => now.Where(n => n.Channel == channel && n.State is DeliveryState.Delayed == delayed).Sum(n => n.Count);
            var days = ended.Where(e => e.Channel == channel).ToList();
            return new ChannelStanding(channel, MissingOf(channel) is null, PauseOf(channel), Open(delayed: false), Open(delayed: true), days.Sum(d => d.Sent), days.Sum(d => d.Failed));
        }).ToArray();
    }

    /// <summary>What ended day by day within the last 30 days, without days on which nothing did.</summary>
    public async Task<Result<IReadOnlyList<OutboxDay>>> DaysAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        return me.Succeeded ? await EndedAsync(db) : me.Error;
    }

    internal static IQueryable<OutboxMessage> Matching(AppDbContext db, OutboxFilter filter)
    {
        IQueryable<OutboxMessage> query = db.OutboxMessages;
        query = filter.Channels.Count > 0 ? query.Where(m => filter.Channels.Contains(m.Channel)) : query;
        query = filter.States.Count > 0 ? query.Where(m => filter.States.Contains(m.State)) : query;
        query = filter.Kind is { } kind ? query.Where(m => m.Kind == kind) : query;
        // PostgreSQL has no NUL in texts, and no recipient holds one. The database makes small letters, by its own rules.
#pragma warning disable CA1304, CA1311
        return filter.Recipient?.Replace("\0", "", StringComparison.Ordinal).Trim().ToLowerInvariant() is { Length: > 0 } text
            ? query.Where(m => m.Recipient.ToLower().Contains(text))
            : query;
#pragma warning restore CA1304, CA1311
    }

    private static IQueryable<OutboxRow> Rows(IQueryable<OutboxMessage> messages) => messages.Select(m => new OutboxRow(
        m.Id,
        m.Channel,
        m.Kind,
        m.Recipient,
        m.State,
        m.CreatedAt,
        m.DueAt,
        m.SentAt,
        m.Attempts,
        m.Reason,
        m.State == DeliveryState.Delayed && m.Body != null,
        m.PossibleDuplicate));

    /// <summary>The settings and the switches as they are now; of trouble, what this node has met.</summary>
    private ChannelPause? PauseOf(Channel channel)
    {
        var pause = states.Of(channel);
        var missing = MissingOf(channel);
        return pause?.Halt is ChannelHalt.Paused || (missing is null && pause?.Halt is not ChannelHalt.NotSetUp) ? pause
            : missing is null ? null
            : pause ?? new ChannelPause(missing, clock.GetUtcNow(), DateTimeOffset.MaxValue, 0) { Halt = ChannelHalt.NotSetUp };
    }

    private string? MissingOf(Channel channel) => channels.First(c => c.Channel == channel).Missing;

    private Task<OutboxDay[]> EndedAsync(AppDbContext db)
    {
        int? from = OutboxMessage.DayOf(clock.GetUtcNow()) - Days + 1;
        return totals.GetAsync(
            $"outbox:ended|{from}",
            async () =>
            {
                var counts = await db.OutboxMessages.Where(m => m.EndedDay >= from)
                    .GroupBy(m => new { m.EndedDay, m.Channel, m.State })
                    .Select(g => new { g.Key.EndedDay, g.Key.Channel, g.Key.State, Count = g.Count() })
                    .ToListAsync(CancellationToken.None);
                return counts.GroupBy(c => (c.EndedDay, c.Channel))
                    .Select(g => new OutboxDay(
                        DateOnly.FromDayNumber(g.Key.EndedDay!.Value),
                        g.Key.Channel,
                        g.Where(c => c.State is DeliveryState.Sent).Sum(c => c.Count),
                        g.Where(c => c.State is DeliveryState.Failed).Sum(c => c.Count)))
                    .OrderBy(d => d.Day)
                    .ToArray();
            },
            days => days.Sum(d => d.Sent + d.Failed) > ListTotals.ExactUpTo);
    }
}

internal static class OutboxRights
{
    /// <summary>The state of somebody who runs the outbox, or why they may not.</summary>
    public static async Task<Result<ActorState>> RequireOutboxAsync(this AppDbContext db, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        var me = await db.RequireAsync(actor, clock, ct);
        return me.Succeeded && !Rights.RunsOutbox(me.Value.ActiveRole) ? OutboxErrors.NotAllowed : me;
    }
}
