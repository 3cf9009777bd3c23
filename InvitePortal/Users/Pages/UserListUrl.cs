using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Users.Pages;

/// <summary>A column of the table that can be hidden; the person's name always stands first.</summary>
public enum UserColumn
{
    Email,
    Roles,
    Status,
    Joined,
    LastSignIn,
}

/// <summary>The address of a view of the table: filters, order, columns, page and the open person, so that it can be kept, shared and gone back to.</summary>
public sealed record UserListUrl
{
    /// <summary>The table without filters.</summary>
    public const string Path = "/users?tab=users";

    private const string DefaultSort = "name";

    private static readonly string[] Sorts = ["name", "email", "role", "status", "joinedAt", "lastSignInAt"];
    private static readonly UserColumn[] AllColumns = Enum.GetValues<UserColumn>();

    public IReadOnlyList<PersonStatus> Statuses { get; init; } = [];
    public IReadOnlyList<Role> Roles { get; init; } = [];
    public string? Search { get; init; }
    public string? Sort { get; init; }
    public int Page { get; init; } = 1;
    public string? Cursor { get; init; }
    public IReadOnlyList<UserColumn> Columns { get; init; } = AllColumns;
    /// <summary>Whose panel is open.</summary>
    public Guid? Person { get; init; }

    public bool IsFiltered => Statuses.Count + Roles.Count > 0 || Search is not null;

    public UserFilter Filter => new() { Statuses = Statuses, Roles = Roles, Search = Search };

    public PageRequest Request => new(Page, 25, Sort, null, Cursor);

    /// <summary>The order that is in force; a leading <c>-</c> means descending.</summary>
    public string Order => Sort ?? DefaultSort;

    /// <summary>What stands in the list, whatever of it is shown: another value means another reading.</summary>
    public string Rows => (this with { Columns = AllColumns, Person = null }).ToString();

    /// <summary>Reads the values of an address. What cannot be read counts as not there: an address is typed and shortened by people.</summary>
    public static UserListUrl Read(
        string[]? statuses, string[]? roles, string? search, string? sort, string? page, string? cursor, string? columns, string? person) => new()
    {
        Statuses = WireNames<PersonStatus>.ParseKnown(statuses),
        Roles = WireNames<Role>.ParseKnown(roles),
        Search = string.IsNullOrWhiteSpace(search) || search.Length > FieldLengths.Search ? null : search.Trim(),
        Sort = sort is not DefaultSort && Sorts.Contains(sort?.TrimStart('-')) && sort!.LastIndexOf('-') <= 0 ? sort : null,
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000 ? number : 1,
        Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
        Columns = columns is null ? AllColumns : [.. WireNames<UserColumn>.ParseKnown(columns.Split(',')).Order()],
        Person = Guid.TryParse(person, out var id) ? id : null,
    };

    public bool Shows(UserColumn column) => Columns.Contains(column);

    /// <summary>Whether both show parts of the same rows, so that a selection may stay.</summary>
    public bool SameRows(UserListUrl other) => (this with { Page = 1, Cursor = null, Sort = null }).Rows == (other with { Page = 1, Cursor = null, Sort = null }).Rows;

    /// <summary>The address of another page of the same view.</summary>
    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor, Person = null }).ToString();

    /// <summary>The same view with somebody's panel open; with nobody's for null.</summary>
    public string PersonHref(Guid? person) => (this with { Person = person }).ToString();

    /// <summary>The same view in another order; the current column turns round, and times begin with the latest.</summary>
    public string SortHref(string column)
    {
        var first = column.EndsWith("At", StringComparison.Ordinal) ? "-" + column : column;
        return InOrder(Order != first ? first : first.StartsWith('-') ? column : "-" + column);
    }

    /// <summary>The same view in the given order.</summary>
    public string InOrder(string sort) => From(this with { Sort = sort is DefaultSort ? null : sort });

    /// <summary>The same view with one status more or less.</summary>
    public string ToggleHref(PersonStatus status) => From(this with { Statuses = Toggled(Statuses, status) });

    /// <summary>The same view with one role more or less.</summary>
    public string ToggleHref(Role role) => From(this with { Roles = Toggled(Roles, role) });

    /// <summary>The same view with one column more or less.</summary>
    public string ToggleHref(UserColumn column) => (this with { Columns = [.. Toggled(Columns, column).Order()], Person = null }).ToString();

    /// <summary>The same view with another search.</summary>
    public string SearchHref(string? text) => From(this with { Search = string.IsNullOrWhiteSpace(text) ? null : text.Trim() });

    /// <summary>The same columns and order without any filter.</summary>
    public string ClearHref() => From(this with { Statuses = [], Roles = [], Search = null });

    /// <summary>The download of what the filters show.</summary>
    public string ExportHref() => "/users/export?" + Query([.. FilterParts(), ("sort", Sort)]).TrimStart('&');

    public bool Equals(UserListUrl? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString()
    {
        IEnumerable<(string Name, string? Value)> parts =
        [
            .. FilterParts(),
            ("sort", Sort),
            ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null),
            ("cursor", Cursor),
            ("columns", Columns.Count == AllColumns.Length ? null : string.Join(',', Columns.Select(WireNames<UserColumn>.Of))),
            ("person", Person?.ToString()),
        ];
        return Path + Query(parts);
    }

    private static string From(UserListUrl url) => (url with { Page = 1, Cursor = null, Person = null }).ToString();

    private static IReadOnlyList<T> Toggled<T>(IReadOnlyList<T> values, T value)
        where T : struct, Enum => values.Contains(value) ? [.. values.Where(v => !v.Equals(value))] : [.. values, value];

    private static string Query(IEnumerable<(string Name, string? Value)> parts) =>
        string.Concat(parts.Where(p => p.Value is not null).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!).Replace("%2C", ",", StringComparison.Ordinal)}"));

    private IEnumerable<(string Name, string? Value)> FilterParts() =>
    [
        .. Statuses.Select(s => ("status", (string?)WireNames<PersonStatus>.Of(s))),
        .. Roles.Select(r => ("role", (string?)WireNames<Role>.Of(r))),
        ("q", Search),
    ];
}
