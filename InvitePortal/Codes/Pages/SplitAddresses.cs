namespace InvitePortal.Codes.Pages;

/// <summary>Addresses as people paste them: on lines, after commas or semicolons, with blanks between, or as <c>Name &lt;a@b&gt;</c>.</summary>
internal static class SplitAddresses
{
    private static readonly char[] Separators = [',', ';', '\n', '\r', '\t'];

    /// <summary>One entry for each address, in their order; what is none stays as it was written.</summary>
    public static IReadOnlyList<string> Split(string? text)
    {
        var entries = new List<string>();
        foreach (var part in (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (from, to) = (part.LastIndexOf('<'), part.LastIndexOf('>'));
            if (from >= 0 && to > from)
            {
                entries.Add(part[(from + 1)..to].Trim());
            }
            else if (part.Count(c => c is '@') > 1)
            {
                entries.AddRange(part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
            else
            {
                entries.Add(part);
            }
        }

        return entries;
    }
}
