using System.Text;

namespace InvitePortal.Messaging.Templates;

/// <summary>Part of a line: words, or the address of a link.</summary>
/// <param name="Text">As it is shown.</param>
/// <param name="IsLink">Whether <paramref name="Text"/> is an absolute address to be followed.</param>
public readonly record struct Run(string Text, bool IsLink = false);

/// <summary>
/// Puts values in the place of placeholders, in one pass: what a value contains is never read again. Anything between braces that is not of the
/// list stays as it is.
/// </summary>
internal static class TemplateText
{
    private const int LongestName = 16;

    /// <summary>The pieces of a text in their order.</summary>
    public static IEnumerable<(string Text, bool IsPlaceholder)> Pieces(string text)
    {
        var (start, from) = (0, 0);
        for (int at; (at = text.IndexOf("{{", from, StringComparison.Ordinal)) >= 0;)
        {
            if (NameAt(text, at) is not { } name)
            {
                from = at + 1;
                continue;
            }

            if (at > start)
            {
                yield return (text[start..at], false);
            }

            yield return (name, true);
            start = from = at + name.Length + 4;
        }

        if (start < text.Length)
        {
            yield return (text[start..], false);
        }
    }

    /// <summary>One line with its values; null when it names something that this message has not.</summary>
    public static IReadOnlyList<Run>? Runs(string line, IReadOnlyDictionary<string, string?> values)
    {
        var runs = new List<Run>();
        foreach (var (text, isPlaceholder) in Pieces(line))
        {
            if (!isPlaceholder)
            {
                runs.Add(new Run(text));
            }
            else if (values.GetValueOrDefault(text) is { Length: > 0 } value)
            {
                runs.Add(new Run(value, text is Placeholders.Link));
            }
            else
            {
                return null;
            }
        }

        return runs;
    }

    /// <summary>One line with its values as plain text; null when it names something that this message has not.</summary>
    public static string? Line(string line, IReadOnlyDictionary<string, string?> values) =>
        Runs(line, values) is not { } runs ? null : runs.Count is 1 ? runs[0].Text : string.Concat(runs.Select(r => r.Text));

    /// <summary>Which placeholder the line consists of; null when it has other words, or none.</summary>
    public static string? Alone(string line)
    {
        var trimmed = line.Trim();
        return trimmed.StartsWith("{{", StringComparison.Ordinal) && NameAt(trimmed, 0) is { } name && name.Length + 4 == trimmed.Length ? name : null;
    }

    /// <summary>A text whose lines are kept, for channels without markup; lines that name something missing are left out.</summary>
    public static string Plain(string body, IReadOnlyDictionary<string, string?> values, Func<string, string> quote)
    {
        var text = new StringBuilder(body.Length + 256);
        foreach (var line in body.Split('\n'))
        {
            var words = Alone(line) is Placeholders.Message && values.GetValueOrDefault(Placeholders.Message) is { Length: > 0 } message
                ? quote(message)
                : Line(line.TrimEnd(), values);
            // One empty line between paragraphs, also where a paragraph was left out.
            if (words is not null && (words.Length > 0 || (text.Length > 1 && text[^2] is not '\n')))
            {
                text.Append(words).Append('\n');
            }
        }

        return text.ToString().Trim();
    }

    private static string? NameAt(string text, int at)
    {
        var rest = text.AsSpan(at + 2, Math.Min(LongestName + 2, text.Length - at - 2));
        var end = rest.IndexOf("}}", StringComparison.Ordinal);
        return end > 0 && Placeholders.IsKnown(rest[..end]) ? rest[..end].ToString() : null;
    }
}
