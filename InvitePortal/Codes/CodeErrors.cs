using System.Globalization;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Codes;

/// <summary>The expected failures of codes, groups and joining.</summary>
public static class CodeErrors
{
    /// <summary>Unknown, mistyped, used, expired or closed: one answer to everybody who has not seen the code at work.</summary>
    public static readonly Error Unusable = AccountsErrors.CodeInvalid with { Text = "code.unusable" };

    public static readonly Error NotTeacher = new(ErrorKind.Forbidden, "code.not_teacher");
    public static readonly Error NotParent = new(ErrorKind.Forbidden, "code.not_parent");
    public static readonly Error NotStudent = new(ErrorKind.Forbidden, "code.not_student");
    /// <summary>Holds the role, but acts in another.</summary>
    public static readonly Error StudentInactive = new(ErrorKind.Forbidden, "code.student_inactive");
    public static readonly Error OwnCode = new(ErrorKind.Conflict, "code.own");
    /// <summary>Nothing was used up.</summary>
    public static readonly Error AlreadyJoined = new(ErrorKind.Conflict, "code.already_joined");

    // To somebody who has seen the code at work, in a preview that is still open.
    public static readonly Error Closed = new(ErrorKind.Gone, "code.closed");
    public static readonly Error Expired = new(ErrorKind.Gone, "code.expired");
    public static readonly Error Full = new(ErrorKind.Gone, "code.full");
    public static readonly Error Replaced = new(ErrorKind.Gone, "code.replaced");

    public static readonly Error NotFound = new(ErrorKind.NotFound, "code.not_found");
    public static readonly Error GroupNotFound = new(ErrorKind.NotFound, "group.not_found");
    /// <summary>Nothing was used up: whoever has an invitation into it can accept once a seat is free.</summary>
    public static readonly Error GroupFull = new(ErrorKind.Conflict, "group.full");
    public static readonly Error EnrollmentNotFound = new(ErrorKind.NotFound, "enrollment.not_found");
    public static readonly Error Used = new(ErrorKind.Conflict, "code.used");
    public static readonly Error NotOpen = new(ErrorKind.Conflict, "code.not_open");
    public static readonly Error NotClosed = new(ErrorKind.Conflict, "code.not_closed");
    public static readonly Error BelongsToGroup = new(ErrorKind.Conflict, "code.belongs_to_group");
    public static readonly Error ChangedMeanwhile = new(ErrorKind.Conflict, "code.changed_meanwhile");
    public static readonly Error SubjectInvalid = new(ErrorKind.Invalid, "code.subject_invalid", "subject") { Arguments = [CodeLengths.Subject] };
    public static readonly Error GroupNameInvalid = new(ErrorKind.Invalid, "group.name_invalid", "name") { Arguments = [CodeLengths.Group] };
    public static readonly Error ExpiryInvalid = new(ErrorKind.Invalid, "code.expiry_invalid", "expiresAt");
    public static readonly Error UnknownSort = new(ErrorKind.Invalid, "code.unknown_sort", "sort");
    public static readonly Error PeriodInvalid = new(ErrorKind.Invalid, "code.period_invalid", "from");

    // Sending
    public static readonly Error ChannelUnavailable = new(ErrorKind.Invalid, "code.channel_unavailable", "channel");
    public static readonly Error NoAddresses = new(ErrorKind.Invalid, "share.no_addresses", "emails");
    public static readonly Error AddressInvalid = new(ErrorKind.Invalid, "share.address_invalid", "email");
    public static readonly Error AddressRepeated = new(ErrorKind.Invalid, "share.address_repeated", "email");
    public static readonly Error TargetLimit = new(ErrorKind.TooMany, "share.target_limit", "email");
    public static readonly Error SendLimit = new(ErrorKind.TooMany, "share.daily_limit");
    public static readonly Error MessageInvalid = new(ErrorKind.Invalid, "share.message_invalid", "message") { Arguments = [FieldLengths.Message] };
    public static readonly Error SendAtInvalid = new(ErrorKind.Invalid, "share.send_at_invalid", "sendAt");
    public static readonly Error ShareNotFound = new(ErrorKind.NotFound, "share.not_found");
    public static readonly Error AlreadySent = new(ErrorKind.Conflict, "share.already_sent");
    public static readonly Error LanguageUnknown = new(ErrorKind.Invalid, "share.language_unknown", "language");

    /// <summary>What was entered is no recipient on the channel.</summary>
    public static Error NotOn(Channel channel) => AddressInvalid with { Text = ChannelAddress.Expected(channel) };

    public static Error CountInvalid(int limit) => new(ErrorKind.Invalid, "code.count_invalid", "count") { Arguments = [limit] };

    public static Error MaxUsesInvalid(int least, int most) => new(ErrorKind.Invalid, "code.max_uses_invalid", "maxUses") { Arguments = [least, most] };

    public static Error CreateLimit(TimeSpan wait) => new(ErrorKind.TooMany, "code.create_limit") { RetryAfter = wait };

    public static Error TooManyAddresses(int limit) => new(ErrorKind.Invalid, "share.too_many_addresses", "emails") { Arguments = [limit] };

    /// <summary>Too many wrong codes, of this person or from this network.</summary>
    public static Error TooManyGuesses(TimeSpan wait) => new(ErrorKind.TooMany, "code.too_many_guesses", "code")
    {
        RetryAfter = wait,
        Arguments = [Math.Max(1, Math.Ceiling(wait.TotalMinutes)).ToString(CultureInfo.CurrentCulture)],
    };
}
