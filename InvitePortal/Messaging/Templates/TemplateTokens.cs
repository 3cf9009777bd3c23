using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>Reads the braces in one field: what each stands for, or what is wrong with it. One walk over the text, without going back.</summary>
internal sealed class TemplateTokens(TemplateKind kind, Channel channel, string field, string text)
{
    private const int Shown = 40;

    private readonly IReadOnlyList<string> _offered = kind.On(channel);
    private readonly HashSet<string> _found = [];
    private int _count;

    /// <summary>The placeholders that are there and well written. Adds what is wrong to <paramref name="mistakes"/>.</summary>
    public HashSet<string> Read(List<TemplateMistake> mistakes)
    {
        for (var at = text.AsSpan().IndexOfAny('{', '}'); at >= 0 && at < text.Length;)
        {
            var (length, code, about) = Token(at);
            if (code is not null)
            {
                mistakes.Add(TemplateCheck.At(field, text, at, code, about));
            }

            if (code is "too-many")
            {
                break;
            }

            var next = text.AsSpan(at + length).IndexOfAny('{', '}');
            at = next < 0 ? -1 : at + length + next;
        }

        return _found;
    }

    private (int Length, string? Mistake, string About) Token(int at)
    {
        var rest = text.AsSpan(at);
        var line = rest.IndexOf('\n') is >= 0 and var end ? rest[..end] : rest;
        if (line.StartsWith("{{"))
        {
            return Doubled(at, line);
        }

        if (line[0] is '}')
        {
            return line.StartsWith("}}") ? (2, "unopened", "}}") : (1, null, "");
        }

        // A single brace means nothing, unless somebody meant a placeholder by it.
        var close = line.IndexOf('}');
        if (close > 1 && line[1..close].Trim() is var name && (Placeholders.IsKnown(name) || name.IndexOfAnyExceptInRange('0', '9') < 0))
        {
            return (close + 1, "braces", line[..(close + 1)].ToString());
        }

        return (1, null, "");
    }

    private (int Length, string? Mistake, string About) Doubled(int at, ReadOnlySpan<char> line)
    {
        var close = line.IndexOf("}}");
        if (close < 0)
        {
            return (line.Length, "unclosed", Short(line));
        }

        var inner = line[2..close];
        var length = close + 2;
        if (inner.Contains('{'))
        {
            // All braces that follow at once belong to the same muddle.
            while (length < line.Length && line[length..].TrimStart() is ['}', ..])
            {
                length = line.Length - line[length..].TrimStart().Length + 1;
            }

            return (length, "nested", Short(line[..length]));
        }

        var name = inner.ToString();
        if (!Placeholders.IsKnown(name))
        {
            var meant = name.Trim().ToLowerInvariant();
            return Placeholders.IsKnown(meant) ? (length, "spelling", Placeholders.Of(meant)) : (length, "unknown", Short(line[..length]));
        }

        return (length, Place(at, name), Placeholders.Of(name));
    }

    /// <summary>Whether a placeholder may stand where it stands.</summary>
    private string? Place(int at, string name)
    {
        if (++_count > TemplateLengths.Placeholders)
        {
            return "too-many";
        }

        if (!_offered.Contains(name))
        {
            return "not-here";
        }

        var isBody = field is nameof(TemplateWords.Body);
        if (!isBody && (name is Placeholders.Link or Placeholders.Message || (name is Placeholders.Code && field is not nameof(TemplateWords.Subject))))
        {
            return "not-in-field";
        }

        if (name is Placeholders.Message && TemplateText.Alone(LineAround(at)) is null)
        {
            return "alone";
        }

        return !_found.Add(name) && name is Placeholders.Message ? "once" : null;
    }

    private string LineAround(int at)
    {
        var start = at is 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;
        var end = text.IndexOf('\n', at);
        return text[start..(end < 0 ? text.Length : end)];
    }

    private static string Short(ReadOnlySpan<char> found) => found.Length <= Shown ? found.ToString() : string.Concat(found[..(Shown - 1)], "…");
}
