using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Telegram;

/// <summary>The expected failures of joining from Telegram.</summary>
public static class TelegramErrors
{
    /// <summary>Not signed by the bot's token: forged, damaged, of another bot. Answered with 401.</summary>
    public static readonly Error Invalid = new(ErrorKind.Invalid, "telegram_invalid", "initData");

    /// <summary>Signed, but too long ago, ahead of time, or used already. Answered with 401 as well.</summary>
    public static readonly Error Stale = Invalid with { Text = "telegram.stale" };

    /// <summary>No initData at all.</summary>
    public static readonly Error Malformed = new(ErrorKind.Invalid, "telegram.malformed", "initData");

    public static readonly Error Off = new(ErrorKind.Unavailable, "telegram.off");

    /// <summary>Nobody is known by this Telegram account, and no link was given that makes somebody of them.</summary>
    public static readonly Error UnknownPerson = new(ErrorKind.NotFound, "telegram.unknown_person");

    /// <summary>Suspended, banned, inactive: one answer.</summary>
    public static readonly Error Refused = new(ErrorKind.Forbidden, "telegram.refused");

    public static readonly Error NotConnected = new(ErrorKind.NotFound, "telegram.not_connected");

    /// <summary>Without it they could not sign in any more.</summary>
    public static readonly Error OnlyWayIn = new(ErrorKind.Conflict, "telegram.only_way_in");

    /// <summary>A link to connect accounts was used, replaced or is too old.</summary>
    public static readonly Error LinkGone = new(ErrorKind.Gone, "telegram.link_gone");

    /// <summary>One Telegram account for each person, and the other way round; whose it is is not said.</summary>
    public static readonly Error ConnectedElsewhere = new(ErrorKind.Conflict, "telegram.connected_elsewhere");

    /// <summary>Nothing has happened: the person is to say first that they want it.</summary>
    public static Error ConnectAsk(string name, string email) => new(ErrorKind.Conflict, "telegram.connect_ask") { Arguments = [name, email] };

    /// <summary>Too much from this network was not signed by Telegram.</summary>
    public static Error TooMany(TimeSpan wait) => new(ErrorKind.TooMany, "telegram.too_many")
    {
        RetryAfter = wait,
        Arguments = [Math.Max(1, Math.Ceiling(wait.TotalMinutes)).ToString(CultureInfo.CurrentCulture)],
    };
}
