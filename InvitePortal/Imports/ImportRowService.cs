using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Imports;

/// <summary>Mends single rows; the verdicts on them, and on rows that said the same, are renewed at once.</summary>
public sealed class ImportRowService(IDbContextFactory<AppDbContext> databases, ImportChecks checks, IOptions<LimitOptions> limits, TimeProvider clock)
{
    /// <summary>Writes other cells into a row that has not been run.</summary>
    public Task<Result> MendAsync(Actor actor, Guid id, int number, RowCells cells, CancellationToken ct) => ChangeAsync(actor, id, number, ct, row =>
    {
        cells.WriteTo(row);
        row.Mended = true;
        row.Verdict = RowVerdict.New;
    });

    /// <summary>Leaves a row out, or takes it in again.</summary>
    public Task<Result> LeaveOutAsync(Actor actor, Guid id, int number, bool leaveOut, CancellationToken ct) =>
        ChangeAsync(actor, id, number, ct, row => row.Judge(leaveOut ? RowVerdict.LeftOut : RowVerdict.New));

    private Task<Result> ChangeAsync(Actor actor, Guid id, int number, CancellationToken ct, Action<ImportRow> change) => databases.InTransactionAsync(
        async db =>
        {
            var held = await db.HoldImportAsync(actor, id, clock, limits.Value, ct);
            if (!held.Succeeded)
            {
                return held.Error;
            }

            var (by, import) = held.Value;
            var row = await db.ImportRows.FirstOrDefaultAsync(r => r.ImportId == id && r.Number == number, ct);
            if (row is null)
            {
                return ImportErrors.RowUnknown;
            }

            if (row.State is not RowState.Open)
            {
                return ImportErrors.RowDone;
            }

            var before = row.Key;
            change(row);
            var after = checks.Of(import.Kind).KeyOf(import, row).Value;
            var same = await db.ImportRows.Where(r => r.ImportId == id && r.Number != number && r.Key != null && (r.Key == before || r.Key == after)).ToListAsync(ct);
            await checks.CheckAsync(db, actor, by, import, same.Append(row), ct);
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);
}
