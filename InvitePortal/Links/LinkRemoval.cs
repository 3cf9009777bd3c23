using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Links;

/// <summary>What goes with people: their links, and that others are bound to them.</summary>
internal sealed class LinkRemoval(IStringLocalizer<LinksTexts> texts) : IPersonRemoval
{
    public async Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct)
    {
        var bonds = await db.Bonds.CountAsync(b => people.Contains(b.OwnerId) || people.Contains(b.MemberId), ct);
        return bonds > 0 ? [new RemovalPart(texts.Count("removal.bonds", bonds))] : [];
    }

    public async Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct)
    {
        // Links first: whoever accepts one at this moment waits for it, and finds it gone.
        await db.ReferralLinks.Where(l => people.Contains(l.OwnerId)).ExecuteDeleteAsync(ct);
        await db.Bonds.Where(b => people.Contains(b.OwnerId) || people.Contains(b.MemberId)).ExecuteDeleteAsync(ct);
    }
}
