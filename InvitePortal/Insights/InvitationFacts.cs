using System.Linq.Expressions;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;

namespace InvitePortal.Insights;

/// <summary>One invitation as figures see it.</summary>
internal sealed class InvitationFact
{
    public int Slot { get; init; }
    public Role Role { get; init; }
    public Channel Channel { get; init; }
    public Guid InviterId { get; init; }
    public InvitationState State { get; init; }
    /// <summary>1 sent, 2 delivered, 3 opened, 4 started, 5 accepted.</summary>
    public int Reached { get; init; }
    public int Failed { get; init; }
    public int Fetched { get; init; }
}

/// <summary>The funnel of one group of invitations, flat as it comes from the database.</summary>
internal sealed class Counted<TKey>
{
    public required TKey Key { get; init; }
    public int Sent { get; init; }
    public int Delivered { get; init; }
    public int Opened { get; init; }
    public int Started { get; init; }
    public int Accepted { get; init; }
    public int Declined { get; init; }
    public int Expired { get; init; }
    public int Cancelled { get; init; }
    public int Failed { get; init; }
    public int Machines { get; init; }

    public FunnelCounts Counts => new(Sent, Delivered, Opened, Started, Accepted, Declined, Expired, Cancelled, Failed, Machines);
}

/// <summary>How far invitations came, as queries that each database answers by itself.</summary>
internal static class InvitationFacts
{
    /// <summary>The invitations that <paramref name="filter"/> wants, of those that <paramref name="visible"/> holds, sent or not.</summary>
    public static IQueryable<Invitation> Matching(IQueryable<Invitation> visible, InsightsFilter filter)
    {
        visible = filter.From is { } from ? visible.Where(i => i.CreatedAt >= from) : visible;
        visible = filter.To is { } to ? visible.Where(i => i.CreatedAt < to) : visible;
        visible = filter.Role is { } role ? visible.Where(i => i.Role == role) : visible;
        visible = filter.Channel is { } channel ? visible.Where(i => i.Channel == channel) : visible;
        return filter.InviterId is { } inviter ? visible.Where(i => i.InvitedById == inviter) : visible;
    }

    /// <summary>Those that went out: not the ones that wait for their time, nor those cancelled before it. A copied link may be answered before.</summary>
    public static IQueryable<Invitation> Sent(IQueryable<Invitation> matching, DateTimeOffset now) => matching.Where(i =>
        i.State == InvitationState.Accepted || i.State == InvitationState.Declined
        || (i.State == InvitationState.Pending && i.SendAt <= now)
        || (i.State == InvitationState.Cancelled && i.ClosedAt >= i.SendAt));

    /// <summary>How far each came.</summary>
    /// <remarks>
    /// What happened is looked up from the invitations at hand, so that a month costs a month, however much there is; and not of those whose answer tells
    /// it already. Sums over subqueries would say it more shortly, but SQL Server refuses them.
    /// </remarks>
    public static IQueryable<InvitationFact> Of(AppDbContext db, IQueryable<Invitation> sent, DateTimeOffset now)
    {
        var events = from e in db.InvitationEvents
                     join i in sent on e.InvitationId equals i.Id
                     where i.State != InvitationState.Accepted
                        && (e.Kind == InvitationEventKind.Opened || e.Kind == InvitationEventKind.Fetched || e.Kind == InvitationEventKind.CodeAsked || e.Kind == InvitationEventKind.Started)
                     group e.Kind by e.InvitationId into kinds
                     select new
                     {
                         kinds.Key,
                         Opened = kinds.Max(k => k == InvitationEventKind.Opened ? 1 : 0),
                         Started = kinds.Max(k => k == InvitationEventKind.CodeAsked || k == InvitationEventKind.Started ? 1 : 0),
                         Fetched = kinds.Max(k => k == InvitationEventKind.Fetched ? 1 : 0),
                     };
        var messages = from m in db.OutboxMessages
                       join i in sent on m.SubjectId equals i.Id
                       where m.State == DeliveryState.Failed
                          || (m.State == DeliveryState.Sent && i.State != InvitationState.Accepted && i.State != InvitationState.Declined)
                       group new { m.State, IsNewest = i.LastMessageId == m.Id } by i.Id into states
                       select new
                       {
                           states.Key,
                           Sent = states.Max(s => s.State == DeliveryState.Sent ? 1 : 0),
                           Failed = states.Max(s => s.State == DeliveryState.Failed && s.IsNewest ? 1 : 0),
                       };
        return from i in sent
               join e in events on i.Id equals e.Key into some
               from e in some.DefaultIfEmpty()
               join m in messages on i.Id equals m.Key into mails
               from m in mails.DefaultIfEmpty()
               select new InvitationFact
               {
                   Slot = i.CreatedSlot,
                   Role = i.Role,
                   Channel = i.Channel,
                   InviterId = i.InvitedById,
                   State = i.State == InvitationState.Pending && i.ExpiresAt <= now ? InvitationState.Expired : i.State,
                   Reached = i.State == InvitationState.Accepted ? 5
                       : e.Started == 1 ? 4
                       : e.Opened == 1 || i.State == InvitationState.Declined ? 3
                       : m.Sent == 1 ? 2
                       : 1,
                   Failed = m.Failed == 1 ? 1 : 0,
                   Fetched = e.Fetched == 1 ? 1 : 0,
               };
    }

    /// <summary>The funnel of each group, in no order.</summary>
    public static IQueryable<Counted<TKey>> Count<TKey>(IQueryable<InvitationFact> facts, Expression<Func<InvitationFact, TKey>> key) =>
        facts.GroupBy(key).Select(g => new Counted<TKey>
        {
            Key = g.Key,
            Sent = g.Count(),
            Delivered = g.Sum(f => f.Reached >= 2 ? 1 : 0),
            Opened = g.Sum(f => f.Reached >= 3 ? 1 : 0),
            Started = g.Sum(f => f.Reached >= 4 ? 1 : 0),
            Accepted = g.Sum(f => f.State == InvitationState.Accepted ? 1 : 0),
            Declined = g.Sum(f => f.State == InvitationState.Declined ? 1 : 0),
            Expired = g.Sum(f => f.State == InvitationState.Expired ? 1 : 0),
            Cancelled = g.Sum(f => f.State == InvitationState.Cancelled ? 1 : 0),
            Failed = g.Sum(f => f.Failed),
            Machines = g.Sum(f => f.Fetched == 1 && f.Reached < 3 ? 1 : 0),
        });
}
