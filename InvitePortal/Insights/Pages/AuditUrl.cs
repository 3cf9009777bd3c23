using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Insights.Pages;

/// <summary>The address of a view of the audit log, so that it can be kept, shared and gone back to.</summary>
public sealed record AuditUrl
{
    public const string Path = "/audit";
    private const string AllTime = "all";

    public ReportRange Range { get; init; } = new(AllTime);
    public string? Who { get; init; }
    public string? About { get; init; }
    public string? Action { get; init; }
    public int Page { get; init; } = 1;
    public string? Cursor { get; init; }

    public bool IsFiltered => Who is not null || About is not null || Action is not null || Range.IsChosen || Range.Preset != AllTime;

    public PageRequest Request => new(Page, Cursor: Cursor);

    /// <summary>Reads the values of an address. What cannot be read counts as not there.</summary>
    public static AuditUrl Read(string? range, string? from, string? to, string? who, string? about, string? action, string? page, string? cursor) => new()
    {
        Range = ReportRange.Read(range, from, to, AllTime),
        Who = Text(who),
        About = Text(about),
        Action = AuditFilter.IsAction(action) ? action : null,
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000 ? number : 1,
        Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
    };

    /// <summary>What is looked for, in the days of <paramref name="zone"/>.</summary>
    public AuditFilter Filter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var (from, to) = Range.Instants(now, zone);
        return new AuditFilter(from, to, Who, About, Action);
    }

    /// <summary>Whether a value names somebody or something by id.</summary>
    public static bool IsId(string? text) => Guid.TryParse(text, out _);

    /// <summary>The address of another page of the same view.</summary>
    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor }).ToString();

    /// <summary>The first page of a view that differs.</summary>
    public string With(Func<AuditUrl, AuditUrl> change) => (change(this) with { Page = 1, Cursor = null }).ToString();

    /// <summary>All of this view as a file.</summary>
    public string ExportHref() => Query("/audit/export", (this with { Page = 1, Cursor = null }).Parts());

    public override string ToString() => Query(Path, Parts());

    private IEnumerable<(string Name, string? Value)> Parts() =>
    [
        .. Range.Parts(AllTime),
        ("who", Who),
        ("about", About),
        ("action", Action),
        ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null),
        ("cursor", Cursor),
    ];

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim() is var trimmed && trimmed.Length > FieldLengths.Search ? trimmed[..FieldLengths.Search] : trimmed;

    private static string Query(string path, IEnumerable<(string Name, string? Value)> parts) =>
        string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}")) is { Length: > 0 } query ? path + "?" + query : path;
}
