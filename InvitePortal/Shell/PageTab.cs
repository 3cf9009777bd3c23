using InvitePortal.Common;

namespace InvitePortal.Shell;

/// <summary>A tab that a feature adds to a page of the frame, so that the frame need not know the feature.</summary>
/// <param name="Path">Path of the page, such as <c>/users</c>.</param>
/// <param name="Key">Value of <c>?tab=</c>.</param>
/// <param name="Order">Tabs are shown in rising order; the first allowed one is the default.</param>
/// <param name="Component">What the tab shows.</param>
/// <param name="Roles">Active roles that see it. Services check rights again.</param>
public sealed record PageTab(string Path, string Key, int Order, Type Component, params Role[] Roles)
{
    /// <summary>The tabs of a page that somebody in <paramref name="role"/> sees, and the one whose key is asked for, or else the first.</summary>
    public static (IReadOnlyList<PageTab> Tabs, PageTab? Current) Choose(IEnumerable<PageTab> all, string path, Role? role, string? key)
    {
        PageTab[] tabs = [.. all.Where(t => t.Path == path && role is { } r && t.Roles.Contains(r)).OrderBy(t => t.Order)];
        return (tabs, tabs.FirstOrDefault(t => t.Key == key) ?? tabs.FirstOrDefault());
    }
}
