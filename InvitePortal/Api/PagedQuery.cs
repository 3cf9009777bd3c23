using System.Globalization;
using System.Reflection;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Http.Metadata;

namespace InvitePortal.Api;

/// <summary>Binds <c>?page&amp;pageSize&amp;sort&amp;search&amp;cursor</c> of a list; a bad value is a 400 that names it.</summary>
/// <param name="Request">The part of the list that is wanted. Whether <see cref="PageRequest.Sort"/> names a column is up to the list.</param>
public sealed record PagedQuery(PageRequest Request) : IEndpointParameterMetadataProvider
{

    public static ValueTask<PagedQuery> BindAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var size = Number(query, "pageSize", 25);
        return ValueTask.FromResult(new PagedQuery(new PageRequest(
            Number(query, "page", 1),
            size <= PageRequest.MaxPageSize ? size : throw new BindingFailure(ApiErrors.PageSize),
            Text(query, "sort", 50, char.IsAsciiLetter),
            Text(query, "search", FieldLengths.Search, c => !char.IsControl(c)),
            Text(query, "cursor", Keyset.MaxCursorLength, c => c is > ' ' and < '\x7f'))));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(PagedMetadata.Instance);

    private static int Number(IQueryCollection query, string name, int otherwise)
    {
        if (!query.TryGetValue(name, out var values))
        {
            return otherwise;
        }

        return values.Count == 1 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new BindingFailure(name == "pageSize" ? ApiErrors.PageSize : ApiErrors.Parameter(name));
    }

    private static string? Text(IQueryCollection query, string name, int maxLength, Func<char, bool> allowed)
    {
        if (!query.TryGetValue(name, out var values) || (values.Count == 1 && string.IsNullOrEmpty(values[0])))
        {
            return null;
        }

        var text = values[0] ?? "";
        var letters = name == "sort" && text.StartsWith('-') ? text.AsSpan(1) : text;
        var fits = values.Count == 1 && letters.Length > 0 && text.Length <= maxLength;
        foreach (var c in letters)
        {
            fits &= allowed(c);
        }

        return fits ? text : throw new BindingFailure(ApiErrors.Parameter(name));
    }
}

/// <summary>Marks endpoints that answer with a page of a list, for the API's description.</summary>
internal sealed class PagedMetadata
{
    public static readonly PagedMetadata Instance = new();
}
