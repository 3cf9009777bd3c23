namespace InvitePortal.Messaging.Templates;

/// <summary>A line in a comparison of two texts.</summary>
/// <param name="Change">-1 for a line of the older text alone, 1 for one of the newer, 0 for both.</param>
/// <param name="Text">The line.</param>
public sealed record ComparedLine(int Change, string Text);

/// <summary>Compares texts line by line.</summary>
public static class LineDifference
{
    // The table of a comparison has the product of both counts of cells.
    private const int MostLines = 400;

    /// <summary>The longest common lines stay, the others go or come.</summary>
    public static IReadOnlyList<ComparedLine> Between(string older, string newer)
    {
        var (a, b) = (older.Split('\n'), newer.Split('\n'));
        if (a.Length > MostLines || b.Length > MostLines)
        {
            return [.. a.Select(line => new ComparedLine(-1, line)), .. b.Select(line => new ComparedLine(1, line))];
        }

        var common = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
        {
            for (var j = b.Length - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<ComparedLine>();
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j])
            {
                lines.Add(new ComparedLine(0, a[i++]));
                j++;
            }
            else if (j == b.Length || (i < a.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add(new ComparedLine(-1, a[i++]));
            }
            else
            {
                lines.Add(new ComparedLine(1, b[j++]));
            }
        }

        return lines;
    }
}
