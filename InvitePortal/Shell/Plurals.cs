using System.Globalization;
using InvitePortal.Common;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Shell;

/// <summary>Counted things in texts: the resources hold <c>key.one</c>, <c>key.few</c> and <c>key.many</c>; English uses the same words for the last two.</summary>
public static class Plurals
{
    /// <summary>The text for <paramref name="count"/> things. <c>{0}</c> is the number with group separators, further placeholders take <paramref name="more"/>.</summary>
    public static string Count(this IStringLocalizer texts, string key, long count, params object[] more) => string.Format(
        CultureInfo.CurrentCulture,
        texts[$"{key}.{Form(Languages.Current, count)}"].Value,
        [count.ToString("N0", CultureInfo.CurrentCulture), .. more]);

    /// <summary>Which form of a word goes with a number: <c>one</c>, <c>few</c> (2 to 4 in Russian) or <c>many</c>.</summary>
    public static string Form(string language, long count)
    {
        var number = Math.Abs(count);
        if (language is not Languages.Russian)
        {
            return number is 1 ? "one" : "many";
        }

        var tens = number % 100;
        return (number % 10) switch
        {
            1 when tens is not 11 => "one",
            >= 2 and <= 4 when tens is not (12 or 13 or 14) => "few",
            _ => "many",
        };
    }
}
