using CsvHelper;
using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>How a file is to be read; null where that is to be guessed.</summary>
public sealed record FileReading(FileEncoding? Encoding = null, char? Separator = null, bool? HasHeader = null);

/// <summary>One record of a file.</summary>
/// <param name="Line">1-based line that it begins in.</param>
/// <param name="Cells">Unquoted, blanks around them removed.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Cells);

/// <summary>A file as records (RFC 4180), with what was guessed to read it. Stops at the first record too many.</summary>
internal sealed record CsvFile(FileEncoding Encoding, char Separator, bool HasHeader, IReadOnlyList<CsvRecord> Records)
{
    /// <summary>What may stand between two cells.</summary>
    public static readonly IReadOnlyList<char> Separators = [',', ';', '\t', '|'];

    /// <summary>The headings; null without a header.</summary>
    public CsvRecord? Header => HasHeader ? Records[0] : null;

    /// <summary>All but the header.</summary>
    public IEnumerable<CsvRecord> Rows => Records.Skip(HasHeader ? 1 : 0);

    public static Result<CsvFile> Read(ReadOnlySpan<byte> bytes, FileReading reading, LimitOptions limits)
    {
        if (bytes.Length > limits.ImportBytes)
        {
            return ImportErrors.TooLarge(limits.ImportBytes);
        }

        var text = FileText.Read(bytes, reading.Encoding);
        return !text.Succeeded ? text.Error
            : string.IsNullOrWhiteSpace(text.Value.Text) ? ImportErrors.Empty
            : Read(text.Value, reading, limits);
    }

    private static Result<CsvFile> Read(FileText file, FileReading reading, LimitOptions limits)
    {
        var broken = 0L;
        var options = new CsvReaderOptions
        {
            Separator = reading.Separator,
            HasHeader = false,
            TrackLineNumbers = true,
            // A stray quote is a letter like others; one that swallows lines loses rows, and must be told.
            OnMalformedRecord = record =>
            {
                if (broken == 0 && (record.Reason is CsvMalformedReason.UnterminatedQuote || record.RawRecord.Contains('\n', StringComparison.Ordinal)))
                {
                    broken = record.LineNumber;
                }
            },
        };
        using var reader = CsvReader.FromText(file.Text, options);
        var records = new List<CsvRecord>();
        while (reader.Read())
        {
            if (broken > 0)
            {
                return ImportErrors.Malformed(broken);
            }

            if (reader.FieldCount > CellLengths.Columns)
            {
                return ImportErrors.TooManyColumns(CellLengths.Columns);
            }

            var cells = new string[reader.FieldCount];
            for (var i = 0; i < cells.Length; i++)
            {
                cells[i] = Cut(reader.GetString(i).Trim());
            }

            if (cells.All(c => c.Length == 0))
            {
                continue;
            }

            records.Add(new CsvRecord((int)reader.LineNumber, cells));
            if (records.Count > limits.ImportRows + 1)
            {
                return ImportErrors.TooManyRows(limits.ImportRows);
            }
        }

        if (broken > 0)
        {
            return ImportErrors.Malformed(broken);
        }

        var hasHeader = reading.HasHeader ?? (records.Count > 0 && ColumnGuess.IsHeader(records));
        var rows = records.Count - (hasHeader ? 1 : 0);
        return rows < 1 ? ImportErrors.Empty
            : rows > limits.ImportRows ? ImportErrors.TooManyRows(limits.ImportRows)
            : new CsvFile(file.Encoding, reader.Separator, hasHeader, records);
    }

    // Memory stays flat whatever a cell holds; what is left is still too long for its field.
    private static string Cut(string cell) => cell.Length <= CellLengths.Message ? cell : RowCells.Clean(cell, CellLengths.Message);
}
