using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations;

/// <summary>Where an invitation stands. <see cref="Expired"/> is never stored: <see cref="Invitation.StateAt"/> tells it by the clock. The numbers are stored.</summary>
public enum InvitationState
{
    Pending = 1,
    Accepted = 2,
    Declined = 3,
    Cancelled = 4,
    Expired = 5,
}

/// <summary>An invitation of one recipient to one role, or to one group of students. Leaves <see cref="InvitationState.Pending"/> once, by a conditional update.</summary>
public sealed class Invitation
{
    public Guid Id { get; init; }
    /// <summary>The recipient as invited, in the form that <see cref="Channel"/> takes; messages go here, or to <see cref="FallbackRecipient"/>, and nowhere else.</summary>
    public required string Recipient { get; init; }
    /// <summary><see cref="ChannelAddress.Key"/> of the recipient.</summary>
    public required string NormalizedRecipient { get; init; }
    public Role Role { get; set; }
    /// <summary>The group that the invitee joins by accepting; null for none, or once it is gone.</summary>
    public Guid? GroupId { get; set; }
    public string? Message { get; set; }
    public Channel Channel { get; init; }
    /// <summary>A second way for its messages, used where <see cref="Channel"/> fails for good.</summary>
    public Channel? FallbackChannel { get; init; }
    public string? FallbackRecipient { get; init; }
    public required string Language { get; init; }
    public InvitationState State { get; set; } = InvitationState.Pending;
    /// <summary>Recipient, role and group while pending, else null: a unique index over it lets one be open at a time.</summary>
    public string? OpenKey { get; set; }
    /// <summary>The person invited; null once that row is gone.</summary>
    public Guid? PersonId { get; set; }
    public Guid InvitedById { get; init; }
    /// <summary>All invitations of one command, for its progress.</summary>
    public Guid BatchId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When the first message goes out; later than <see cref="CreatedAt"/> for a scheduled one.</summary>
    public DateTimeOffset SendAt { get; set; }
    /// <summary>How long it lives from each sending, in minutes.</summary>
    public int LifetimeMinutes { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public bool RemindersOn { get; set; }
    /// <summary>When the next reminder is due; null when there is none.</summary>
    public DateTimeOffset? ReminderDueAt { get; set; }
    public int Resends { get; set; }
    /// <summary>When the invitee last asked for a new link to an expired invitation.</summary>
    public DateTimeOffset? RenewedAt { get; set; }
    /// <summary>The newest message, whose delivery the list shows.</summary>
    public Guid? LastMessageId { get; set; }
    /// <summary>When it left <see cref="InvitationState.Pending"/>.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
    public Guid? AcceptedById { get; set; }
    public string? DeclineReason { get; set; }
    /// <summary>Rises with every change; an edit of an older one is refused.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The invited e-mail address; null for a recipient on another channel.</summary>
    public string? Email => Channel is Channel.Email ? Recipient : null;

    // Computed by the database, for figures.
    /// <summary>The quarter of an hour since 1970 in which it was made: charts count by it in days and weeks of any time zone.</summary>
    public int CreatedSlot { get; private set; }
    /// <summary>Of an accepted one, the seconds from its sending; from its making where it was sent again, because then the first sending is not known any more.</summary>
    public int? AcceptSeconds { get; private set; }

    /// <summary>The state at a moment: what is stored, but for an open one whose time is over.</summary>
    public InvitationState StateAt(DateTimeOffset now) =>
        State is InvitationState.Pending && ExpiresAt <= now ? InvitationState.Expired : State;

    /// <summary>The value of <see cref="OpenKey"/> for an open invitation.</summary>
    public static string KeyFor(string normalizedRecipient, Role role, Guid? groupId = null) =>
        groupId is { } group ? $"{normalizedRecipient}|{(int)role}|{group:N}" : $"{normalizedRecipient}|{(int)role}";
}

/// <summary>How a link came into the world.</summary>
public enum LinkOrigin
{
    /// <summary>In a message to the stored recipient: opening it proves the mailbox, where it went by mail.</summary>
    Mailed = 1,
    /// <summary>Copied by the inviter: it proves nothing about the mailbox.</summary>
    Copied = 2,
}

/// <summary>One link of an invitation. Each message mints its own; all die together with the invitation, or when they are replaced.</summary>
public sealed class InvitationLink
{
    public Guid Id { get; init; }
    public Guid InvitationId { get; init; }
    /// <summary>SHA-256 of the token, which is stored nowhere.</summary>
    public required byte[] TokenHash { get; init; }
    public LinkOrigin Origin { get; init; }
    /// <summary>The message that carries it: what it proves depends on the channel by which that went in the end.</summary>
    public Guid? MessageId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ReplacedAt { get; set; }
}

/// <summary>What happened to an invitation, beside what its own row and its messages tell. The numbers are stored.</summary>
public enum InvitationEventKind
{
    /// <summary>A person saw the page in a browser.</summary>
    Opened = 1,
    /// <summary>Something fetched the link without showing it to a person: a mail scanner, a preview.</summary>
    Fetched = 2,
    CodeAsked = 3,
    CodeMistyped = 4,
    Reminded = 5,
    Resent = 6,
    LinkReplaced = 7,
    LinkCopied = 8,
    Edited = 9,
    Renewed = 10,
    WrongAccount = 11,
    /// <summary>A person began to fill in the form.</summary>
    Started = 12,
}

/// <summary>One entry of an invitation's timeline.</summary>
public sealed class InvitationEvent
{
    public Guid Id { get; init; }
    public Guid InvitationId { get; init; }
    public InvitationEventKind Kind { get; init; }
    public DateTimeOffset At { get; set; }
    /// <summary>How often it happened, for events that repeat: the row's time is that of the last.</summary>
    public int Count { get; set; } = 1;
    public string? ActorName { get; init; }
}
