using System.Buffers.Text;
using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>
/// Pages of a list read by key: the row after (or before) a known one is found in the index, however far down the list it is. Pages asked for by number
/// alone skip rows, as SQL does, but only in the index, and from the nearer end.
/// </summary>
public static class Keyset
{
    /// <summary>Longest cursor that is made: the longest key (a folded name of 200 characters of three bytes, and an address) with its place, in base64.</summary>
    public const int MaxCursorLength = 1_300;

    private const int MaxPages = 10_000_000;

    /// <summary>Reads one page. The order is <paramref name="key"/>, then <paramref name="id"/>, both in the same direction.</summary>
    /// <param name="source">The rows that match, in any order.</param>
    /// <param name="request">Which page; a cursor that cannot be read counts as none.</param>
    /// <param name="key">The sort column; it needs an index together with <paramref name="id"/>.</param>
    /// <param name="id">The unique column that makes the order total.</param>
    /// <param name="descending">The direction.</param>
    /// <param name="total">How many rows match. Of a capped one, a number too high means the last page that was counted, and cursors read on until there are no more rows.</param>
    /// <param name="shape">The columns to read.</param>
    /// <param name="keyOf">Key and id of a read row, for the cursors.</param>
    /// <param name="ct">Cancels the read.</param>
    /// <param name="table">
    /// Where the rows are read from once their ids are known; with it, a page is chosen in the index alone, also where <paramref name="source"/> passes
    /// over many rows. Only for filters on columns of the index.
    /// </param>
    public static async Task<PageResult<TRow>> PageAsync<T, TKey, TRow>(
        IQueryable<T> source,
        PageRequest request,
        Expression<Func<T, TKey>> key,
        Expression<Func<T, Guid>> id,
        bool descending,
        ListTotal total,
        Func<IQueryable<T>, IQueryable<TRow>> shape,
        Func<TRow, (TKey Key, Guid Id)> keyOf,
        CancellationToken ct,
        IQueryable<T>? table = null)
    {
        var size = request.PageSize;
        var pages = (int)Math.Clamp((total.Count + size - 1) / size, 1, MaxPages);
        var cursor = Position.Read(request.Cursor);
        if (cursor is { Backward: false } && cursor.Page > pages && !total.IsCapped)
        {
            // There are fewer than when the cursor was made: the last page, whole.
            (cursor, request) = (null, request with { Cursor = null, Page = pages });
        }

        // Numbers reach as far as was counted; cursors go on behind that.
        var page = Math.Clamp(cursor?.Page ?? request.Page, 1, cursor is not null && total.IsCapped ? MaxPages : pages);
        var backward = cursor?.Backward ?? false;
        var take = size;
        var skip = 0L;
        if (cursor is { Backward: true, Key: null })
        {
            // The last page holds the remainder, so that its rows are those that the page number promises.
            take = total.Count % size is > 0 and var rest ? (int)rest : size;
        }
        else if (cursor is null && page > 1)
        {
            skip = (long)(page - 1) * size;
            if (backward = !total.IsCapped && page > pages / 2)
            {
                take = (int)Math.Min(size, total.Count - skip);
                skip = Math.Max(0, total.Count - skip - take);
            }
        }

        // One row more tells whether a page follows.
        take += total.IsCapped && !backward ? 1 : 0;
        var ordered = Order(source, key, id, descending ^ backward);
        if (cursor is { Key: { } text })
        {
            ordered = ordered.Where(After(key, id, Parse<TKey>(text), cursor.Id, descending ^ backward));
        }

        var chosen = (skip > 0 ? ordered.Skip((int)Math.Min(skip, int.MaxValue)) : ordered).Take(take);
        if (table is not null || skip > 0)
        {
            chosen = Order((table ?? source).Where(IsIn(chosen.Select(id), id)), key, id, descending ^ backward);
        }

        var rows = total.Count == 0 ? [] : await shape(chosen).ToListAsync(ct);
        if (backward)
        {
            rows.Reverse();
        }

        var more = total.IsCapped ? rows.Count > size || cursor?.Backward == true : page < pages;
        if (rows.Count > size)
        {
            rows.RemoveAt(size);
        }

        if (rows.Count == 0 && cursor is not null && total.Count > 0)
        {
            // Nobody is left on that side of the cursor.
            var nearest = request with { Cursor = null, Page = backward ? 1 : pages };
            return await PageAsync(source, nearest, key, id, descending, total, shape, keyOf, ct, table);
        }

        if (rows.Count == 0)
        {
            return new PageResult<TRow>(rows, total.Count, page, size, TotalIsCapped: total.IsCapped);
        }

        var first = keyOf(rows[0]);
        var last = keyOf(rows[^1]);
        return new PageResult<TRow>(
            rows,
            total.Count,
            page,
            size,
            more ? new Position(false, Format(last.Key), last.Id, page + 1).Write() : null,
            page > 1 ? new Position(true, Format(first.Key), first.Id, page - 1).Write() : null,
            more && !total.IsCapped ? new Position(true, null, Guid.Empty, pages).Write() : null,
            total.IsCapped);
    }

    private static Expression<Func<T, bool>> IsIn<T>(IQueryable<Guid> ids, Expression<Func<T, Guid>> id)
    {
        // The ids are chosen by the same expression, whose row is another.
        var row = Expression.Parameter(typeof(T), "row");
        var idBody = new Rename(id.Parameters[0], row).Visit(id.Body);
        return Expression.Lambda<Func<T, bool>>(Expression.Call(typeof(Queryable), nameof(Queryable.Contains), [typeof(Guid)], ids.Expression, idBody), row);
    }

    private static IQueryable<T> Order<T, TKey>(IQueryable<T> source, Expression<Func<T, TKey>> key, Expression<Func<T, Guid>> id, bool descending) =>
        descending ? source.OrderByDescending(key).ThenByDescending(id) : source.OrderBy(key).ThenBy(id);

    // key <= k AND (key < k OR id < i): the first half, redundant in logic, is what an index can seek to on all three databases.
    private static Expression<Func<T, bool>> After<T, TKey>(
        Expression<Func<T, TKey>> key, Expression<Func<T, Guid>> id, TKey keyValue, Guid idValue, bool descending)
    {
        var row = key.Parameters[0];
        var idBody = new Rename(id.Parameters[0], row).Visit(id.Body);
        // Held in a field, so that EF Core makes parameters of them and caches one plan.
        var holder = Expression.Constant(new Values<TKey>(keyValue, idValue));
        var keyBound = Expression.Property(holder, nameof(Values<TKey>.Key));
        var idBound = Expression.Property(holder, nameof(Values<TKey>.Id));
        var body = Expression.AndAlso(
            Compare(key.Body, keyBound, descending, orEqual: true),
            Expression.OrElse(
                Compare(key.Body, keyBound, descending, orEqual: false),
                descending ? Expression.LessThan(idBody, idBound) : Expression.GreaterThan(idBody, idBound)));
        return Expression.Lambda<Func<T, bool>>(body, row);
    }

    private static BinaryExpression Compare(Expression left, Expression right, bool less, bool orEqual)
    {
        if (left.Type == typeof(string))
        {
            left = Expression.Call(typeof(string), nameof(string.Compare), null, left, right);
            right = Expression.Constant(0);
        }

        return (less, orEqual) switch
        {
            (true, true) => Expression.LessThanOrEqual(left, right),
            (true, false) => Expression.LessThan(left, right),
            (false, true) => Expression.GreaterThanOrEqual(left, right),
            (false, false) => Expression.GreaterThan(left, right),
        };
    }

    private static string Format<TKey>(TKey key) => key switch
    {
        DateTimeOffset time => time.UtcTicks.ToString(CultureInfo.InvariantCulture),
        int number => number.ToString(CultureInfo.InvariantCulture),
        _ => key?.ToString() ?? "",
    };

    private static TKey Parse<TKey>(string text) => (TKey)(typeof(TKey) switch
    {
        var type when type == typeof(DateTimeOffset) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : DateTimeOffset.MaxValue,
        var type when type == typeof(int) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue,
        _ => (object)text,
    });

    private sealed record Values<TKey>(TKey Key, Guid Id);

    private sealed class Rename(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : node;
    }

    private sealed record Position(bool Backward, string? Key, Guid Id, int Page)
    {
        public string Write() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{(Backward ? (Key is null ? 'l' : 'b') : 'f')}{Page}.{Id:N}{Key}")));

        public static Position? Read(string? text)
        {
            if (string.IsNullOrEmpty(text) || text.Length > MaxCursorLength || !Base64Url.IsValid(text))
            {
                return null;
            }

            var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
            var dot = plain.IndexOf('.', StringComparison.Ordinal);
            return dot > 1 && !plain.Contains('\0') && plain.Length >= dot + 33 && plain[0] is ('f' or 'b' or 'l')
                && int.TryParse(plain.AsSpan(1, dot - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                && Guid.TryParseExact(plain.AsSpan(dot + 1, 32), "N", out var id)
                    ? new Position(plain[0] is not 'f', plain[0] is 'l' ? null : plain[(dot + 33)..], id, page)
                    : null;
        }
    }
}
