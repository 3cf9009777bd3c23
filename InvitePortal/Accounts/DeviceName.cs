namespace InvitePortal.Accounts;

/// <summary>Makes a browser's <c>User-Agent</c> readable: <c>Firefox, Linux</c>. Only for people to recognise their own devices by.</summary>
public static class DeviceName
{
    private const int MaxLength = 60;

    // Order matters: most browsers also name those they descend from.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("YaBrowser/", "Yandex Browser"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    /// <summary>The readable form; what is not a browser keeps its first word, such as <c>curl/8.5</c>. Null for none.</summary>
    public static string? Of(string? userAgent)
    {
        if (string.IsNullOrWhiteSpace(userAgent))
        {
            return null;
        }

        var browser = Browsers.FirstOrDefault(b => userAgent.Contains(b.Mark, StringComparison.Ordinal)).Name;
        var system = Systems.FirstOrDefault(s => userAgent.Contains(s.Mark, StringComparison.Ordinal)).Name;
        if (browser is not null)
        {
            return system is null ? browser : $"{browser}, {system}";
        }

        var word = userAgent.Trim().Split(' ')[0];
        var clean = string.Concat(word.Where(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_'));
        return clean.Length == 0 ? null : clean[..Math.Min(clean.Length, MaxLength)];
    }
}
