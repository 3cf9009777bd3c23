using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations;

/// <summary>Narrows the list. Empty means all.</summary>
public sealed record InvitationFilter
{
    public IReadOnlyList<InvitationState> States { get; init; } = [];
    public IReadOnlyList<Role> Roles { get; init; } = [];
    public IReadOnlyList<Channel> Channels { get; init; } = [];
    /// <summary>Part of the recipient, taken literally.</summary>
    public string? Address { get; init; }
    /// <summary>Only those sent by this person.</summary>
    public Guid? InvitedById { get; init; }
    /// <summary>How far the newest message has come.</summary>
    public IReadOnlyList<DeliveryState> Deliveries { get; init; } = [];
    /// <summary>Only open ones whose time ends within <see cref="InvitationQueries.Soon"/>.</summary>
    public bool Expiring { get; init; }
    /// <summary>Only those of one command.</summary>
    public Guid? BatchId { get; init; }
}

/// <summary>One row of the list.</summary>
public sealed record InvitationRow(
    Guid Id,
    string Recipient,
    Role Role,
    Channel Channel,
    InvitationState State,
    DeliveryState? Delivery,
    DateTimeOffset? DeliveryDueAt,
    string? DeliveryReason,
    DateTimeOffset? SentAt,
    DateTimeOffset ExpiresAt,
    string? InvitedBy,
    DateTimeOffset CreatedAt,
    int Version,
    Guid? GroupId,
    string? Group,
    string? Subject,
    Channel? DeliveryChannel)
{
    /// <summary>The invited e-mail address; null for a recipient on another channel.</summary>
    public string? Email => Channel is Channel.Email ? Recipient : null;

    /// <summary>Whether its message is about to go out; one that is planned for later rests until then.</summary>
    internal bool IsUnderWay(DateTimeOffset now) => State is InvitationState.Pending
        && (Delivery is DeliveryState.Sending || (Delivery is DeliveryState.Queued && DeliveryDueAt <= now));
}

/// <summary>One invitation with everything that can be said about it.</summary>
/// <param name="Row">What the list shows of it.</param>
/// <param name="Message">The inviter's words.</param>
/// <param name="Language">Of its messages.</param>
/// <param name="SendAt">When its first message goes out.</param>
/// <param name="Reminders">Whether it is reminded of.</param>
/// <param name="ReminderDueAt">When next.</param>
/// <param name="Fallback">The second way, where it has one.</param>
/// <param name="DeclineReason">What the invitee said.</param>
/// <param name="ClosedAt">When it was accepted, declined or cancelled.</param>
/// <param name="Timeline">What happened to it.</param>
public sealed record InvitationDetails(
    InvitationRow Row,
    string? Message,
    string Language,
    DateTimeOffset SendAt,
    bool Reminders,
    DateTimeOffset? ReminderDueAt,
    SecondWay? Fallback,
    string? DeclineReason,
    DateTimeOffset? ClosedAt,
    IReadOnlyList<TimelineEntry> Timeline);

/// <summary>How the messages of a set of invitations stand.</summary>
public sealed record DeliveryCounts(int Total, int Waiting, int Sent, int Delayed, int Failed);

/// <summary>One invitation of a person.</summary>
/// <param name="Id">Of the invitation.</param>
/// <param name="Email">The address, number or id that was invited.</param>
/// <param name="Role">To what.</param>
/// <param name="State">Where it stands.</param>
/// <param name="InvitedById">Who invited.</param>
/// <param name="InvitedBy">Their name; null when they are gone.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">Until when it can be accepted.</param>
/// <param name="ClosedAt">When it was accepted, declined or cancelled.</param>
public sealed record PersonInvitation(
    Guid Id,
    string Email,
    Role Role,
    InvitationState State,
    Guid InvitedById,
    string? InvitedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? ClosedAt);

/// <summary>Somebody who has sent invitations.</summary>
public sealed record Inviter(Guid Id, string Name);

/// <summary>Counts for the home page.</summary>
public sealed record InvitationSummary(int Open, int ExpiringSoon, int FailedDeliveries, int AcceptedThisWeek);
