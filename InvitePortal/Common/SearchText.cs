using System.Globalization;
using System.Text;

namespace InvitePortal.Common;

/// <summary>
/// Text as it is searched and sorted by: lower case, without accents on Latin letters, <c>ё</c> as <c>е</c>, blanks made one. The same is done to what
/// is stored and to what is typed, so that every database compares plain characters and none needs rules of its own.
/// </summary>
public static class SearchText
{
    /// <summary>Longest folded name and address with the blanks around them.</summary>
    public const int MaxLength = (2 * FieldLengths.Name) + FieldLengths.Email + 2;

    /// <summary>
    /// Symbols in other places than addresses and sentences usually have them: few people have such. A text with a part that matches matches itself.
    /// Read alike by .NET and PostgreSQL.
    /// </summary>
    public const string OddSymbols = @"[\u0021-\u002d\u002f\u003a-\u003f\u005b-\u0060\u007b-\u007e]|[.@ ][.@]|[.@] ";

    /// <summary>What is stored of a person: <c>" name address"</c>, or, without an address, the key of the recipient that they were invited as. Every word has a blank before it, so that beginnings of words can be looked for.</summary>
    public static string Of(string name, string? addressKey) => Prefix(name) + addressKey;

    /// <summary>The part of <see cref="Of"/> before the address.</summary>
    public static string Prefix(string name)
    {
        var folded = Fold(name);
        return $" {folded[..Math.Min(folded.Length, 2 * FieldLengths.Name)]} ";
    }

    /// <summary>Folds stored or typed text.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            var last = folded.Length == 0 ? '\0' : folded[^1];
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark)
            {
                // Marks make other letters of Cyrillic ones (и, й) but for ё, which is often typed without.
                if (last is > 'z' and not 'е')
                {
                    folded.Append(c);
                }
            }
            else if (!char.IsWhiteSpace(c))
            {
                folded.Append(char.ToLowerInvariant(c));
            }
            else if (last is not ('\0' or ' '))
            {
                folded.Append(' ');
            }
        }

        return folded.ToString().TrimEnd().Normalize(NormalizationForm.FormC);
    }
}
