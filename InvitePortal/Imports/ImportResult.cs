using System.Globalization;
using InvitePortal.Api;
using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>Writes every row of an import with its verdict and reason as CSV (RFC 4180, UTF-8 with its mark), batch by batch.</summary>
public sealed class ImportResult(ImportQueries queries)
{
    private const int BatchSize = 1_000;
    private static readonly string[] Columns = ["line", "email", "name", "roles", "status", "language", "message", "verdict", "done", "code", "reason"];

    /// <summary>Writes to <paramref name="stream"/>, which stays open; nothing before the rights have been checked.</summary>
    public async Task<Result> WriteAsync(Actor actor, Guid id, Stream stream, CancellationToken ct)
    {
        var batch = await queries.ReadRowsAsync(actor, id, 0, BatchSize, ct);
        if (!batch.Succeeded)
        {
            return batch.Error;
        }

        await using var csv = CsvTable.Open(stream);
        await csv.WriteRecordAsync(Columns, ct);
        while (batch is { Succeeded: true, Value.Count: > 0 })
        {
            foreach (var row in batch.Value)
            {
                await csv.WriteRecordAsync(Cells(row), ct);
            }

            batch = await queries.ReadRowsAsync(actor, id, batch.Value[^1].Number, BatchSize, ct);
        }

        await csv.FlushAsync(ct);
        return new Result(batch.Error);
    }

    private static string[] Cells(ImportRowView row) =>
    [
        row.Line.ToString(CultureInfo.InvariantCulture),
        CsvTable.Safe(row.Cells.Email),
        CsvTable.Safe(row.Cells.Name),
        CsvTable.Safe(row.Cells.Roles),
        CsvTable.Safe(row.Cells.Status),
        CsvTable.Safe(row.Cells.Language),
        CsvTable.Safe(row.Cells.Message),
        WireNames<RowVerdict>.Of(row.Verdict),
        row.State is RowState.Open ? "" : WireNames<RowState>.Of(row.State),
        row.Code ?? "",
        row.Code is { } code ? ImportErrors.Text(code) : "",
    ];
}
