using System.Globalization;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Shell;

/// <summary>Points in time as people say them, in the current language.</summary>
public static class When
{
    /// <summary>Such as "5 minutes ago" or "in 3 days". Whole units, rounded down: never later or longer than it is.</summary>
    public static string Relative(IStringLocalizer<ShellTexts> words, DateTimeOffset at, DateTimeOffset now)
    {
        var distance = (at - now).Duration();
        var past = at <= now;
        if (distance < TimeSpan.FromMinutes(1))
        {
            return words[past ? "time.now" : "time.soon"];
        }

        var (unit, count) = distance switch
        {
            { TotalHours: < 1 } => ("minutes", distance.TotalMinutes),
            { TotalDays: < 1 } => ("hours", distance.TotalHours),
            { TotalDays: < 30 } => ("days", distance.TotalDays),
            { TotalDays: < 365 } => ("months", distance.TotalDays / 30.44),
            _ => ("years", distance.TotalDays / 365.25),
        };
        // What lies ahead is rounded: seven days less a second are seven days, not six.
        var whole = past ? (long)count : (long)Math.Round(count, MidpointRounding.AwayFromZero);
        return words[past ? "time.ago" : "time.in", words.Count($"time.{unit}", Math.Max(1, whole))];
    }

    /// <summary>Day, month, year and time in the reader's zone.</summary>
    /// <param name="words">Shared texts, which hold the pattern.</param>
    /// <param name="at">The point in time.</param>
    /// <param name="zone">IANA time zone; an unknown one gives UTC.</param>
    public static string Exact(IStringLocalizer<ShellTexts> words, DateTimeOffset at, string? zone) =>
        Local(at, zone).ToString(words["time.exact"], CultureInfo.CurrentCulture);

    /// <summary>Day, month and year in the reader's zone.</summary>
    public static string Date(IStringLocalizer<ShellTexts> words, DateTimeOffset at, string? zone) =>
        Local(at, zone).ToString(words["time.date"], CultureInfo.CurrentCulture);

    /// <summary>The same point in time on the clocks of <paramref name="zone"/>.</summary>
    public static DateTimeOffset Local(DateTimeOffset at, string? zone) =>
        zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? TimeZoneInfo.ConvertTime(at, found)
            : at.ToUniversalTime();
}
