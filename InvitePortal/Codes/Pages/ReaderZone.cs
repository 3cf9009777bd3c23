using System.Security.Claims;
using InvitePortal.Common;

namespace InvitePortal.Codes.Pages;

/// <summary>The time zone of whoever reads the page, for times that are typed.</summary>
/// <param name="Name">IANA name.</param>
/// <param name="Zone">Its rules.</param>
internal sealed record ReaderZone(string Name, TimeZoneInfo Zone)
{
    public static readonly ReaderZone Utc = new("UTC", TimeZoneInfo.Utc);

    public static ReaderZone Of(ClaimsPrincipal user) =>
        user.FindFirst(ActorClaims.TimeZone)?.Value is { } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? new ReaderZone(name, zone) : Utc;

    /// <summary>What a typed wall-clock time means; null for none.</summary>
    public DateTimeOffset? Instant(DateTime? local) => local is { } typed ? LocalTimes.Instant(typed, Zone) : null;

    /// <summary>A stored time as it is typed, to the minute.</summary>
    public DateTime? Typed(DateTimeOffset? at) => at is { } known ? TimeZoneInfo.ConvertTime(known, Zone) is var local ? new DateTime(local.Year, local.Month, local.Day, local.Hour, local.Minute, 0) : null : null;

    /// <summary>The instant of a typed time; the stored one where that was not touched, with its seconds.</summary>
    public DateTimeOffset? Edited(DateTime? typed, DateTimeOffset? stored) => typed == Typed(stored) ? stored : Instant(typed);
}
