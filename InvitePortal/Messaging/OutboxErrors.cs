using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

internal static class OutboxErrors
{
    public static readonly Error NotAllowed = new(ErrorKind.Forbidden, "outbox.not_allowed");
    public static readonly Error NotFound = new(ErrorKind.NotFound, "outbox.not_found");
    public static readonly Error NotDelayed = new(ErrorKind.Conflict, "outbox.not_delayed");
    public static readonly Error Erased = new(ErrorKind.Gone, "outbox.erased");
    public static readonly Error UnknownSort = new(ErrorKind.Invalid, "outbox.unknown_sort");
    public static readonly Error TestNotAllowed = new(ErrorKind.Forbidden, "channel.not_allowed");
    public static readonly Error NotSetUp = new(ErrorKind.Conflict, "channel.not_set_up");
    public static readonly Error RecipientMissing = new(ErrorKind.Invalid, "channel.recipient_missing");

    public static Error TooManyTests(TimeSpan wait) => new(ErrorKind.TooMany, "channel.too_many_tests")
    {
        RetryAfter = wait,
        Arguments = [Math.Ceiling(wait.TotalMinutes).ToString(CultureInfo.CurrentCulture)],
    };
}
