using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>One import that a worker holds.</summary>
/// <param name="ImportId">The import.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Phase">What is to be done.</param>
/// <param name="Token">Proof of the claim.</param>
public sealed record ImportClaim(Guid ImportId, ImportKind Kind, ImportPhase Phase, Guid Token);

/// <summary>A piece of work that may begin.</summary>
/// <param name="Import">The import as stored.</param>
/// <param name="Actor">Whoever started it.</param>
/// <param name="By">With the rights that they have by now.</param>
internal sealed record ImportPiece(Import Import, Actor Actor, ActorState By);

/// <summary>Claims of workers on imports: a lease that each piece of work renews, so that what a dead node held is taken over.</summary>
public sealed class ImportClaims(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int MaxFailures = 5;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>Claims the import that has waited longest; null when none is waiting.</summary>
    internal async Task<ImportClaim?> ClaimAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var waiting = await db.Imports
            .Where(i => i.Phase != ImportPhase.AtRest && (i.LeaseUntil == null || i.LeaseUntil < now))
            .OrderBy(i => i.StartedAt).ThenBy(i => i.Id)
            .Select(i => new { i.Id, i.Kind, i.Phase })
            .FirstOrDefaultAsync(ct);
        if (waiting is null)
        {
            return null;
        }

        var claim = new ImportClaim(waiting.Id, waiting.Kind, waiting.Phase, Guid.NewGuid());
        var won = await db.Imports
            .Where(i => i.Id == claim.ImportId && i.Phase == claim.Phase && (i.LeaseUntil == null || i.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseToken, claim.Token).SetProperty(i => i.LeaseUntil, now + Lease), ct);
        return won == 1 ? claim : null;
    }

    /// <summary>
    /// Renews a claim before a piece of work, in the caller's transaction where there is one: two who think they hold it come one after the other.
    /// The work is done with the session of whoever started it, and with the rights that they have by now.
    /// </summary>
    /// <returns>Neither value nor error when the claim was lost or the work shall stop.</returns>
    internal static async Task<Result<ImportPiece>> BeginAsync(AppDbContext db, ImportClaim claim, TimeProvider clock, CancellationToken ct)
    {
        var until = clock.GetUtcNow() + Lease;
        var held = await db.Imports
            .Where(i => i.Id == claim.ImportId && i.LeaseToken == claim.Token && i.Phase == claim.Phase && !i.StopAsked)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseUntil, until), ct);
        if (held == 0)
        {
            return default;
        }

        var import = await db.Imports.AsNoTracking().FirstAsync(i => i.Id == claim.ImportId, ct);
        var actor = new Actor(import.OwnerId, import.SessionId, import.Address ?? "");
        var by = await db.RequireAsync(actor, clock, ct);
        return !by.Succeeded ? by.Error
            : ImportRights.May(import.Kind, by.Value.ActiveRole) ? new ImportPiece(import, actor, by.Value)
            : ImportErrors.Forbidden;
    }

    /// <summary>Gives a claim back, so that another node can go on at once.</summary>
    internal async Task ReleaseAsync(ImportClaim claim, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await Held(db, claim).ExecuteUpdateAsync(set => set.SetProperty(i => i.LeaseToken, (Guid?)null).SetProperty(i => i.LeaseUntil, (DateTimeOffset?)null), ct);
    }

    /// <summary>Notes that the work broke off: it is tried again when the lease has run out, but not for ever.</summary>
    internal async Task FailAsync(ImportClaim claim, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var soon = clock.GetUtcNow().AddSeconds(10);
        await Held(db, claim).ExecuteUpdateAsync(set => set.SetProperty(i => i.Failures, i => i.Failures + 1).SetProperty(i => i.LeaseUntil, soon), ct);
        if (await Held(db, claim).AnyAsync(i => i.Failures >= MaxFailures, ct))
        {
            await FinishAsync(claim, ImportErrors.Failed, ct);
        }
    }

    /// <summary>Ends the work: done, stopped, or broken off by <paramref name="problem"/>.</summary>
    internal Task FinishAsync(ImportClaim claim, Error? problem, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var now = clock.GetUtcNow();
            var import = await Held(db, claim).AsNoTracking().FirstOrDefaultAsync(ct);
            if (import is null || await EndAsync(db, claim, import, problem, now, ct) == 0)
            {
                return Result.Ok;
            }

            var states = await db.ImportRows.Where(r => r.ImportId == claim.ImportId).GroupBy(r => r.State).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
            int Of(RowState state) => states.Where(s => s.Key == state).Sum(s => s.Count);
            var name = await db.Users.Where(u => u.Id == import.OwnerId).Select(u => u.DisplayName).FirstOrDefaultAsync(ct);
            AuditLog.Record(
                db,
                now,
                new Actor(import.OwnerId, import.SessionId, import.Address ?? ""),
                name,
                claim.Phase is ImportPhase.Undoing ? "import.undone" : "import.run",
                import.Id,
                after: new { import.Kind, Done = Of(RowState.Done), Open = Of(RowState.Open), Undone = Of(RowState.Undone), Kept = Of(RowState.Kept), Problem = problem?.Code });
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);

    private static Task<int> EndAsync(AppDbContext db, ImportClaim claim, Import import, Error? problem, DateTimeOffset now, CancellationToken ct)
    {
        var undone = claim.Phase is ImportPhase.Undoing && problem is null && !import.StopAsked;
        return Held(db, claim).ExecuteUpdateAsync(
            set => set
                .SetProperty(i => i.Phase, ImportPhase.AtRest)
                .SetProperty(i => i.Problem, problem == null ? null : problem.Code)
                .SetProperty(i => i.FinishedAt, now)
                .SetProperty(i => i.UndoneAt, i => undone ? now : i.UndoneAt)
                .SetProperty(i => i.StopAsked, false)
                .SetProperty(i => i.Failures, 0)
                .SetProperty(i => i.LeaseToken, (Guid?)null)
                .SetProperty(i => i.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(i => i.Version, i => i.Version + 1),
            ct);
    }

    private static IQueryable<Import> Held(AppDbContext db, ImportClaim claim) => db.Imports.Where(i => i.Id == claim.ImportId && i.LeaseToken == claim.Token);
}
