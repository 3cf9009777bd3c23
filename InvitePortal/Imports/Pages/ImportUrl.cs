using InvitePortal.Common;

namespace InvitePortal.Imports.Pages;

/// <summary>Addresses of the pages of imports.</summary>
public static class ImportUrl
{
    /// <summary>Where files are handed in.</summary>
    public const string Path = "/users/import";

    /// <summary>Where files of a kind are handed in.</summary>
    public static string New(ImportKind kind) => $"{Path}?kind={Of(kind)}";

    /// <summary>One import, and which of its rows.</summary>
    public static string Of(Guid id, RowStanding? standing = null, int page = 1)
    {
        var query = (standing is { } shown ? $"&show={WireNames<RowStanding>.Of(shown)}" : "") + (page > 1 ? $"&page={page}" : "");
        return query.Length > 0 ? $"{Path}/{id}?{query[1..]}" : $"{Path}/{id}";
    }

    /// <summary>Where what was imported is seen.</summary>
    public static string List(ImportKind kind) => kind is ImportKind.People ? "/users?tab=users" : "/users?tab=invites";

    /// <summary>Reads the name of a kind; anything unknown is people, where somebody may import them.</summary>
    public static ImportKind Read(string? kind, Role role) =>
        kind == Of(ImportKind.Invitations) || !ImportRights.May(ImportKind.People, role) ? ImportKind.Invitations : ImportKind.People;

    private static string Of(ImportKind kind) => kind is ImportKind.People ? "people" : "invitations";
}
