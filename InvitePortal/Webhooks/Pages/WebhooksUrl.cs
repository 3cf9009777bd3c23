using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Settings.Pages;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Webhooks.Pages;

/// <summary>Which deliveries the log shows.</summary>
public enum LogView
{
    All = 1,
    /// <summary>Given up or withdrawn.</summary>
    Failed = 2,
    /// <summary>Waiting, on their way or put off.</summary>
    Waiting = 3,
}

/// <summary>The state of the tab as its address holds it.</summary>
public sealed record WebhooksUrl(Guid? Endpoint = null, LogView View = LogView.All, int Page = 1, string? Cursor = null)
{
    private const string Tab = SettingsPage.Path + "?tab=webhooks";

    public IReadOnlyList<DeliveryState> States => View switch
    {
        LogView.All => [],
        LogView.Failed => [DeliveryState.Failed, DeliveryState.Cancelled],
        LogView.Waiting => [DeliveryState.Queued, DeliveryState.Sending, DeliveryState.Delayed],
        _ => throw new InvalidOperationException($"Unknown view {View}."),
    };

    public PageRequest Request => new(Page, Cursor: Cursor);

    public static WebhooksUrl Read(Guid? endpoint, string? view, int? page, string? cursor) =>
        new(endpoint, WireNames<LogView>.TryParse(view, out var known) ? known : LogView.All, page is > 0 and var number ? number : 1, cursor);

    public static string List => Tab;

    public string Href() => Tab + (Endpoint is { } id ? $"&endpoint={id}" : "") + (View is LogView.All ? "" : "&view=" + WireNames<LogView>.Of(View))
        + (Page > 1 ? FormattableString.Invariant($"&page={Page}") : "") + (Cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(Cursor));

    public string Href(PageTarget target) => (this with { Page = target.Page, Cursor = target.Cursor }).Href();

    public string Href(LogView view) => (this with { View = view, Page = 1, Cursor = null }).Href();
}
