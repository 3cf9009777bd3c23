using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations;

public static class InvitationErrors
{
    public static readonly Error NotFound = new(ErrorKind.NotFound, "invitation.not_found");
    /// <summary>An unknown, cancelled or replaced link: one neutral text.</summary>
    public static readonly Error UnknownLink = new(ErrorKind.NotFound, "invitation.unknown_link");
    public static readonly Error Revoked = new(ErrorKind.Gone, "invitation.revoked");
    public static readonly Error Expired = new(ErrorKind.Gone, "invitation.expired");
    public static readonly Error AlreadyUsed = new(ErrorKind.Gone, "already_used");
    public static readonly Error Declined = new(ErrorKind.Gone, "invitation.declined");
    public static readonly Error NotPending = new(ErrorKind.Conflict, "invitation.not_pending");
    public static readonly Error ChangedMeanwhile = new(ErrorKind.Conflict, "invitation.changed_meanwhile");
    public static readonly Error MayNotInvite = new(ErrorKind.Forbidden, "invitation.may_not_invite");
    public static readonly Error MayNotGrant = new(ErrorKind.Forbidden, "invitation.may_not_grant", "role");
    public static readonly Error NoAddresses = new(ErrorKind.Invalid, "invitation.no_addresses", "emails");
    public static readonly Error AddressInvalid = new(ErrorKind.Invalid, "invitation.address_invalid", "email");
    public static readonly Error AddressRepeated = new(ErrorKind.Invalid, "invitation.address_repeated", "email");
    public static readonly Error AlreadyMember = new(ErrorKind.Conflict, "invitation.already_member", "email");
    public static readonly Error AlreadyInGroup = new(ErrorKind.Conflict, "invitation.already_in_group", "email");
    public static readonly Error AlreadyInvited = new(ErrorKind.Conflict, "invitation.already_invited", "email");
    public static readonly Error PersonBlocked = new(ErrorKind.Conflict, "invitation.person_blocked", "email");
    public static readonly Error TargetLimit = new(ErrorKind.TooMany, "invitation.target_limit", "email");
    public static readonly Error DailyLimit = new(ErrorKind.TooMany, "invitation.daily_limit");
    public static readonly Error NotStored = new(ErrorKind.Unavailable, "invitation.not_stored", "email");
    /// <summary>Its message has gone out, or is going out at this moment: it cannot be called back.</summary>
    public static readonly Error AlreadySent = new(ErrorKind.Conflict, "invitation.already_sent");
    public static readonly Error ResendLimit = new(ErrorKind.TooMany, "invitation.resend_limit");
    public static readonly Error MessageInvalid = new(ErrorKind.Invalid, "invitation.message_invalid", "message");
    public static readonly Error ReasonInvalid = new(ErrorKind.Invalid, "invitation.reason_invalid", "reason");
    public static readonly Error LanguageUnknown = new(ErrorKind.Invalid, "invitation.language_unknown", "language");
    public static readonly Error ChannelUnavailable = new(ErrorKind.Invalid, "invitation.channel_unavailable", "channel");
    public static readonly Error GroupNeedsStudent = new(ErrorKind.Invalid, "invitation.group_needs_student", "groupId");
    public static readonly Error FallbackInvalid = new(ErrorKind.Invalid, "invitation.fallback_invalid", "fallback");
    public static readonly Error FallbackForOne = new(ErrorKind.Invalid, "invitation.fallback_for_one", "fallback");
    public static readonly Error SendAtInvalid = new(ErrorKind.Invalid, "invitation.send_at_invalid", "sendAt");
    public static readonly Error NameInvalid = new(ErrorKind.Invalid, "invitation.name_invalid", "name");
    /// <summary>The invitation names no mailbox, or its mails do not arrive: whoever accepts enters an address and proves it.</summary>
    public static readonly Error EmailNeeded = new(ErrorKind.Invalid, "invitation.email_needed", "email");
    /// <summary>The address of the account is the invited one, whatever the invitee enters.</summary>
    public static readonly Error EmailFixed = new(ErrorKind.Invalid, "invitation.email_fixed", "email");
    /// <summary>Told only to whoever has proven the address.</summary>
    public static readonly Error AddressHasAccount = new(ErrorKind.Conflict, "invitation.address_has_account", "email");
    public static readonly Error SignInFirst = new(ErrorKind.Conflict, "invitation.sign_in_first");
    public static readonly Error WrongAccount = new(ErrorKind.Conflict, "invitation.wrong_account");
    public static readonly Error UnknownSort = new(ErrorKind.Invalid, "invitation.unknown_sort", "sort");

    /// <summary>What was entered is no recipient on the channel.</summary>
    public static Error NotOn(Channel channel) => channel is Channel.Webhook ? ChannelUnavailable : AddressInvalid with { Text = ChannelAddress.Expected(channel) };

    public static Error TooManyAddresses(int limit) => new(ErrorKind.Invalid, "invitation.too_many_addresses", "emails") { Arguments = [limit] };

    public static Error LifetimeInvalid(LimitOptions limits) => new(ErrorKind.Invalid, "invitation.lifetime_invalid", "lifetimeHours")
    {
        Arguments = [(int)limits.InvitationLifetimeMin.TotalHours, (int)limits.InvitationLifetimeMax.TotalDays],
    };

    public static Error Blocked(TimeSpan wait) => new(ErrorKind.TooMany, "too_many_misses") { RetryAfter = wait };

    /// <summary>Why an invitation that is not pending any more cannot be used.</summary>
    public static Error Closed(InvitationState state) => state switch
    {
        InvitationState.Accepted => AlreadyUsed,
        InvitationState.Declined => Declined,
        InvitationState.Expired => Expired,
        InvitationState.Cancelled => Revoked,
        InvitationState.Pending => NotPending,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
