namespace InvitePortal.Common;

/// <summary>Wall-clock times that people enter in their own zone.</summary>
public static class LocalTimes
{
    /// <summary>The instant that a wall-clock time means. A time that a change to summer time skips moves on by the length of the gap; one that happens twice is taken the first time.</summary>
    public static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsInvalidTime(local))
        {
            var before = zone.GetUtcOffset(local.AddHours(-3));
            return new DateTimeOffset(local, before).ToUniversalTime();
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
