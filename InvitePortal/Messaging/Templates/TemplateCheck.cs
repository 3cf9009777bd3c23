using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>What is wrong with the words of a template, and where.</summary>
/// <param name="Field">Member of <see cref="TemplateWords"/>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
/// <param name="Code">Which mistake; its words are under <c>mistake.{Code}</c>.</param>
/// <param name="Found">What was found there, or what is wanted.</param>
public sealed record TemplateMistake(string Field, int Line, int Column, string Code, string Found);

/// <summary>Finds mistakes in templates, while they are typed, before they are stored and before they are used.</summary>
public static class TemplateCheck
{
    /// <summary>Every mistake in the order of the fields; none when the words can be sent.</summary>
    public static IReadOnlyList<TemplateMistake> Of(TemplateKind kind, Channel channel, TemplateWords words)
    {
        var mistakes = new List<TemplateMistake>();
        foreach (var (field, text) in words.Fields)
        {
            Check(kind, channel, field, (text ?? "").ReplaceLineEndings("\n"), mistakes);
        }

        return mistakes;
    }

    /// <summary>Whether something in it looks like HTML, which is shown as typed.</summary>
    public static bool LooksLikeMarkup(TemplateWords words) => words.Fields.Any(f => HasTag(f.Text ?? ""));

    private static void Check(TemplateKind kind, Channel channel, string field, string text, List<TemplateMistake> mistakes)
    {
        var most = TemplateLengths.Of(field, channel);
        if (text.Length > most)
        {
            mistakes.Add(At(field, text, most, "too-long", most.ToString(System.Globalization.CultureInfo.CurrentCulture)));
            return;
        }

        if (channel is not Channel.Email && field is not nameof(TemplateWords.Body))
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(text) && IsWanted(kind, field))
        {
            mistakes.Add(new TemplateMistake(field, 1, 1, "empty", ""));
            return;
        }

        CheckCharacters(field, text, mistakes);
        var found = new TemplateTokens(kind, channel, field, text).Read(mistakes);
        if (field is nameof(TemplateWords.Body))
        {
            mistakes.AddRange(kind.Required.Except(found).Select(p => new TemplateMistake(field, 1, 1, "missing", Placeholders.Of(p))));
        }
    }

    private static bool IsWanted(TemplateKind kind, string field) => field switch
    {
        nameof(TemplateWords.Subject) or nameof(TemplateWords.Body) => true,
        nameof(TemplateWords.Button) => kind.Placeholders.Contains(Placeholders.Link),
        _ => false,
    };

    private static void CheckCharacters(string field, string text, List<TemplateMistake> mistakes)
    {
        var oneLine = field is nameof(TemplateWords.Subject) or nameof(TemplateWords.Heading) or nameof(TemplateWords.Button);
        if (oneLine && text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var at)
        {
            mistakes.Add(At(field, text, at, "line-break", ""));
        }

        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            if (!DisplayName.IsCleanText(text.Substring(i, pair ? 2 : 1)))
            {
                mistakes.Add(At(field, text, i, "character", $"U+{(int)text[i]:X4}"));
                return;
            }

            i += pair ? 1 : 0;
        }
    }

    internal static TemplateMistake At(string field, string text, int at, string code, string found)
    {
        var before = text.AsSpan(0, at);
        return new TemplateMistake(field, before.Count('\n') + 1, at - before.LastIndexOf('\n'), code, found);
    }

    private static bool HasTag(string text)
    {
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf('<', at + 1))
        {
            if (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '/' or '!')
            {
                return true;
            }
        }

        return false;
    }
}
