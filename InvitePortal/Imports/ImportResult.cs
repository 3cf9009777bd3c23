using System.Globalization;
using CsvHelper;
using InvitePortal.Common;
using InvitePortal.Users;

namespace InvitePortal.Imports;

/// <summary>Writes every row of an import with its verdict and reason as CSV (RFC 4180, UTF-8 with its mark), batch by batch.</summary>
public sealed class ImportResult(ImportQueries queries)
{
    private const int BatchSize = 1_000;
    private static readonly CsvWriterOptions Options = new() { WriteByteOrderMark = true };
    private static readonly string[] Columns = ["line", "email", "name", "roles", "status", "language", "message", "verdict", "done", "code", "reason"];

    /// <summary>Writes to <paramref name="stream"/>, which stays open; nothing before the rights have been checked.</summary>
    public async Task<Result> WriteAsync(Actor actor, Guid id, Stream stream, CancellationToken ct)
    {
        var batch = await queries.ReadRowsAsync(actor, id, 0, BatchSize, ct);
        if (!batch.Succeeded)
        {
            return batch.Error;
        }

        await using var csv = CsvWriter.Create(stream, Options, leaveOpen: true);
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
        UserExport.Safe(row.Cells.Email),
        UserExport.Safe(row.Cells.Name),
        UserExport.Safe(row.Cells.Roles),
        UserExport.Safe(row.Cells.Status),
        UserExport.Safe(row.Cells.Language),
        UserExport.Safe(row.Cells.Message),
        WireNames<RowVerdict>.Of(row.Verdict),
        row.State is RowState.Open ? "" : WireNames<RowState>.Of(row.State),
        row.Code ?? "",
        row.Code is { } code ? ImportErrors.Text(code) : "",
    ];
}
