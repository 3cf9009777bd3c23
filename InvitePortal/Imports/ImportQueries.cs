using System.Linq.Expressions;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>Looks at imports. Everybody sees their own.</summary>
public sealed class ImportQueries(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Rows on a page.</summary>
    public const int PageSize = 50;

    private const int Listed = 20;

    /// <summary>One import with its totals.</summary>
    public async Task<Result<ImportDetails>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var import = found.Value.Import;
        var counts = await db.ImportRows.Where(r => r.ImportId == id).GroupBy(r => new { r.State, r.Verdict }).Select(g => new { g.Key.State, g.Key.Verdict, Count = g.Count() }).ToListAsync(ct);
        var totals = counts.GroupBy(c => Standing(c.State, c.Verdict)).ToDictionary(g => g.Key, g => g.Sum(c => c.Count));
        var mended = await db.ImportRows.CountAsync(r => r.ImportId == id && r.Mended, ct);
        return new ImportDetails(
            new ImportSummary(id, import.Kind, import.FileName, import.CreatedAt, import.Phase, counts.Sum(c => c.Count), import.StartedAt, import.UndoneAt),
            new FileReading(import.Encoding, import.Separator[0], import.HasHeader),
            JsonSerializer.Deserialize<List<ImportColumn>>(import.Columns) ?? [],
            import.DefaultRole,
            totals,
            mended,
            import.StopAsked,
            import.Problem,
            import.FinishedAt,
            import.ExpiresAt);
    }

    /// <summary>A page of the rows, in the order of the file.</summary>
    public async Task<Result<PageResult<ImportRowView>>> ListRowsAsync(Actor actor, Guid id, RowStanding? standing, int page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var rows = db.ImportRows.Where(r => r.ImportId == id);
        rows = standing is { } wanted ? rows.Where(Is(wanted)) : rows;
        var total = await rows.CountAsync(ct);
        var pages = Math.Max(1, (total + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, pages);
        var items = await rows.OrderBy(r => r.Number).Skip((page - 1) * PageSize).Take(PageSize).Select(View).ToListAsync(ct);
        // Ten thousand rows at most: pages are found by their number, and any cursor says only that there is another.
        var further = page < pages ? "more" : null;
        return new PageResult<ImportRowView>(items, total, page, PageSize, further, page > 1 ? "fewer" : null, further);
    }

    /// <summary>The caller's last imports, newest first.</summary>
    public async Task<Result<IReadOnlyList<ImportSummary>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var by = await db.RequireAsync(actor, clock, ct);
        if (!by.Succeeded || !Rights.MayInvite(by.Value.ActiveRole))
        {
            return by.Error ?? ImportErrors.Forbidden;
        }

        var now = clock.GetUtcNow();
        var people = ImportRights.May(ImportKind.People, by.Value.ActiveRole);
        return await db.Imports
            .Where(i => i.OwnerId == by.Value.Id && i.ExpiresAt > now && (people || i.Kind == ImportKind.Invitations))
            .OrderByDescending(i => i.CreatedAt).ThenBy(i => i.Id)
            .Take(Listed)
            .Select(i => new ImportSummary(i.Id, i.Kind, i.FileName, i.CreatedAt, i.Phase, db.ImportRows.Count(r => r.ImportId == i.Id), i.StartedAt, i.UndoneAt))
            .ToListAsync(ct);
    }

    /// <summary>How much of what was done could be undone now, and how much could not.</summary>
    public async Task<Result<UndoNotice>> TellUndoAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var done = db.ImportRows.Where(r => r.ImportId == id && r.State == RowState.Done);
        var total = await done.CountAsync(ct);
        var undoable = found.Value.Import.Kind is ImportKind.Invitations
            ? await done.CountAsync(
                r => !db.Invitations.Any(i => i.Id == r.TargetId && i.State != Invitations.InvitationState.Pending)
                    && !db.OutboxMessages.Any(m => m.SubjectId == r.TargetId && (m.State == DeliveryState.Sent || m.State == DeliveryState.Sending)),
                ct)
            : await done.CountAsync(r => !db.Users.Any(u => u.Id == r.TargetId && (u.ConcurrencyStamp != r.TargetVersion || (r.Verdict == RowVerdict.New && u.LastSignInAt != null))), ct);
        return new UndoNotice(undoable, total - undoable);
    }

    /// <summary>All rows, batch by batch, for the file of results.</summary>
    internal async Task<Result<IReadOnlyList<ImportRowView>>> ReadRowsAsync(Actor actor, Guid id, int after, int count, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        return found.Succeeded
            ? await db.ImportRows.Where(r => r.ImportId == id && r.Number > after).OrderBy(r => r.Number).Take(count).Select(View).ToListAsync(ct)
            : found.Error;
    }

    internal static RowStanding Standing(RowState state, RowVerdict verdict) => state switch
    {
        RowState.Open => (RowStanding)verdict,
        RowState.Done => RowStanding.Done,
        RowState.Undone => RowStanding.Undone,
        RowState.Kept => RowStanding.Kept,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    private static Expression<Func<ImportRow, bool>> Is(RowStanding standing) => standing switch
    {
        RowStanding.Done => r => r.State == RowState.Done,
        RowStanding.Undone => r => r.State == RowState.Undone,
        RowStanding.Kept => r => r.State == RowState.Kept,
        RowStanding.New or RowStanding.AddsRole or RowStanding.Unchanged or RowStanding.Duplicate or RowStanding.Invalid or RowStanding.Refused or RowStanding.LeftOut =>
            r => r.State == RowState.Open && r.Verdict == (RowVerdict)standing,
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, null),
    };

    private static readonly Expression<Func<ImportRow, ImportRowView>> View = r => new ImportRowView(
        r.Number, r.Line, new RowCells(r.Email, r.Name, r.Roles, r.Status, r.Language, r.Message), r.Verdict, r.State, r.Code, r.Field, r.Mended);
}
