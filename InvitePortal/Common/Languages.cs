using System.Globalization;

namespace InvitePortal.Common;

/// <summary>The languages that every text exists in.</summary>
public static class Languages
{
    public const string English = "en";
    public const string Russian = "ru";

    /// <summary>Two-letter codes; the first is the default.</summary>
    public static readonly IReadOnlyList<string> All = [English, Russian];

    /// <summary>Whether the portal speaks it.</summary>
    public static bool IsKnown(string? language) => language is English or Russian;

    /// <summary>The culture of a stored language; unknown ones give English.</summary>
    public static CultureInfo Culture(string? language) => CultureInfo.GetCultureInfo(IsKnown(language) ? language! : English);

    /// <summary>The language of the current UI culture.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName is Russian ? Russian : English;

    /// <summary>Reads texts in another language than that of the reader.</summary>
    public static T In<T>(string? language, Func<T> read)
    {
        var (culture, uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Culture(language);
            return read();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, uiCulture);
        }
    }
}
