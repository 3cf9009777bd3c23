using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>When messages about invitations go out. Every instant is fixed when it is stored: later changes of settings or zones move nothing.</summary>
public sealed class InvitationTiming(IOptionsMonitor<ReminderOptions> options, IOptions<LimitOptions> limits)
{
    /// <summary>Whether invitations are reminded of where their command does not say.</summary>
    public bool RemindsByDefault => options.CurrentValue.On;

    /// <summary>How long invitations live where their command does not say.</summary>
    public TimeSpan Lifetime => options.CurrentValue.LifetimeHours is { } hours ? TimeSpan.FromHours(hours) : limits.Value.InvitationLifetime;

    /// <summary>The settings in words, for the form.</summary>
    internal ReminderOptions Settings => options.CurrentValue;

    /// <summary>The next reminder after a moment; null where there is none.</summary>
    /// <param name="wanted">Whether the invitation is to be reminded of.</param>
    /// <param name="from">When it goes out.</param>
    /// <param name="expiresAt">When it expires.</param>
    /// <param name="after">Reminders of before are not made up for.</param>
    public DateTimeOffset? Reminder(bool wanted, DateTimeOffset from, DateTimeOffset expiresAt, DateTimeOffset after)
    {
        if (!wanted || expiresAt - from < TimeSpan.FromHours(options.CurrentValue.MinimumLifeHours))
        {
            return null;
        }

        var due = options.CurrentValue.HoursBefore.Select(h => expiresAt.AddHours(-h)).Where(at => at > from && at > after).Order().ToList();
        return due.Count > 0 ? due[0] : null;
    }

    /// <summary>The moment itself, or the end of the quiet hours that it falls into where the recipient is; never so late that the invitation is over.</summary>
    /// <param name="at">When it would go out.</param>
    /// <param name="expiresAt">When it is of no use any more.</param>
    /// <param name="zone">IANA name of the recipient's zone; null where that is not known.</param>
    public DateTimeOffset Considerate(DateTimeOffset at, DateTimeOffset expiresAt, string? zone)
    {
        var settings = options.CurrentValue;
        if (settings.QuietHours is not { } quiet)
        {
            return at;
        }

        var rules = Zone(zone) ?? Zone(settings.DefaultZone) ?? TimeZoneInfo.Utc;
        var local = TimeZoneInfo.ConvertTime(at, rules);
        var time = TimeOnly.FromDateTime(local.DateTime);
        if (!time.IsBetween(quiet.From, quiet.To))
        {
            return at;
        }

        // Quiet hours that began in the evening end in the morning after.
        var day = DateOnly.FromDateTime(local.DateTime).AddDays(quiet.From > quiet.To && time >= quiet.From ? 1 : 0);
        var end = LocalTimes.Instant(day.ToDateTime(quiet.To), rules);
        return end > at && end < expiresAt ? end : at;
    }

    private static TimeZoneInfo? Zone(string? name) => !string.IsNullOrEmpty(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
}
