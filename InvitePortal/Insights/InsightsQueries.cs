using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Insights;

/// <summary>What became of invitations, counted by the database. Admins see all, others who invite only their own.</summary>
public sealed class InsightsQueries(IDbContextFactory<AppDbContext> databases, ListTotals totals, TimeProvider clock)
{
    /// <summary>How many inviters are told apart.</summary>
    public const int MaxInviters = 100;

    private const int FewInviters = 20;
    private const int MaxReasons = 200;
    // What a reason that is a server's answer is told by: "550 5.1.1".
    private const int AnswerLength = 9;
    // Quarters of an hour.
    private const int Day = 96;
    private static readonly TimeSpan MostDays = TimeSpan.FromDays(32);
    private static readonly DateOnly Epoch = new(1970, 1, 1);

    /// <summary>The figures. Of more than 1,000 invitations they may be 10 seconds old.</summary>
    public async Task<Result<InvitationInsights>> ReadAsync(Actor actor, InsightsFilter filter, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!Rights.MayInvite(state.Value.ActiveRole))
        {
            return InsightsErrors.Forbidden;
        }

        if (filter.From >= filter.To || filter.Offset.Duration() > TimeSpan.FromHours(15))
        {
            return InsightsErrors.PeriodInvalid;
        }

        var whose = Rights.SeesAllInvitations(state.Value.ActiveRole) ? "all" : state.Value.Id.ToString("N");
        // Begins like the totals of the list, which are forgotten after every change on this node.
        var key = FormattableString.Invariant(
            $"{InvitationQueries.TotalsPrefix}insights|{whose}|{filter.From?.UtcTicks}|{filter.To?.UtcTicks}|{filter.Role}|{filter.Channel}|{filter.InviterId}|{filter.Offset.Ticks}");
        return await totals.GetAsync(key, () => CountAsync(db, state.Value, filter, CancellationToken.None), figures => figures.Total.Sent > ListTotals.ExactUpTo);
    }

    private async Task<InvitationInsights> CountAsync(AppDbContext db, ActorState state, InsightsFilter filter, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var matching = InvitationFacts.Matching(InvitationQueries.Visible(db, state), filter);
        var sent = InvitationFacts.Sent(matching, now);
        var facts = InvitationFacts.Of(db, sent, now);
        var byDay = filter.From is { } from && (filter.To ?? now) - from <= MostDays;
        var size = byDay ? Day : 7 * Day;
        // 1970 began on a Thursday.
        var shift = (int)(filter.Offset.TotalMinutes / 15) + (byDay ? 0 : 3 * Day);
        int Period(DateTimeOffset at) => (int)((at.ToUnixTimeSeconds() / 900) + shift) / size;
        // How far each came is looked up once where inviters are few, which costs half; many of them, told apart by week and role, would be too many groups.
        var few = await sent.Select(i => i.InvitedById).Distinct().Take(FewInviters + 1).CountAsync(ct) <= FewInviters;
        var cells = few
            ? (await InvitationFacts.Count(facts, f => new { Period = (f.Slot + shift) / size, f.Role, f.Channel, f.InviterId }).ToListAsync(ct))
                .ConvertAll(c => new Cell(c.Key.Period, c.Key.Role, c.Key.Channel, c.Key.InviterId, c.Counts))
            : (await InvitationFacts.Count(facts, f => new { Period = (f.Slot + shift) / size, f.Role, f.Channel }).ToListAsync(ct))
                .ConvertAll(c => new Cell(c.Key.Period, c.Key.Role, c.Key.Channel, Guid.Empty, c.Counts));
        var total = Sum(cells.Select(c => c.Counts));
        return new InvitationInsights(
            total,
            await matching.CountAsync(i => i.State == InvitationState.Pending && i.SendAt > now, ct),
            await PlaceAsync(sent, total.Accepted, (total.Accepted - 1) / 2, 2 - (total.Accepted % 2), ct),
            await PlaceAsync(sent, total.Accepted, (int)Math.Ceiling(0.9 * total.Accepted) - 1, 1, ct),
            byDay,
            Filled(cells.GroupBy(c => c.Period).ToDictionary(g => g.Key, g => Sum(g.Select(c => c.Counts))), byDay, Period(filter.From ?? now), Period(filter.To < now ? filter.To.Value.AddTicks(-1) : now)),
            [.. cells.GroupBy(c => c.Role).Select(g => new RoleFunnel(g.Key, Sum(g.Select(c => c.Counts)))).OrderByDescending(r => r.Counts.Sent).ThenBy(r => r.Role)],
            [.. cells.GroupBy(c => c.Channel).Select(g => new ChannelFunnel(g.Key, Sum(g.Select(c => c.Counts)))).OrderByDescending(r => r.Counts.Sent).ThenBy(r => r.Channel)],
            await InvitersAsync(
                db,
                few ? cells.GroupBy(c => c.Inviter).Select(g => (g.Key, Sum(g.Select(c => c.Counts))))
                    : (await InvitationFacts.Count(facts, f => f.InviterId).OrderByDescending(c => c.Sent).ThenBy(c => c.Key).Take(MaxInviters).ToListAsync(ct)).Select(c => (c.Key, c.Counts)),
                ct),
            await FailuresAsync(db, sent, total.Failed, ct));
    }

    private static FunnelCounts Sum(IEnumerable<FunnelCounts> counts) => counts.Aggregate(FunnelCounts.None, FunnelCounts.Sum);

    // The middle of an ordered column, by place: no more than two numbers leave the database.
    private static async Task<double?> PlaceAsync(IQueryable<Invitation> sent, int accepted, int skip, int take, CancellationToken ct)
    {
        var found = accepted == 0 ? [] : await sent.Where(i => i.AcceptSeconds != null).OrderBy(i => i.AcceptSeconds).Select(i => i.AcceptSeconds!.Value).Skip(skip).Take(take).ToListAsync(ct);
        return found.Count == 0 ? null : Math.Max(0, found.Average());
    }

    private static async Task<IReadOnlyList<InviterFunnel>> InvitersAsync(AppDbContext db, IEnumerable<(Guid Id, FunnelCounts Counts)> counted, CancellationToken ct)
    {
        var most = counted.OrderByDescending(c => c.Counts.Sent).ThenBy(c => c.Id).ToList();
        var ids = most.ConvertAll(c => c.Id);
        var names = await db.Users.Where(u => ids.Contains(u.Id)).Select(u => new { u.Id, u.DisplayName }).ToDictionaryAsync(u => u.Id, u => u.DisplayName, ct);
        return most.ConvertAll(c => new InviterFunnel(c.Id, names.GetValueOrDefault(c.Id), c.Counts));
    }

    private static async Task<IReadOnlyList<FailureCount>> FailuresAsync(AppDbContext db, IQueryable<Invitation> sent, int failed, CancellationToken ct)
    {
        if (failed == 0)
        {
            return [];
        }

        // Codes of the portal differ within the first letters, and servers' answers are told apart by their numbers; what follows is another text for each address.
        var found = await (from i in sent
                           join m in db.OutboxMessages on i.LastMessageId equals m.Id
                           where m.State == DeliveryState.Failed
                           select new { Key = (m.Reason ?? "").Substring(0, AnswerLength), m.Reason })
            .GroupBy(f => f.Key)
            .Select(g => new { g.Key, Example = g.Min(f => f.Reason), Count = g.Count() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Key)
            .Take(MaxReasons)
            .ToListAsync(ct);
        var reasons = found.GroupBy(f => ReasonOf(f.Key, f.Example ?? "")).Select(g => new FailureCount(g.Key, g.Sum(f => f.Count))).ToList();
        // Answered meanwhile, or one of very many kinds.
        return failed - reasons.Sum(r => r.Count) is > 0 and var rest ? [.. reasons, new FailureCount("", rest)] : reasons;
    }

    private static string ReasonOf(string key, string example) => key.Length > 0 && char.IsAsciiDigit(key[0]) ? key.Trim() : example.Split('|')[0];

    // Days fill the whole time that was asked for; weeks begin with the first invitation, which may be long after.
    private static List<PeriodFunnel> Filled(Dictionary<int, FunnelCounts> counted, bool byDay, int from, int to)
    {
        if (counted.Count == 0)
        {
            return [];
        }

        var first = byDay ? Math.Min(from, counted.Keys.Min()) : counted.Keys.Min();
        var last = Math.Max(to, counted.Keys.Max());
        return [.. Enumerable.Range(first, last - first + 1).Select(period =>
            new PeriodFunnel(Epoch.AddDays(byDay ? period : (7 * period) - 3), counted.GetValueOrDefault(period) ?? FunnelCounts.None))];
    }

    private sealed record Cell(int Period, Role Role, Channel Channel, Guid Inviter, FunnelCounts Counts);
}
