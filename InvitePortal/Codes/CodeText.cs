using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace InvitePortal.Codes;

/// <summary>The eight characters of a code: how they are made, read and shown.</summary>
public static class CodeText
{
    /// <summary>Capital letters and digits that cannot be taken for one another: no 0 and O, no 1, I and L.</summary>
    public const string Alphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";

    /// <summary>Characters of a code.</summary>
    public const int Length = 8;

    private const int LongestInput = 500;
    private const string Cyrillic = "АВЕЅЈКМНРСТУХ";
    private const string Latin = "ABESJKMHPCTYX";

    /// <summary>A new random code.</summary>
    public static string New() => RandomNumberGenerator.GetString(Alphabet, Length);

    /// <summary>As it is shown: <c>ABCD-EFGH</c>.</summary>
    public static string Grouped(string code) => code.Length == Length ? $"{code[..4]}-{code[4..]}" : code;

    /// <summary>
    /// Reads what people type or paste: any case, blanks and dashes anywhere, Cyrillic letters that look like Latin ones, wide forms, or the whole
    /// link with <c>?code=</c>. Whether there is such a code is another question.
    /// </summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out string? code)
    {
        code = text is { Length: <= LongestInput } && Read(text) is ({ Length: Length } read, null) ? read : null;
        return code is not null;
    }

    /// <summary>The same while it is being typed: the characters of a code so far, and the first that is in none, or is one too many.</summary>
    public static (string Read, char? Foreign) Understand(string? text) => text is { Length: <= LongestInput } ? Read(text) : ("", null);

    private static (string Read, char? Foreign) Read(string text)
    {
        var read = new StringBuilder(Length);
        foreach (var c in Normal(FromLink(text)))
        {
            if (IsFiller(c))
            {
                continue;
            }

            var upper = char.ToUpperInvariant(c);
            var twin = Cyrillic.IndexOf(upper, StringComparison.Ordinal);
            upper = twin >= 0 ? Latin[twin] : upper;
            if (!Alphabet.Contains(upper, StringComparison.Ordinal) || read.Length == Length)
            {
                return (read.ToString(), c);
            }

            read.Append(upper);
        }

        return (read.ToString(), null);
    }

    private static string FromLink(string text)
    {
        const string parameter = "code=";
        var at = text.LastIndexOf(parameter, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return text;
        }

        var value = text[(at + parameter.Length)..];
        var end = value.AsSpan().IndexOfAny('&', '#');
        return Uri.UnescapeDataString(end < 0 ? value : value[..end]);
    }

    private static string Normal(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            // A lone surrogate: no letter of any code.
            return "\uFFFD";
        }
    }

    private static bool IsFiller(char c) => char.IsWhiteSpace(c) || char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c)
        is UnicodeCategory.DashPunctuation or UnicodeCategory.Format or UnicodeCategory.ConnectorPunctuation || c is '\u2212' or '.' or '\'' or '"';
}
