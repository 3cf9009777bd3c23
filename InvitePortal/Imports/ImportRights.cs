using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>Who may import what: who sees people may import them, who invites may import invitations. An import is its owner's alone.</summary>
internal static class ImportRights
{
    public static bool May(ImportKind kind, Role role) => kind switch
    {
        ImportKind.People => Rights.SeesPeople(role),
        ImportKind.Invitations => Rights.MayInvite(role),
        _ => false,
    };

    /// <summary>The caller, and an import of theirs, untracked.</summary>
    public static async Task<Result<(ActorState By, Import Import)>> RequireImportAsync(this AppDbContext db, Actor actor, Guid id, TimeProvider clock, CancellationToken ct)
    {
        var by = await db.RequireAsync(actor, clock, ct);
        if (!by.Succeeded)
        {
            return by.Error;
        }

        var now = clock.GetUtcNow();
        var import = await db.Imports.AsNoTracking().FirstOrDefaultAsync(i => i.Id == id && i.OwnerId == by.Value.Id && i.ExpiresAt > now, ct);
        return import is null ? ImportErrors.NotFound
            : !May(import.Kind, by.Value.ActiveRole) ? ImportErrors.Forbidden
            : (by.Value, import);
    }

    /// <summary>
    /// The same to change it, in the caller's transaction: only while nothing is at work, and no worker begins before the transaction ends.
    /// </summary>
    public static async Task<Result<(ActorState By, Import Import)>> HoldImportAsync(
        this AppDbContext db, Actor actor, Guid id, TimeProvider clock, LimitOptions limits, CancellationToken ct)
    {
        var kept = clock.GetUtcNow() + limits.ImportKept;
        var held = await db.Imports
            .Where(i => i.Id == id && i.OwnerId == actor.UserId && i.Phase == ImportPhase.AtRest)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Version, i => i.Version + 1).SetProperty(i => i.ExpiresAt, kept), ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        return found.Succeeded && held == 0 ? ImportErrors.AtWork : found;
    }
}
