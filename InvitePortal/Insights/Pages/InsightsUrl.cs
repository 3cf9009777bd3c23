using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Insights.Pages;

/// <summary>The address of a view of the figures, so that it can be kept, shared and gone back to.</summary>
public sealed record InsightsUrl
{
    public const string Path = "/users?tab=insights";

    public ReportRange Range { get; init; } = new();
    public Role? Role { get; init; }
    public Channel? Channel { get; init; }
    public Guid? InviterId { get; init; }

    public bool IsFiltered => Role is not null || Channel is not null || InviterId is not null;

    /// <summary>Reads the values of an address. What cannot be read counts as not there.</summary>
    public static InsightsUrl Read(string? range, string? from, string? to, string? role, string? channel, string? inviter) => new()
    {
        Range = ReportRange.Read(range, from, to),
        Role = WireNames<Role>.TryParse(role, out var known) ? known : null,
        Channel = WireNames<Channel>.TryParse(channel, out var way) ? way : null,
        InviterId = Guid.TryParse(inviter, out var id) ? id : null,
    };

    /// <summary>What is to be counted, in the days of <paramref name="zone"/>.</summary>
    public InsightsFilter Filter(DateTimeOffset now, TimeZoneInfo zone)
    {
        var (from, to) = Range.Instants(now, zone);
        return new InsightsFilter(from, to, Role, Channel, InviterId, zone.GetUtcOffset(now));
    }

    /// <summary>The same time without other filters.</summary>
    public string ClearHref() => new InsightsUrl { Range = Range }.ToString();

    /// <summary>A table of this view as a file.</summary>
    public string ExportHref(InsightsTable table) => "/users/insights/export?table=" + WireNames<InsightsTable>.Of(table) + Query();

    public override string ToString() => Path + Query();

    private string Query()
    {
        IEnumerable<(string Name, string? Value)> parts =
        [
            .. Range.Parts(),
            ("role", Role is { } role ? WireNames<Role>.Of(role) : null),
            ("channel", Channel is { } channel ? WireNames<Channel>.Of(channel) : null),
            ("inviter", InviterId?.ToString()),
        ];
        return string.Concat(parts.Where(p => p.Value is not null).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!)}"));
    }
}
