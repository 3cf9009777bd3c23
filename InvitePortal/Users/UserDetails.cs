using InvitePortal.Accounts;
using InvitePortal.Common;

namespace InvitePortal.Users;

/// <summary>Everything that the portal itself knows of one person; features add more (<see cref="PersonSection"/>).</summary>
/// <param name="Row">As in the list.</param>
/// <param name="Bio">In their own words.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="HasPassword">Whether they can sign in with a password; a mailed code always works.</param>
/// <param name="EmailConfirmed">Whether they have proved their mailbox.</param>
/// <param name="MayManage">Whether the caller may change them.</param>
/// <param name="SessionCount">How many sessions are open.</param>
/// <param name="Sessions">The latest used ones, at most 100; none where the caller may not change the person.</param>
public sealed record UserDetails(
    UserRow Row,
    string? Bio,
    string Language,
    string TimeZone,
    bool HasPassword,
    bool EmailConfirmed,
    bool MayManage,
    int SessionCount,
    IReadOnlyList<SessionRow> Sessions)
{
    /// <summary>Whether they can sign in from Telegram.</summary>
    public bool HasTelegram { get; init; }

    /// <summary>How somebody without an address is written to; null with one, and for those who only enter from elsewhere.</summary>
    public PersonContact? Contact { get; init; }
}

/// <summary>Somebody on a channel.</summary>
/// <param name="Channel">By which they were invited.</param>
/// <param name="Recipient">Number or id on it.</param>
public sealed record PersonContact(Channel Channel, string Recipient);

/// <summary>One entry of the audit log about a person.</summary>
/// <param name="Id">Of the entry.</param>
/// <param name="At">When.</param>
/// <param name="ActorName">Who did it, by the name they had then.</param>
/// <param name="Address">From which network address.</param>
/// <param name="Action">Stable name, such as <c>user.edited</c>.</param>
/// <param name="Before">JSON of the changed values before.</param>
/// <param name="After">JSON of the changed values after.</param>
public sealed record UserAuditRow(Guid Id, DateTimeOffset At, string? ActorName, string? Address, string Action, string? Before, string? After);
