using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Messaging.Pages;

/// <summary>The address of a view of the outbox, so that it can be kept, shared and gone back to.</summary>
public sealed record OutboxUrl
{
    public const string Path = "/outbox";

    public IReadOnlyList<Channel> Channels { get; init; } = [];
    public IReadOnlyList<DeliveryState> States { get; init; } = [];
    public string? Kind { get; init; }
    public string? Recipient { get; init; }
    public bool OldestFirst { get; init; }
    public int Page { get; init; } = 1;
    public string? Cursor { get; init; }

    public bool IsFiltered => Channels.Count + States.Count > 0 || Kind is not null || Recipient is not null;

    public OutboxFilter Filter => new() { Channels = Channels, States = States, Kind = Kind, Recipient = Recipient };

    public PageRequest Request => new(Page, 25, OldestFirst ? "createdAt" : null, null, Cursor);

    /// <summary>Reads the values of an address. What cannot be read counts as not there: an address is typed and shortened by people.</summary>
    public static OutboxUrl Read(string[]? channels, string[]? states, string? kind, string? recipient, string? sort, string? page, string? cursor) => new()
    {
        Channels = WireNames<Channel>.ParseKnown(channels),
        States = WireNames<DeliveryState>.ParseKnown(states),
        Kind = string.IsNullOrWhiteSpace(kind) ? null : kind,
        Recipient = string.IsNullOrWhiteSpace(recipient) ? null : recipient.Trim(),
        OldestFirst = sort is "createdAt",
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000 ? number : 1,
        Cursor = string.IsNullOrEmpty(cursor) ? null : cursor,
    };

    /// <summary>The address of another page of the same view.</summary>
    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor }).ToString();

    /// <summary>The first page of a view that differs from this one.</summary>
    public string First(Func<OutboxUrl, OutboxUrl> change) => (change(this) with { Page = 1, Cursor = null }).ToString();

    /// <summary>The same view with one state more or less.</summary>
    public string ToggleHref(DeliveryState state) => First(u => u with { States = States.Contains(state) ? [.. States.Where(s => s != state)] : [.. States, state] });

    public bool Equals(OutboxUrl? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString()
    {
        IEnumerable<(string Name, string? Value)> parts =
        [
            .. States.Select(s => ("state", (string?)WireNames<DeliveryState>.Of(s))),
            .. Channels.Select(c => ("channel", (string?)WireNames<Channel>.Of(c))),
            ("kind", Kind),
            ("q", Recipient),
            ("sort", OldestFirst ? "createdAt" : null),
            ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null),
            ("cursor", Cursor),
        ];
        var query = string.Join('&', parts.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return query.Length > 0 ? $"{Path}?{query}" : Path;
    }
}
