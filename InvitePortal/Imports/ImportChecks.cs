using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Imports;

/// <summary>Gives rows their verdicts: what can be read, what is there twice, and what it would mean.</summary>
public sealed class ImportChecks(IEnumerable<IImportTarget> targets)
{
    private const int ChunkSize = 200;

    /// <summary>The target of a kind.</summary>
    public IImportTarget Of(ImportKind kind) => targets.Single(t => t.Kind == kind);

    /// <summary>
    /// Judges rows, in place. Of rows that say the same, all must be among them. Rows that are done keep their verdict, and so do those left out.
    /// </summary>
    public async Task CheckAsync(AppDbContext db, Actor actor, ActorState by, Import import, IEnumerable<ImportRow> rows, CancellationToken ct)
    {
        var target = Of(import.Kind);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var readable = new List<ImportRow>();
        foreach (var row in rows.OrderBy(r => r.Number))
        {
            var key = target.KeyOf(import, row);
            row.Key = key.Value;
            if (row.State is not RowState.Open || row.Verdict is RowVerdict.LeftOut)
            {
                if (row is { Key: not null, State: RowState.Done or RowState.Kept })
                {
                    seen.Add(row.Key);
                }
            }
            else if (!key.Succeeded)
            {
                row.Judge(key.Error);
            }
            else if (!seen.Add(key.Value))
            {
                row.Judge(RowVerdict.Duplicate, ImportErrors.Duplicate);
            }
            else
            {
                readable.Add(row);
            }
        }

        foreach (var chunk in readable.Chunk(ChunkSize))
        {
            await target.CheckAsync(db, actor, by, import, chunk, ct);
        }
    }
}
