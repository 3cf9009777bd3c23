using InvitePortal.Common;

namespace InvitePortal.Shell.Layout;

/// <summary>An entry of the side menu.</summary>
/// <param name="Href">Path; pages below it belong to the entry as well.</param>
/// <param name="Icon">Name in <see cref="Ui.Icons"/>.</param>
/// <param name="Text">Key in <see cref="ShellTexts"/>.</param>
/// <param name="Roles">Active roles that see it; none means everybody.</param>
public sealed record MenuEntry(string Href, string Icon, string Text, params Role[] Roles)
{
    /// <summary>Whether only a Development server shows it.</summary>
    public bool DevelopmentOnly { get; init; }

    /// <summary>Whether the entry leads to the page at <paramref name="path"/> or to one above it.</summary>
    public bool Covers(string path) =>
        path.Equals(Href, StringComparison.OrdinalIgnoreCase)
        || (Href is not "/" && path.StartsWith(Href + "/", StringComparison.OrdinalIgnoreCase));
}

/// <summary>The side menu, in its order. The frame knows features by their address only.</summary>
public static class Menu
{
    private static readonly MenuEntry[] Entries =
    [
        new("/", "home", "menu.home"),
        new("/users", "people", "menu.people", Role.SuperAdmin, Role.Staff, Role.Agency),
        new("/codes", "book", "menu.codes", Role.Teacher),
        new("/join", "book", "menu.join", Role.Student),
        new("/outbox", "send", "menu.outbox", Role.SuperAdmin, Role.Staff),
        new("/audit", "list", "menu.audit", Role.SuperAdmin, Role.Staff),
        new("/profile", "person", "menu.profile"),
        new("/section-settings/dashboard", "settings", "menu.settings", Role.SuperAdmin),
        new("/api", "code", "menu.api", Role.SuperAdmin, Role.Staff),
        new("/dev/mailbox", "inbox", "menu.mailbox") { DevelopmentOnly = true },
    ];

    /// <summary>What somebody with <paramref name="role"/> as the active role sees.</summary>
    public static IEnumerable<MenuEntry> For(Role role, bool development) => Entries
        .Where(e => (development || !e.DevelopmentOnly) && (e.Roles.Length is 0 || e.Roles.Contains(role)));
}
