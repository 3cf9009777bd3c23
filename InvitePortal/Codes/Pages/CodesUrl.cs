using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Codes.Pages;

/// <summary>The tabs of the codes page.</summary>
public enum CodesView
{
    Active,
    Used,
    Expired,
    Groups,
    Students,
    Statistics,
}

/// <summary>The address of a view of the codes page, so that it can be kept, shared and gone back to.</summary>
public sealed record CodesUrl
{
    public const string Path = "/codes";

    private static readonly string[] Sorts = ["createdAt", "-createdAt", "subject", "-subject"];

    public CodesView View { get; init; }
    public string? Search { get; init; }
    public string? Sort { get; init; }
    public int Page { get; init; } = 1;
    public string? Cursor { get; init; }
    /// <summary>Students of one subject, or of one group.</summary>
    public string? Subject { get; init; }
    public Guid? Group { get; init; }
    /// <summary>How many weeks the figures go back; 0 for all time.</summary>
    public int Weeks { get; init; } = 12;
    /// <summary>Days that the figures begin and end with, in the reader's zone; either takes the place of <see cref="Weeks"/>.</summary>
    public DateOnly? From { get; init; }
    public DateOnly? To { get; init; }

    /// <summary>Whether the figures are about chosen days.</summary>
    public bool IsRange => From is not null || To is not null;

    public bool IsFiltered => Search is not null || Subject is not null || Group is not null;

    public PageRequest Request => new(Page, 25, Sort, View is CodesView.Groups ? Search : null, Cursor);

    public CodeFilter Filter => new() { States = StatesOf(View), Search = Search };

    public StudentFilter Students => new() { Subject = Subject, GroupId = Group, Search = Search };

    /// <summary>Codes of these states stand on a tab.</summary>
    public static IReadOnlyList<CodeState> StatesOf(CodesView view) => view switch
    {
        CodesView.Active => [CodeState.Active],
        CodesView.Used => [CodeState.Used],
        CodesView.Expired => [CodeState.Expired, CodeState.Closed],
        CodesView.Groups or CodesView.Students or CodesView.Statistics => [],
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, null),
    };

    /// <summary>Reads the values of an address. What cannot be read counts as not there.</summary>
    public static CodesUrl Read(string? tab, string? search, string? sort, string? page, string? cursor, string? subject, string? group, string? weeks, string? from = null, string? to = null) => new()
    {
        View = Enum.GetValues<CodesView>().FirstOrDefault(v => v.ToString().Equals(tab, StringComparison.OrdinalIgnoreCase)),
        Search = Text(search),
        Sort = Sorts.Contains(sort) && sort is not "-createdAt" ? sort : null,
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000 ? number : 1,
        Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
        Subject = Text(subject),
        Group = Guid.TryParse(group, out var id) ? id : null,
        Weeks = int.TryParse(weeks, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is 0 or 4 or 12 or 52 ? count : 12,
        From = Day(from),
        To = Day(to),
    };

    /// <summary>A tab without filters.</summary>
    public static string Of(CodesView view) => new CodesUrl { View = view }.ToString();

    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor }).ToString();

    public string SearchHref(string? text) => (this with { Page = 1, Cursor = null, Search = Text(text) }).ToString();

    /// <summary>The same view in another order; the current column turns round, and times begin with the latest.</summary>
    public string SortHref(string column)
    {
        var order = Sort ?? "-createdAt";
        var next = order == column ? "-" + column : order == "-" + column ? column : column is "createdAt" ? "-createdAt" : column;
        return (this with { Sort = next is "-createdAt" ? null : next, Page = 1, Cursor = null }).ToString();
    }

    /// <summary>Printable cards of what is listed, or of the newest <paramref name="take"/>; a <paramref name="cursor"/> goes on where a page of cards ended.</summary>
    public string CardsHref(int? take = null, string? cursor = null) => Path + "/cards?" + Query(
        ("tab", View.ToString().ToLowerInvariant()), ("q", Search), ("sort", Sort), ("take", take?.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor));

    /// <summary>A table of the figures of the same time as a file.</summary>
    public string ExportHref(CodesTable table) => Path + "/statistics/export?" + Query(
        ("table", WireNames<CodesTable>.Of(table)), ("weeks", Weeks is 12 ? null : Weeks.ToString(CultureInfo.InvariantCulture)), ("from", Day(From)), ("to", Day(To)));

    /// <summary>The time that the figures are about.</summary>
    internal CodePeriod Period(ReaderZone zone, DateTimeOffset now) =>
        IsRange ? new CodePeriod(zone.Instant(From?.ToDateTime(TimeOnly.MinValue)), zone.Instant(To?.AddDays(1).ToDateTime(TimeOnly.MinValue)))
        : Weeks is 0 ? new CodePeriod()
        : new CodePeriod(InviteCode.StartOfWeek(InviteCode.WeekOf(now) - Weeks + 1));

    public override string ToString() => Path + "?" + Query(
        ("tab", View.ToString().ToLowerInvariant()),
        ("q", Search),
        ("subject", Subject),
        ("group", Group?.ToString()),
        ("weeks", Weeks is 12 ? null : Weeks.ToString(CultureInfo.InvariantCulture)),
        ("from", Day(From)),
        ("to", Day(To)),
        ("sort", Sort),
        ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null),
        ("cursor", Cursor));

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9000 ? day : null;

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string Query(params (string Name, string? Value)[] parts) =>
        string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
}
