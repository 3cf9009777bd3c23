using CsvHelper;

namespace InvitePortal.Api;

/// <summary>Tables as CSV (RFC 4180, UTF-8 with its mark), for spreadsheets.</summary>
public static class CsvTable
{
    private static readonly CsvWriterOptions Options = new() { WriteByteOrderMark = true };

    /// <summary>A writer to <paramref name="stream"/>, which stays open. Whoever has written all rows flushes it.</summary>
    public static CsvWriter Open(Stream stream) => CsvWriter.Create(stream, Options, leaveOpen: true);

    /// <summary>Writes a whole table to <paramref name="stream"/>, which stays open.</summary>
    public static async Task WriteAsync(Stream stream, IEnumerable<string[]> rows, CancellationToken ct)
    {
        await using var csv = Open(stream);
        foreach (var row in rows)
        {
            await csv.WriteRecordAsync(row, ct);
        }

        await csv.FlushAsync(ct);
    }

    /// <summary>What a cell of a spreadsheet may hold: text that a program would take for a formula begins with an apostrophe.</summary>
    public static string Safe(string? text) =>
        text is [var first, ..] && first is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\0' or '＝' or '＋' or '－' or '＠' ? "'" + text : text ?? "";
}
