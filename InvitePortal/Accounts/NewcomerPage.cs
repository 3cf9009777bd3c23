using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>A page for which people without an account register on the way, and come back to it.</summary>
/// <param name="Path">Its path; one that ends with a slash means all paths below it.</param>
/// <param name="Role">The role with which they come back. Null is none: what the page leads to grants it, and until then they are nothing more than <see cref="Role.Business"/> would be.</param>
public sealed record NewcomerPage(string Path, Role? Role)
{
    /// <summary>Whether <paramref name="url"/>, a local path with or without a query, leads to the page.</summary>
    public bool Covers(string url)
    {
        var path = url.Split('?', '#')[0];
        return Path.EndsWith('/') ? path.StartsWith(Path, StringComparison.OrdinalIgnoreCase) : path.Equals(Path, StringComparison.OrdinalIgnoreCase);
    }
}
