using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Links;

/// <summary>A person's own link, as their profile shows it.</summary>
public sealed record MyLink(string Code, LinkKind Kind, DateTimeOffset CreatedAt, int Uses);

/// <summary>Links of teachers and students, each their own: the kind is that of the active role.</summary>
public sealed class LinkService(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>The actor's live link, made if there is none yet; of several calls at once, all get the same.</summary>
    public Task<Result<MyLink>> GetOrMakeAsync(Actor actor, CancellationToken ct) =>
        databases.InTransactionAsync<MyLink>(
            async db =>
            {
                var owner = await RequireOwnerAsync(db, actor, ct);
                if (!owner.Succeeded)
                {
                    return owner.Error;
                }

                var key = ReferralLink.KeyFor(owner.Value.State.Id, owner.Value.Kind);
                var live = await db.ReferralLinks.Where(l => l.LiveKey == key).Select(l => new MyLink(l.Code, l.Kind, l.CreatedAt, l.Uses)).FirstOrDefaultAsync(ct);
                return live ?? await MakeAsync(db, actor, owner.Value, "link.created", ct);
            },
            ct);

    /// <summary>Puts a new link in place of the live one, which dies at once; who is bound stays bound.</summary>
    public Task<Result<MyLink>> ReplaceAsync(Actor actor, CancellationToken ct) =>
        databases.InTransactionAsync<MyLink>(
            async db =>
            {
                var owner = await RequireOwnerAsync(db, actor, ct);
                if (!owner.Succeeded)
                {
                    return owner.Error;
                }

                var now = clock.GetUtcNow();
                var key = ReferralLink.KeyFor(owner.Value.State.Id, owner.Value.Kind);
                await db.ReferralLinks
                    .Where(l => l.LiveKey == key)
                    .ExecuteUpdateAsync(set => set.SetProperty(l => l.ReplacedAt, now).SetProperty(l => l.LiveKey, (string?)null), ct);
                return await MakeAsync(db, actor, owner.Value, "link.replaced", ct);
            },
            ct);

    /// <summary>Ends what binds the actor and somebody else, from either side; the link and the roles stay. The row count decides.</summary>
    public Task<Result> EndBondAsync(Actor actor, Guid bondId, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var mine = db.Bonds.Where(b => b.Id == bondId && (b.OwnerId == me.Value.Id || b.MemberId == me.Value.Id));
                var bond = await mine.AsNoTracking().FirstOrDefaultAsync(ct);
                if (bond is null || await mine.ExecuteDeleteAsync(ct) == 0)
                {
                    return LinkErrors.BondNotFound;
                }

                var other = bond.OwnerId == me.Value.Id ? bond.MemberId : bond.OwnerId;
                AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "link.ended", other, new { bond.Kind, bond.OwnerId, bond.MemberId, bond.CreatedAt });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);

    private async Task<MyLink> MakeAsync(AppDbContext db, Actor actor, Owner owner, string action, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var link = new ReferralLink
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner.State.Id,
            Kind = owner.Kind,
            Code = ReferralLink.NewCode(owner.Kind),
            CreatedAt = now,
            LiveKey = ReferralLink.KeyFor(owner.State.Id, owner.Kind),
        };
        db.ReferralLinks.Add(link);
        AuditLog.Record(db, now, actor, owner.State.Name, action, link.Id, after: new { owner.Kind });
        await db.SaveChangesAsync(ct);
        return new MyLink(link.Code, link.Kind, now, 0);
    }

    private async Task<Result<Owner>> RequireOwnerAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        return LinkKinds.Of(state.Value.ActiveRole) is { } kind ? new Owner(state.Value, kind) : LinkErrors.NotOwner;
    }

    private sealed record Owner(ActorState State, LinkKind Kind);
}
