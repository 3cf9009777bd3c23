using System.Globalization;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>How long invitations live, when the portal reminds of them, and when it is quiet, section <c>Reminders</c>.</summary>
public sealed class ReminderOptions
{
    public const string Section = "Reminders";

    /// <summary>The most reminders of one invitation.</summary>
    public const int Most = 3;

    /// <summary>How many hours an invitation lives where nobody says otherwise. Empty takes <see cref="LimitOptions.InvitationLifetime"/>.</summary>
    public int? LifetimeHours { get; set; }

    /// <summary>Whether new invitations are reminded of where nobody says otherwise.</summary>
    public bool On { get; set; } = true;

    /// <summary>How many hours before expiry, for each reminder: up to three numbers, such as <c>72, 24</c>. Empty for none.</summary>
    public string Hours { get; set; } = "24";

    /// <summary>Invitations that live shorter than so many hours are not reminded of.</summary>
    public int MinimumLifeHours { get; set; } = 72;

    /// <summary>When the quiet hours begin, such as <c>22:00</c>, in the recipient's zone. Empty for none.</summary>
    public string? QuietFrom { get; set; }

    /// <summary>When they end, such as <c>07:00</c>: what fell into them goes out then.</summary>
    public string? QuietTo { get; set; }

    /// <summary>IANA name of the zone of people whose own is not known, such as <c>Europe/Berlin</c>.</summary>
    public string DefaultZone { get; set; } = "UTC";

    internal IReadOnlyList<int> HoursBefore => TryReadHours(Hours, out var hours) ? hours : [];

    internal (TimeOnly From, TimeOnly To)? QuietHours =>
        TryReadTime(QuietFrom, out var from) && TryReadTime(QuietTo, out var to) && from != to ? (from, to) : null;

    internal static bool TryReadHours(string? text, out IReadOnlyList<int> hours)
    {
        var read = (text ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries).Select(t => int.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out var h) ? h : 0).ToList();
        hours = [.. read.Distinct()];
        return read.Count <= Most && read.TrueForAll(h => h is >= 1 and <= 24 * 30);
    }

    internal static bool TryReadTime(string? text, out TimeOnly time) => TimeOnly.TryParseExact(text?.Trim(), ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}

internal sealed class ReminderOptionsValidation(IOptions<LimitOptions> limits) : IValidateOptions<ReminderOptions>
{
    public ValidateOptionsResult Validate(string? name, ReminderOptions options)
    {
        var mistakes = new List<string>();
        if (!ReminderOptions.TryReadHours(options.Hours, out _))
        {
            mistakes.Add($"Reminders:Hours must be up to {ReminderOptions.Most} numbers from 1 to 720, such as '72, 24'; it is '{options.Hours}'.");
        }

        if (options.LifetimeHours is { } hours && (TimeSpan.FromHours(hours) < limits.Value.InvitationLifetimeMin || TimeSpan.FromHours(hours) > limits.Value.InvitationLifetimeMax))
        {
            mistakes.Add($"Reminders:LifetimeHours must lie between Limits:InvitationLifetimeMin and InvitationLifetimeMax; it is {hours}.");
        }

        if (options.MinimumLifeHours is < 1 or > 24 * 30)
        {
            mistakes.Add($"Reminders:MinimumLifeHours must be from 1 to 720; it is {options.MinimumLifeHours}.");
        }

        var (from, to) = (string.IsNullOrWhiteSpace(options.QuietFrom), string.IsNullOrWhiteSpace(options.QuietTo));
        if (from != to || (!from && (!ReminderOptions.TryReadTime(options.QuietFrom, out _) || !ReminderOptions.TryReadTime(options.QuietTo, out _))))
        {
            mistakes.Add($"Reminders:QuietFrom and QuietTo must both be times such as 22:00, or both be empty; they are '{options.QuietFrom}' and '{options.QuietTo}'.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.DefaultZone ?? "", out _))
        {
            mistakes.Add($"Reminders:DefaultZone must be the name of a zone, such as Europe/Berlin; it is '{options.DefaultZone}'.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }
}
