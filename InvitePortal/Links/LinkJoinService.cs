using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Links;

/// <summary>What somebody sees who opens a link: whose it is, and what accepting makes of them.</summary>
public sealed record LinkPreview(LinkKind Kind, string Owner);

/// <summary>What accepting has changed.</summary>
public enum LinkOutcome
{
    /// <summary>A person without any role so far has got their first.</summary>
    NewPerson = 1,
    /// <summary>The role was added, or another one was active: it is the active one now.</summary>
    RoleChanged = 2,
    /// <summary>The role is as it was; one more owner.</summary>
    NewOwner = 3,
}

/// <summary>A link was accepted.</summary>
/// <param name="Kind">Of the link.</param>
/// <param name="OwnerId">The teacher or student.</param>
/// <param name="Owner">Display name.</param>
/// <param name="Outcome">Which of the three results is told.</param>
/// <param name="Role">The role that is active now.</param>
public sealed record LinkAccepted(LinkKind Kind, Guid OwnerId, string Owner, LinkOutcome Outcome, Role Role);

/// <summary>People look at links and accept them. Looking changes nothing but the count of unknown ones.</summary>
public sealed class LinkJoinService(IDbContextFactory<AppDbContext> databases, MissGuard guard, SessionWatcher watcher, TimeProvider clock)
{
    /// <summary>Whose link it is; also for somebody not signed in.</summary>
    public async Task<Result<LinkPreview>> PreviewAsync(Actor actor, string? code, CancellationToken ct)
    {
        if (guard.Blocked(actor.Address) is { } wait)
        {
            return LinkErrors.Blocked(wait);
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        if (await FindAsync(db, code, ct) is not { } found)
        {
            return await guard.MissAsync(actor.Address, ct) is { } left ? LinkErrors.Blocked(left) : LinkErrors.Unknown;
        }

        return found.Refusal is { } refusal ? refusal : new LinkPreview(found.Kind, found.Owner);
    }

    /// <summary>Binds the actor to the link's owner. One conditional update of the link and one unique row decide: of any number of calls, one binds.</summary>
    public async Task<Result<LinkAccepted>> AcceptAsync(Actor actor, string? code, CancellationToken ct)
    {
        if (await PreviewAsync(actor, code, ct) is { Error: { } refusal })
        {
            return refusal;
        }

        var accepted = await databases.InTransactionAsync(db => AcceptAsync(db, actor, code), CancellationToken.None);
        if (accepted.Succeeded && accepted.Value.Outcome is not LinkOutcome.NewOwner)
        {
            await watcher.TellAsync(actor.UserId!.Value);
        }

        return accepted;
    }

    /// <summary>The same in the transaction of the caller, who has looked at the link before: unknown ones are counted by <see cref="PreviewAsync"/>.</summary>
    internal async Task<Result<LinkAccepted>> AcceptAsync(AppDbContext db, Actor actor, string? code)
    {
        var state = await db.RequireAsync(actor, clock, CancellationToken.None);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var found = await FindAsync(db, code, CancellationToken.None);
        return found is null ? LinkErrors.Unknown : found.Refusal ?? await BindAsync(db, actor, state.Value, found);
    }

    private async Task<Result<LinkAccepted>> BindAsync(AppDbContext db, Actor actor, ActorState me, Found link)
    {
        if (link.OwnerId == me.Id)
        {
            return LinkErrors.Own;
        }

        // Locks the link: replacing it and accepting it go one after the other.
        if (await db.ReferralLinks.Where(l => l.Id == link.Id && l.ReplacedAt == null).ExecuteUpdateAsync(set => set.SetProperty(l => l.Uses, l => l.Uses + 1)) == 0)
        {
            return LinkErrors.Replaced;
        }

        if (await db.Bonds.AnyAsync(b => b.OwnerId == link.OwnerId && b.Kind == link.Kind && b.MemberId == me.Id))
        {
            return LinkErrors.AlreadyBound;
        }

        var now = clock.GetUtcNow();
        db.Bonds.Add(new Bond { Id = Guid.CreateVersion7(now), OwnerId = link.OwnerId, MemberId = me.Id, Kind = link.Kind, LinkId = link.Id, CreatedAt = now });
        var held = await db.Users.Where(u => u.Id == me.Id).Select(u => u.RoleBits).FirstOrDefaultAsync();
        var role = link.Kind.MemberRole();
        var outcome = held == 0 ? LinkOutcome.NewPerson : me.ActiveRole == role ? LinkOutcome.NewOwner : LinkOutcome.RoleChanged;
        if (outcome is not LinkOutcome.NewOwner && !await People.GrantRoleAsync(db, me.Id, role, CancellationToken.None))
        {
            return AccountsErrors.NotActive;
        }

        WebhookEvents.Publish(db, WebhookEvent.LinkUsed, () => new LinkUsed(link.Id, link.Kind, new WebhookPerson(link.OwnerId, link.Owner), new WebhookPerson(me.Id, me.Name), outcome, role, now));
        AuditLog.Record(db, now, actor, me.Name, "link.used", link.Id, outcome is LinkOutcome.RoleChanged ? new { Role = me.ActiveRole } : null, new { link.Kind, link.Owner, Role = role });
        await db.SaveChangesAsync();
        return new LinkAccepted(link.Kind, link.OwnerId, link.Owner, outcome, role);
    }

    private static async Task<Found?> FindAsync(AppDbContext db, string? code, CancellationToken ct)
    {
        if (!ReferralLink.HasShape(code))
        {
            return null;
        }

        var found = await (
            from link in db.ReferralLinks
            where link.Code == code
            join owner in db.Users on link.OwnerId equals owner.Id
            select new Found(link.Id, link.Code, link.OwnerId, owner.DisplayName, link.Kind, link.ReplacedAt != null, owner.Status, owner.RoleBits)).FirstOrDefaultAsync(ct);
        // A database may take capital and small letters for the same.
        return string.Equals(found?.Code, code, StringComparison.Ordinal) ? found : null;
    }

    private sealed record Found(Guid Id, string Code, Guid OwnerId, string Owner, LinkKind Kind, bool IsReplaced, PersonStatus Status, int RoleBits)
    {
        public Error? Refusal => IsReplaced ? LinkErrors.Replaced
            : Status is not PersonStatus.Active || !Common.RoleBits.Holds(RoleBits, Kind.OwnerRole()) ? LinkErrors.OwnerInactive
            : null;
    }
}
