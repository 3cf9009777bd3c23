using System.Text.RegularExpressions;

namespace InvitePortal.Insights;

/// <summary>Narrows the audit log. Null means all.</summary>
/// <param name="From">From then on.</param>
/// <param name="To">Before then.</param>
/// <param name="Who">By whom: an id, or a part of the name or address of people.</param>
/// <param name="About">What was changed: an id, a part of the name or address of people, or an address that was invited.</param>
/// <param name="Action">A change (<c>invitation.created</c>) or all of one area (<c>invitation</c>).</param>
public sealed partial record AuditFilter(DateTimeOffset? From = null, DateTimeOffset? To = null, string? Who = null, string? About = null, string? Action = null)
{
    /// <summary>The changes that are offered to choose among, by area. Others are found by their area.</summary>
    public static IReadOnlyList<(string Area, string[] Actions)> Known { get; } =
    [
        ("invitation",
        [
            "invitation.created", "invitation.edited", "invitation.resent", "invitation.link_replaced", "invitation.link_copied", "invitation.renewed",
            "invitation.accepted", "invitation.declined", "invitation.cancelled", "invitation.deleted",
        ]),
        ("user", ["user.created", "user.edited", "user.deleted", "user.sessions_ended", "user.session_ended", "user.exported"]),
        ("account",
        [
            "account.signed_in", "account.signed_out", "account.signed_out_everywhere", "account.session_ended", "account.registered", "account.identity_confirmed",
            "account.password_set", "account.password_changed", "account.password_reset", "account.sign_in_link_sent", "account.profile_edited",
            "account.role_switched", "account.picture_changed", "account.picture_removed", "account.address_added", "account.telegram_connected", "account.telegram_disconnected",
        ]),
        ("code", ["code.created", "code.changed", "code.regenerated", "code.shared", "code.share_cancelled", "code.joined", "code.closed", "code.reopened", "code.deleted"]),
        ("group", ["group.created", "group.edited", "group.joined", "group.deleted"]),
        ("enrollment", ["enrollment.removed"]),
        ("link", ["link.created", "link.replaced", "link.used", "link.ended"]),
        ("channel", ["channel.paused", "channel.resumed", "channel.tested"]),
        ("outbox", ["outbox.retried", "outbox.retried_many"]),
        ("audit", ["audit.exported"]),
        ("template", ["template.changed", "template.reset", "template.test_sent"]),
        ("import", ["import.started", "import.run", "import.undone"]),
        ("webhook", ["webhook.created", "webhook.changed", "webhook.rotated", "webhook.tested", "webhook.replayed", "webhook.deleted"]),
        ("settings", ["settings.changed"]),
        ("portal", ["portal.set_up"]),
    ];

    /// <summary>Whether it has the shape of a change or an area.</summary>
    public static bool IsAction(string? text) => text is { Length: <= 60 } && Shape().IsMatch(text);

    [GeneratedRegex(@"^[a-z][a-z_]*(\.[a-z_]+)?\z")]
    private static partial Regex Shape();
}
