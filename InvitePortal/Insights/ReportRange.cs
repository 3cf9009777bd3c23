using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Insights;

/// <summary>How far back figures go: one of the <see cref="Presets"/>, or chosen days. Days are those of the reader's zone.</summary>
/// <param name="Preset"><c>7</c>, <c>30</c>, <c>90</c> days with today among them, this <c>year</c> or <c>all</c>; counts where no day is chosen.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
public sealed record ReportRange(string Preset = ReportRange.Default, DateOnly? From = null, DateOnly? To = null)
{
    public const string Default = "30";

    /// <summary>In the order they are shown.</summary>
    public static IReadOnlyList<string> Presets { get; } = ["7", "30", "90", "year", "all"];

    public bool IsChosen => From is not null || To is not null;

    /// <summary>Reads the values of an address. What cannot be read counts as not there.</summary>
    public static ReportRange Read(string? preset, string? from, string? to, string fallback = Default)
    {
        var (first, last) = (Day(from), Day(to));
        return new ReportRange(preset is not null && Presets.Contains(preset) ? preset : fallback, first > last ? last : first, first > last ? first : last);
    }

    /// <summary>The days that it means on the clocks of <paramref name="zone"/>; null leaves an end open.</summary>
    public (DateOnly? From, DateOnly? To) Days(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        return IsChosen ? (From, To) : Preset switch
        {
            "all" => (null, null),
            "year" => (new DateOnly(today.Year, 1, 1), null),
            _ => (today.AddDays(1 - int.Parse(Preset, CultureInfo.InvariantCulture)), null),
        };
    }

    /// <summary>The same as instants: from the first moment of the first day up to, and without, the first moment after the last.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Instants(DateTimeOffset now, TimeZoneInfo zone)
    {
        var (from, to) = Days(now, zone);
        return (Midnight(from, zone), to == DateOnly.MaxValue ? null : Midnight(to?.AddDays(1), zone));
    }

    /// <summary>The parts of an address that say so.</summary>
    public IEnumerable<(string Name, string? Value)> Parts(string fallback = Default) =>
    [
        ("range", IsChosen || Preset == fallback ? null : Preset),
        ("from", Text(From)),
        ("to", Text(To)),
    ];

    /// <summary>A day as addresses and files write it.</summary>
    public static string? Text(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Reads a day; years that no zone could shift out of the calendar.</summary>
    public static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9990 ? day : null;

    private static DateTimeOffset? Midnight(DateOnly? day, TimeZoneInfo zone) => day is { } known ? LocalTimes.Instant(known.ToDateTime(TimeOnly.MinValue), zone) : null;
}
