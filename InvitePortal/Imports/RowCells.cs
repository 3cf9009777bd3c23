using System.Text;

namespace InvitePortal.Imports;

/// <summary>The cells of one row, as text.</summary>
/// <param name="Email">The address.</param>
/// <param name="Name">Display name.</param>
/// <param name="Roles">One role, or several with commas between them.</param>
/// <param name="Status">Of a new person.</param>
/// <param name="Language">Of the person or the message.</param>
/// <param name="Message">Personal words.</param>
public sealed record RowCells(string Email = "", string Name = "", string Roles = "", string Status = "", string Language = "", string Message = "")
{
    /// <summary>Picks the cells of a record by what the columns mean.</summary>
    internal static RowCells Of(IReadOnlyList<string> cells, IReadOnlyList<ImportColumn> columns)
    {
        // A name may lie in several columns; of the others there is one.
        string At(ImportField field) => string.Join(' ', cells.Where((c, i) => i < columns.Count && columns[i].Field == field && c.Length > 0));

        return new RowCells(
            At(ImportField.Email), At(ImportField.Name), At(ImportField.Roles), At(ImportField.Status), At(ImportField.Language), At(ImportField.Message));
    }

    /// <summary>One cell.</summary>
    public string Of(ImportField field) => field switch
    {
        ImportField.Email => Email,
        ImportField.Name => Name,
        ImportField.Roles => Roles,
        ImportField.Status => Status,
        ImportField.Language => Language,
        ImportField.Message => Message,
        ImportField.None => "",
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };

    /// <summary>The same row with one cell replaced.</summary>
    public RowCells With(ImportField field, string text) => field switch
    {
        ImportField.Email => this with { Email = text },
        ImportField.Name => this with { Name = text },
        ImportField.Roles => this with { Roles = text },
        ImportField.Status => this with { Status = text },
        ImportField.Language => this with { Language = text },
        ImportField.Message => this with { Message = text },
        ImportField.None => this,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };

    internal void WriteTo(ImportRow row)
    {
        row.Email = Clean(Email, CellLengths.Short);
        row.Name = Clean(Name, CellLengths.Short);
        row.Roles = Clean(Roles, CellLengths.Short);
        row.Status = Clean(Status, CellLengths.Short);
        row.Language = Clean(Language, CellLengths.Short);
        row.Message = Clean(Message, CellLengths.Message);
    }

    /// <summary>Text that every database takes: no NUL, no half characters, no longer than the column.</summary>
    internal static string Clean(string? text, int length)
    {
        var trimmed = (text ?? "").AsSpan().Trim();
        if (trimmed.Length <= length && !trimmed.ContainsAnyInRange('\0', '\u0008') && !trimmed.ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return trimmed.ToString();
        }

        var clean = new StringBuilder(length);
        foreach (var rune in trimmed.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length)
            {
                break;
            }

            if (rune.Value > 8)
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }
}
