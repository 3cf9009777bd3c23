using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Reads invitations. Everybody sees what the active role allows: all, or only those they sent.</summary>
public sealed class InvitationQueries(IDbContextFactory<AppDbContext> databases, AddressRules rules, ListTotals totals, TimeProvider clock)
{
    /// <summary>Begins the key of every total of this list.</summary>
    public const string TotalsPrefix = "invitations:";

    /// <summary>What expires within this time waits for somebody.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(1);

    private const int PerPerson = 100;

    /// <summary>One page, newest first unless <see cref="PageRequest.Sort"/> names <c>createdAt</c>, <c>expiresAt</c> or <c>email</c>.</summary>
    public async Task<Result<PageResult<InvitationRow>>> ListAsync(Actor actor, InvitationFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        var source = Matching(db, state.Value, filter, now).AsNoTracking();
        var total = await totals.GetAsync(TotalsKey(state.Value, filter), () => source.LongCountAsync(CancellationToken.None));
        var sort = page.Sort ?? "-createdAt";
        var descending = sort.StartsWith('-');
        IQueryable<InvitationRow> Shape(IQueryable<Invitation> q) => Rows(db, q, now);
        return sort.TrimStart('-') switch
        {
            "createdAt" => await Keyset.PageAsync(source, page, i => i.CreatedAt, i => i.Id, descending, new ListTotal(total), Shape, r => (r.CreatedAt, r.Id), ct),
            "expiresAt" => await Keyset.PageAsync(source, page, i => i.ExpiresAt, i => i.Id, descending, new ListTotal(total), Shape, r => (r.ExpiresAt, r.Id), ct),
            "email" => await Keyset.PageAsync(source, page, i => i.NormalizedRecipient, i => i.Id, descending, new ListTotal(total), Shape, r => (KeyOf(r), r.Id), ct),
            _ => InvitationErrors.UnknownSort,
        };
    }

    /// <summary>One invitation with its timeline.</summary>
    public async Task<Result<InvitationDetails>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var one = Visible(db, state.Value).AsNoTracking().Where(i => i.Id == id);
        var row = await Rows(db, one, clock.GetUtcNow()).FirstOrDefaultAsync(ct);
        if (row is null)
        {
            return InvitationErrors.NotFound;
        }

        var invitation = await one.FirstAsync(ct);
        var timeline = await InvitationTimeline.ReadAsync(db, invitation, row, ct);
        return new InvitationDetails(
            row,
            invitation.Message,
            invitation.Language,
            invitation.SendAt,
            invitation.RemindersOn,
            invitation.ReminderDueAt,
            invitation is { FallbackChannel: { } second, FallbackRecipient: { } to } ? new SecondWay(second, to) : null,
            invitation.DeclineReason,
            invitation.ClosedAt,
            timeline);
    }

    /// <summary>The invitations of one person, newest first, at most 100: how they came, and to what they are invited.</summary>
    public async Task<Result<IReadOnlyList<PersonInvitation>>> ListForPersonAsync(Actor actor, Guid userId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        return await (from i in Visible(db, state.Value).Where(i => i.PersonId == userId).OrderByDescending(i => i.CreatedAt).Take(PerPerson)
                      join u in db.Users on i.InvitedById equals u.Id into inviters
                      from inviter in inviters.DefaultIfEmpty()
                      orderby i.CreatedAt descending, i.Id descending
                      select new PersonInvitation(
                          i.Id,
                          i.Recipient,
                          i.Role,
                          i.State == InvitationState.Pending && i.ExpiresAt <= now ? InvitationState.Expired : i.State,
                          i.InvitedById,
                          inviter == null ? null : inviter.DisplayName,
                          i.CreatedAt,
                          i.ExpiresAt,
                          i.ClosedAt)).ToArrayAsync(ct);
    }

    /// <summary>How far the messages of what matches have come; cheap enough to ask every second.</summary>
    public async Task<Result<DeliveryCounts>> CountDeliveriesAsync(Actor actor, Guid batchId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var counts = await (from invitation in Visible(db, state.Value)
                            where invitation.BatchId == batchId
                            join message in db.OutboxMessages on invitation.LastMessageId equals message.Id
                            group message by message.State into states
                            select new { State = states.Key, Count = states.Count() }).ToListAsync(ct);
        int Of(params DeliveryState[] wanted) => counts.Where(c => wanted.Contains(c.State)).Sum(c => c.Count);
        return new DeliveryCounts(
            counts.Sum(c => c.Count),
            Of(DeliveryState.Queued, DeliveryState.Sending),
            Of(DeliveryState.Sent),
            Of(DeliveryState.Delayed),
            Of(DeliveryState.Failed));
    }

    /// <summary>What would become of the recipients, before anything is sent; at most 200 are looked up, in the order given.</summary>
    public async Task<Result<IReadOnlyList<AddressVerdict>>> PreviewAsync(
        Actor actor, IReadOnlyList<string> recipients, Role role, CancellationToken ct, Channel channel = Channel.Email, Guid? groupId = null)
    {
        const int lookedUp = 200;
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!Rights.MayGrant(state.Value.ActiveRole, role))
        {
            return InvitationErrors.MayNotGrant;
        }

        var read = AddressList.Read(recipients, channel).ToList();
        var looked = read.Where(e => e is { Address: not null, Repeated: false }).Select(e => e.Address!).Take(lookedUp).ToList();
        var known = await KnownAddresses.ReadAsync(db, looked, role, groupId, clock.GetUtcNow(), ct);
        return read.ConvertAll(entry =>
        {
            Error? error = entry switch
            {
                { Address: null } => InvitationErrors.NotOn(channel),
                { Repeated: true } => InvitationErrors.AddressRepeated,
                { Address: { } address } => (address.Email is { } email ? rules.Refusal(email) : null) ?? known.Standing(address, groupId is not null),
            };
            return error is null
                ? new AddressVerdict(entry.Text, AddressOutcome.Invited, null, null, null)
                : AddressVerdict.Not(entry.Text, entry.Address is null ? AddressOutcome.Failed : AddressOutcome.Skipped, error);
        });
    }

    /// <summary>What the home page of somebody who invites shows.</summary>
    public async Task<Result<InvitationSummary>> SummarizeAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        var soon = now + Soon;
        var week = now.AddDays(-7);
        var visible = Visible(db, state.Value);
        var open = visible.Where(i => i.State == InvitationState.Pending && i.ExpiresAt > now);
        return new InvitationSummary(
            await open.CountAsync(ct),
            await open.CountAsync(i => i.ExpiresAt <= soon, ct),
            await open.CountAsync(i => db.OutboxMessages.Any(m => m.Id == i.LastMessageId && m.State == DeliveryState.Failed), ct),
            await visible.CountAsync(i => i.State == InvitationState.Accepted && i.ClosedAt > week, ct));
    }

    /// <summary>People whose invitations the list holds, for the filter by inviter; at most 100, by name.</summary>
    public async Task<Result<IReadOnlyList<Inviter>>> ListInvitersAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!Rights.SeesAllInvitations(state.Value.ActiveRole))
        {
            return new[] { new Inviter(state.Value.Id, state.Value.Name) };
        }

        var inviting = RoleBits.Of([Role.SuperAdmin, Role.Staff, Role.Agency]);
        return await db.Users
            .Where(u => (u.RoleBits & inviting) != 0 && db.Invitations.Any(i => i.InvitedById == u.Id))
            .OrderBy(u => u.DisplayName)
            .Take(100)
            .Select(u => new Inviter(u.Id, u.DisplayName))
            .ToListAsync(ct);
    }

    internal static IQueryable<Invitation> Visible(AppDbContext db, ActorState state) =>
        Rights.SeesAllInvitations(state.ActiveRole) ? db.Invitations
        : Rights.MayInvite(state.ActiveRole) ? db.Invitations.Where(i => i.InvitedById == state.Id)
        : db.Invitations.Where(_ => false);

    internal static IQueryable<Invitation> Matching(AppDbContext db, ActorState state, InvitationFilter filter, DateTimeOffset now)
    {
        var query = Visible(db, state);
        if (filter.States.Count > 0)
        {
            var states = filter.States.Where(s => s is not (InvitationState.Pending or InvitationState.Expired)).ToArray();
            var pending = filter.States.Contains(InvitationState.Pending);
            var expired = filter.States.Contains(InvitationState.Expired);
            query = query.Where(i => states.Contains(i.State)
                || (pending && i.State == InvitationState.Pending && i.ExpiresAt > now)
                || (expired && i.State == InvitationState.Pending && i.ExpiresAt <= now));
        }

        query = filter.Roles.Count > 0 ? query.Where(i => filter.Roles.Contains(i.Role)) : query;
        query = filter.Channels.Count > 0 ? query.Where(i => filter.Channels.Contains(i.Channel)) : query;
        query = filter.InvitedById is { } inviter ? query.Where(i => i.InvitedById == inviter) : query;
        query = filter.Deliveries.Count > 0 ? query.Where(i => db.OutboxMessages.Any(m => m.Id == i.LastMessageId && filter.Deliveries.Contains(m.State))) : query;
        var soon = now + Soon;
        query = filter.Expiring ? query.Where(i => i.State == InvitationState.Pending && i.ExpiresAt > now && i.ExpiresAt <= soon) : query;
        query = filter.BatchId is { } batch ? query.Where(i => i.BatchId == batch) : query;
        // PostgreSQL has no NUL in texts, and no address holds one.
        return filter.Address?.Replace("\0", "", StringComparison.Ordinal).Trim().ToLowerInvariant() is { Length: > 0 } text ? query.Where(i => i.NormalizedRecipient.Contains(text)) : query;
    }

    private static IQueryable<InvitationRow> Rows(AppDbContext db, IQueryable<Invitation> query, DateTimeOffset now) =>
        from i in query
        join m in db.OutboxMessages on i.LastMessageId equals m.Id into messages
        from message in messages.DefaultIfEmpty()
        join u in db.Users on i.InvitedById equals u.Id into inviters
        from inviter in inviters.DefaultIfEmpty()
        join g in db.Groups on i.GroupId equals g.Id into groups
        from grouped in groups.DefaultIfEmpty()
        select new InvitationRow(
            i.Id,
            i.Recipient,
            i.Role,
            i.Channel,
            i.State == InvitationState.Pending && i.ExpiresAt <= now ? InvitationState.Expired : i.State,
            message == null ? null : message.State,
            message == null ? null : message.DueAt,
            message == null ? null : message.Reason,
            message == null ? null : message.SentAt,
            i.ExpiresAt,
            inviter == null ? null : inviter.DisplayName,
            i.CreatedAt,
            i.Version,
            i.GroupId,
            grouped == null ? null : grouped.Name,
            grouped == null ? null : grouped.Subject,
            message == null ? null : message.Channel);

    private static string KeyOf(InvitationRow row) => ChannelAddress.TryParse(row.Channel, row.Recipient, out var address) ? address.Key : row.Recipient;

    /// <summary>After a change that may have added, removed or activated people.</summary>
    internal static void Forget(ListTotals totals)
    {
        totals.Forget(TotalsPrefix);
        totals.Forget(UserQueries.TotalsPrefix);
    }

    private static string TotalsKey(ActorState state, InvitationFilter filter) => string.Join(
        '|',
        TotalsPrefix + (Rights.SeesAllInvitations(state.ActiveRole) ? "all" : state.Id.ToString("N")),
        string.Join(',', filter.States.Order()),
        string.Join(',', filter.Roles.Order()),
        string.Join(',', filter.Channels.Order()),
        string.Join(',', filter.Deliveries.Order()),
        filter.Expiring,
        filter.InvitedById,
        filter.BatchId,
        filter.Address);
}
