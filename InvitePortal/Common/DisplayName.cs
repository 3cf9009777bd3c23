using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace InvitePortal.Common;

/// <summary>The one rule for names that people type: trimmed, NFC, no control, format or direction-changing characters.</summary>
public static class DisplayName
{
    /// <summary>Reads a name of 1 to <paramref name="maxLength"/> characters.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out string? name, int maxLength = FieldLengths.Name)
    {
        name = null;
        if (string.IsNullOrWhiteSpace(text) || text.Length > maxLength * 2 || !IsWellFormed(text))
        {
            return false;
        }

        var trimmed = text.Trim().Normalize(NormalizationForm.FormC);
        if (trimmed.Length is 0 || trimmed.Length > maxLength || trimmed.Any(IsRefused))
        {
            return false;
        }

        name = trimmed;
        return true;
    }

    /// <summary>A name that comes from elsewhere, made to fit: without what is refused, cut to the length. Null when nothing to be seen is left.</summary>
    public static string? Fit(string? text, int maxLength = FieldLengths.Name)
    {
        var fit = new StringBuilder();
        foreach (var rune in (text is null ? "" : string.Concat(text.EnumerateRunes().Where(r => r != Rune.ReplacementChar))).Normalize(NormalizationForm.FormC).EnumerateRunes())
        {
            if (fit.Length + rune.Utf16SequenceLength <= maxLength && !(rune.IsBmp && IsRefused((char)rune.Value)))
            {
                fit.Append(rune);
            }
        }

        var name = fit.ToString().Trim();
        return name.EnumerateRunes().Any(r => Rune.IsLetterOrDigit(r) || Rune.IsSymbol(r) || Rune.IsPunctuation(r)) ? name : null;
    }

    /// <summary>Whether longer text (a message, a reason) may be stored: no lone surrogates, no NUL, no controls but line breaks and tabs, no direction overrides.</summary>
    public static bool IsCleanText(string text) =>
        IsWellFormed(text) && !text.Any(c => c is not ('\n' or '\r' or '\t') && IsRefused(c));

    private static bool IsRefused(char c) =>
        char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (CharUnicodeInfo.GetUnicodeCategory(text[i]) is UnicodeCategory.Surrogate
                && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
            {
                return false;
            }
        }

        return true;
    }
}
