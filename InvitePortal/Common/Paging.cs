using System.Text.Json.Serialization;

namespace InvitePortal.Common;

/// <summary>Which part of a list is wanted.</summary>
/// <param name="Page">1-based page number, used to count and where no <paramref name="Cursor"/> is given.</param>
/// <param name="PageSize">Rows per page, 1 to 100.</param>
/// <param name="Sort">Name of a column; a leading <c>-</c> means descending. Null takes the list's own order.</param>
/// <param name="Search">Literal text to look for.</param>
/// <param name="Cursor">Opaque position from <see cref="PageResult{T}.Next"/>, <see cref="PageResult{T}.Previous"/> or <see cref="PageResult{T}.Last"/>: reads by key instead of counting rows.</param>
public sealed record PageRequest(int Page = 1, int PageSize = 25, string? Sort = null, string? Search = null, string? Cursor = null)
{
    /// <summary>The hard maximum of <see cref="PageSize"/>.</summary>
    public const int MaxPageSize = 100;
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Total">How many rows match in all: exact up to 1,000; above that at most 10 seconds old.</param>
/// <param name="Page">1-based number of this page.</param>
/// <param name="PageSize">Rows per page.</param>
/// <param name="Next">Cursor of the following page; null on the last.</param>
/// <param name="Previous">Cursor of the page before; null on the first.</param>
/// <param name="Last">Cursor of the last page; null when this is it, and where <paramref name="TotalIsCapped"/>.</param>
/// <param name="TotalIsCapped">Whether counting stopped at <paramref name="Total"/>: there are more.</param>
public sealed record PageResult<T>(
    IReadOnlyList<T> Items,
    long Total,
    int Page,
    int PageSize,
    string? Next = null,
    string? Previous = null,
    string? Last = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool TotalIsCapped = false)
{
    /// <summary>The same page with its rows made into something else.</summary>
    public PageResult<TOther> Select<TOther>(Func<T, TOther> make) => new([.. Items.Select(make)], Total, Page, PageSize, Next, Previous, Last, TotalIsCapped);

    /// <summary>How many pages there are, at least 1; only those counted where <see cref="TotalIsCapped"/>.</summary>
    public int Pages => (int)Math.Max(1, (Total + PageSize - 1) / PageSize);
}
