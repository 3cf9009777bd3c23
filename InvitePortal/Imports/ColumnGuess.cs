namespace InvitePortal.Imports;

/// <summary>Guesses what the columns of a file mean, by their headings and by what is in them.</summary>
internal static class ColumnGuess
{
    private const int LookedAt = 50;

    /// <summary>The fields that a kind of import reads.</summary>
    public static IReadOnlyList<ImportField> Fields(ImportKind kind) => kind switch
    {
        ImportKind.People => [ImportField.Email, ImportField.Name, ImportField.Roles, ImportField.Status, ImportField.Language],
        ImportKind.Invitations => [ImportField.Email, ImportField.Roles, ImportField.Language, ImportField.Message],
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>Whether the first record holds headings: no address, and either words that are known or addresses below it.</summary>
    public static bool IsHeader(IReadOnlyList<CsvRecord> records) =>
        !records[0].Cells.Any(IsAddress)
        && (records[0].Cells.Any(c => ImportWords.Heading(c) is not ImportField.None) || records.Skip(1).Take(LookedAt).Any(r => r.Cells.Any(IsAddress)));

    /// <summary>The columns with what they seem to mean.</summary>
    public static IReadOnlyList<ImportColumn> Columns(CsvFile file, ImportKind kind)
    {
        var sample = file.Rows.Take(LookedAt).ToList();
        var count = sample.Append(file.Header).OfType<CsvRecord>().Max(r => r.Cells.Count);
        var fields = new ImportField[count];
        var allowed = Fields(kind);
        for (var i = 0; i < count; i++)
        {
            var field = ImportWords.Heading(Cell(file.Header, i));
            // A name may be in several columns: first and last.
            fields[i] = allowed.Contains(field) && (field is ImportField.Name || !fields.Contains(field)) ? field : ImportField.None;
        }

        Find(ImportField.Email, IsAddress);
        if (file.Header is null)
        {
            Find(ImportField.Roles, c => ImportWords.ReadRoles(c) is { Count: > 0 });
            Find(ImportField.Language, c => ImportWords.Language(c) is not null);
            Find(ImportField.Status, c => ImportWords.TryReadStatus(c, out _));
            Find(ImportField.Name, c => c.Any(char.IsLetter) && !IsAddress(c));
        }

        return [.. fields.Select((f, i) => new ImportColumn(
            RowCells.Clean(Cell(file.Header, i), CellLengths.Heading),
            RowCells.Clean(sample.Select(r => Cell(r, i)).FirstOrDefault(c => c.Length > 0), CellLengths.Heading),
            f))];

        // The free column in which most of what is there is of the kind.
        void Find(ImportField field, Func<string, bool> isIt)
        {
            if (fields.Contains(field) || !allowed.Contains(field))
            {
                return;
            }

            var best = Enumerable.Range(0, count).Where(i => fields[i] is ImportField.None)
                .Select(i => (Index: i, Hits: sample.Count(r => isIt(Cell(r, i))), Filled: sample.Count(r => Cell(r, i).Length > 0)))
                .Where(c => c.Hits * 2 > c.Filled)
                .OrderByDescending(c => c.Hits).ThenBy(c => c.Index)
                .Select(c => c.Index + 1).FirstOrDefault();
            if (best > 0)
            {
                fields[best - 1] = field;
            }
        }
    }

    private static string Cell(CsvRecord? record, int index) => record is not null && index < record.Cells.Count ? record.Cells[index] : "";

    private static bool IsAddress(string cell) => cell.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < cell.Length - 1;
}
