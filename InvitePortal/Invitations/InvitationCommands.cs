using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations;

/// <summary>Invite many recipients to one role, or to one group of students.</summary>
/// <param name="Recipients">Recipients on the channel, one per entry, at most 10,000.</param>
/// <param name="Role">The role they get.</param>
/// <param name="Message">Personal words, at most 1,000 characters.</param>
/// <param name="Channel">How the message travels.</param>
/// <param name="Language">Of the message and the page; null takes the inviter's, or that of the account an address has.</param>
/// <param name="LifetimeHours">How long it lives from each sending; null takes the default of 7 days.</param>
/// <param name="SendAt">When to send; null for at once.</param>
/// <param name="Reminders">Whether to remind before it expires; null takes the setting.</param>
/// <param name="GroupId">A group of students that they join by accepting; the role must be <see cref="Role.Student"/>.</param>
/// <param name="Fallback">A second way, for a single recipient: used if the channel fails for good, never both at once.</param>
public sealed record SendInvitations(
    IReadOnlyList<string> Recipients,
    Role Role,
    string? Message = null,
    Channel Channel = Channel.Email,
    string? Language = null,
    double? LifetimeHours = null,
    DateTimeOffset? SendAt = null,
    bool? Reminders = null,
    Guid? GroupId = null,
    SecondWay? Fallback = null);

/// <summary>A second way to somebody.</summary>
/// <param name="Channel">Another channel than the first.</param>
/// <param name="Recipient">The recipient on it.</param>
public sealed record SecondWay(Channel Channel, string Recipient);

/// <summary>What became of one address.</summary>
public enum AddressOutcome
{
    Invited = 1,
    Skipped = 2,
    Failed = 3,
}

/// <summary>The verdict for one recipient.</summary>
/// <param name="Recipient">As given.</param>
/// <param name="Outcome">Invited, skipped or failed.</param>
/// <param name="InvitationId">The new invitation.</param>
/// <param name="Code">Why not; null when invited.</param>
/// <param name="Reason">The same in words.</param>
public sealed record AddressVerdict(string Recipient, AddressOutcome Outcome, Guid? InvitationId, string? Code, string? Reason)
{
    /// <summary>The recipient, under the name it had when all invitations went by mail.</summary>
    public string Email => Recipient;

    internal static AddressVerdict Not(string recipient, AddressOutcome outcome, Error error) => new(recipient, outcome, null, error.Code, error.Message);
}

/// <summary>Verdicts in the order of the addresses.</summary>
public sealed record SentInvitations(Guid BatchId, int Invited, IReadOnlyList<AddressVerdict> Verdicts);

/// <summary>Change a pending invitation; null leaves a value as it is.</summary>
/// <param name="Version">The version that was read; an older one is refused.</param>
/// <param name="Role">The new role.</param>
/// <param name="Message">The new words; an empty text removes them.</param>
/// <param name="ExpiresAt">The new expiry.</param>
/// <param name="GroupId">The new group; an id of zeros takes the group away.</param>
public sealed record EditInvitation(int Version, Role? Role = null, string? Message = null, DateTimeOffset? ExpiresAt = null, Guid? GroupId = null);

/// <summary>What to do with many invitations.</summary>
public enum InvitationAction
{
    Resend = 1,
    Cancel = 2,
    Delete = 3,
}

/// <summary>Which invitations: listed ones, or all that match a filter when <paramref name="Ids"/> is null.</summary>
public sealed record InvitationSelection(IReadOnlyList<Guid>? Ids, InvitationFilter? Filter);
