using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Shell;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Invitations;

/// <summary>What becomes of invitations when people are deleted: open ones to them are cancelled, those that they sent stay.</summary>
internal sealed class InvitationRemoval(ListTotals totals, IStringLocalizer<InvitationsTexts> texts) : IPersonRemoval
{
    public async Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct)
    {
        var open = await db.Invitations.CountAsync(i => i.State == InvitationState.Pending && people.Contains(i.PersonId!.Value), ct);
        var sent = await db.Invitations.CountAsync(i => people.Contains(i.InvitedById), ct);
        return
        [
            .. open > 0 ? [new RemovalPart(texts.Count("removal.open", open))] : Array.Empty<RemovalPart>(),
            .. sent > 0 ? [new RemovalPart(texts.Count("removal.sent", sent))] : Array.Empty<RemovalPart>(),
        ];
    }

    public async Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct)
    {
        var open = db.Invitations.Where(i => i.State == InvitationState.Pending && people.Contains(i.PersonId!.Value));
        var ids = await open.Select(i => i.Id).ToListAsync(ct);
        if (ids.Count == 0)
        {
            return;
        }

        // One that is accepted at this moment is not among them any more; then its person has changed too, and is not deleted as they were read.
        await db.Invitations.Where(i => ids.Contains(i.Id) && i.State == InvitationState.Pending).ExecuteUpdateAsync(InvitationEnding.Close(InvitationState.Cancelled, now), ct);
        await Outbox.WithdrawAllAsync(db, ids, ct);
        var name = await db.Users.Where(u => u.Id == actor.UserId).Select(u => u.DisplayName).FirstOrDefaultAsync(ct);
        foreach (var id in ids)
        {
            AuditLog.Record(db, now, actor, name, "invitation.cancelled", id, after: new { State = InvitationState.Cancelled });
        }

        InvitationQueries.Forget(totals);
    }
}
