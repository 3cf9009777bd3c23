using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Invitations.Pages;

/// <summary>The address of a view of the list: filters, order and page, so that it can be kept, shared and gone back to.</summary>
public sealed record InvitationListUrl
{
    /// <summary>The list without filters.</summary>
    public const string Path = "/users?tab=invites";

    public IReadOnlyList<InvitationState> States { get; init; } = [];
    public IReadOnlyList<Role> Roles { get; init; } = [];
    public IReadOnlyList<Channel> Channels { get; init; } = [];
    public IReadOnlyList<DeliveryState> Deliveries { get; init; } = [];
    /// <summary>Only what expires soon.</summary>
    public bool Expiring { get; init; }
    public Guid? InviterId { get; init; }
    public string? Address { get; init; }
    public string? Sort { get; init; }
    public int Page { get; init; } = 1;
    public string? Cursor { get; init; }

    public bool IsFiltered => States.Count + Roles.Count + Channels.Count + Deliveries.Count > 0 || Expiring || InviterId is not null || Address is not null;

    public InvitationFilter Filter => new() { States = States, Roles = Roles, Channels = Channels, Deliveries = Deliveries, Expiring = Expiring, InvitedById = InviterId, Address = Address };

    public PageRequest Request => new(Page, 25, Sort, null, Cursor);

    /// <summary>Reads the values of an address. What cannot be read counts as not there: an address is typed and shortened by people.</summary>
    public static InvitationListUrl Read(
        string[]? states, string[]? roles, string[]? channels, string[]? deliveries, string? expiring, string? inviter, string? address, string? sort, string? page, string? cursor) => new()
    {
        States = WireNames<InvitationState>.ParseKnown(states),
        Roles = WireNames<Role>.ParseKnown(roles),
        Channels = WireNames<Channel>.ParseKnown(channels),
        Deliveries = WireNames<DeliveryState>.ParseKnown(deliveries),
        Expiring = expiring is "1",
        InviterId = Guid.TryParse(inviter, out var id) ? id : null,
        Address = string.IsNullOrWhiteSpace(address) ? null : address,
        Sort = sort,
        Page = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 1_000_000 ? number : 1,
        Cursor = cursor,
    };

    /// <summary>Whether both show parts of the same rows, so that a selection may stay.</summary>
    public bool SameRows(InvitationListUrl other) => (this with { Page = 1, Cursor = null, Sort = null }).ToString() == (other with { Page = 1, Cursor = null, Sort = null }).ToString();

    /// <summary>The address of another page of the same view.</summary>
    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor }).ToString();

    /// <summary>The same view in another order; the current column turns round.</summary>
    public string SortHref(string column) => (this with { Sort = (Sort ?? "-createdAt") == column ? "-" + column : column, Page = 1, Cursor = null }).ToString();

    /// <summary>The same view with one state more or less.</summary>
    public string ToggleHref(InvitationState state) =>
        (this with { States = States.Contains(state) ? [.. States.Where(s => s != state)] : [.. States, state], Page = 1, Cursor = null }).ToString();

    /// <summary>The same view with only what expires soon, or with all again.</summary>
    public string ExpiringHref() => (this with { Expiring = !Expiring, Page = 1, Cursor = null }).ToString();

    public bool Equals(InvitationListUrl? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    public override string ToString()
    {
        IEnumerable<(string Name, string? Value)> parts =
        [
            .. States.Select(s => ("state", (string?)WireNames<InvitationState>.Of(s))),
            .. Roles.Select(r => ("role", (string?)WireNames<Role>.Of(r))),
            .. Channels.Select(c => ("channel", (string?)WireNames<Channel>.Of(c))),
            .. Deliveries.Select(d => ("delivery", (string?)WireNames<DeliveryState>.Of(d))),
            ("expiring", Expiring ? "1" : null),
            ("inviter", InviterId?.ToString()),
            ("q", Address),
            ("sort", Sort),
            ("page", Page > 1 ? Page.ToString(CultureInfo.InvariantCulture) : null),
            ("cursor", Cursor),
        ];
        return Path + string.Concat(parts.Where(p => p.Value is not null).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!)}"));
    }
}
