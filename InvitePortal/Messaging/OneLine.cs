using System.Globalization;
using System.Text;

namespace InvitePortal.Messaging;

/// <summary>The one rule for text that must stay on one line: a header of a mail, a reason.</summary>
internal static class OneLine
{
    /// <summary>
    /// Control characters and line separators become blanks, characters that turn the direction of writing and lone surrogates go, blanks are
    /// joined, and what is longer than <paramref name="maxLength"/> ends in an ellipsis.
    /// </summary>
    public static string Of(string text, int maxLength)
    {
        var line = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator)
            {
                if (line.Length > 0 && line[^1] != ' ')
                {
                    line.Append(' ');
                }
            }
            else if (rune.Value is not ((>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0xFFFD))
            {
                line.Append(rune.ToString());
            }

            if (line.Length > maxLength)
            {
                line.Length = maxLength - 1;
                if (char.IsHighSurrogate(line[^1]))
                {
                    line.Length--;
                }

                return line.Append('…').ToString();
            }
        }

        return line.ToString().TrimEnd();
    }
}
