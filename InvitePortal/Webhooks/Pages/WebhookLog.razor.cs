using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace InvitePortal.Webhooks.Pages;

/// <summary>The deliveries of one endpoint, newest first; it follows what happens every few seconds.</summary>
public sealed partial class WebhookLog
{
    private static readonly TimeSpan Follow = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _disposed = new();
    private (WebhooksUrl, int)? _shown;
    private DateTimeOffset _now;
    private Error? _error;

    [Parameter, EditorRequired]
    public WebhookRow Row { get; set; } = default!;

    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = default!;

    [Parameter, EditorRequired]
    public string Zone { get; set; } = "UTC";

    /// <summary>Another number means: read anew.</summary>
    [Parameter]
    public int Round { get; set; }

    /// <summary>Something was sent again: the endpoint's own figures have changed.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Parameter, EditorRequired]
    public WebhooksUrl Url { get; set; } = default!;

    /// <summary>Carried over from the prerendered page, so that the log is read once.</summary>
    [PersistentState]
    public PageResult<WebhookDelivery>? Result { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        var carriedOver = _shown is null && Result is not null;
        if (_shown != (Url, Round))
        {
            _shown = (Url, Round);
            await (carriedOver ? Task.CompletedTask : LoadAsync());
        }

        _now = Clock.GetUtcNow();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = Rounds.RunAsync(Clock, Follow, () => InvokeAsync(FollowAsync), DispatchExceptionAsync, _disposed.Token);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }

    private int Tally(LogView view) => view switch
    {
        LogView.Failed => Row.Failed,
        LogView.Waiting => Row.Waiting,
        LogView.All => 0,
        _ => throw new InvalidOperationException($"Unknown view {view}."),
    };

    private async Task LoadAsync()
    {
        var read = await Queries.DeliveriesAsync(Actor, Row.Id, Url.States, Url.Request, _disposed.Token);
        (Result, _error, _now) = (read.Value, read.Error, Clock.GetUtcNow());
    }

    private async Task FollowAsync()
    {
        await LoadAsync();
        await OnChanged.InvokeAsync();
        StateHasChanged();
    }

    private async Task OpenAsync(WebhookDelivery delivery)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(WebhookDeliveryPanel.Endpoint)] = Row,
            [nameof(WebhookDeliveryPanel.Id)] = delivery.Id,
        };
        if (await Dialogs.PanelAsync<WebhookDeliveryPanel>(T[WebhookHues.EventKey(delivery.Event)], parameters) is true)
        {
            await ReplayAsync(delivery.Id);
        }
    }

    private async Task ReplayAsync(Guid id)
    {
        var result = await Deliveries.ReplayAsync(Actor, Row.Id, id, CancellationToken.None);
        await SaidAsync(result.Error, T["log.replayed.one"]);
    }

    private async Task ReplayFailedAsync()
    {
        if (!await Dialogs.ConfirmAsync(T["log.replay-failed"], T.Count("log.replay-failed.text", Row.Failed), T["log.replay-failed.verb"]))
        {
            return;
        }

        var result = await Deliveries.ReplayFailedAsync(Actor, Row.Id, new ReplayWebhook(), CancellationToken.None);
        await SaidAsync(result.Error, T.Count("log.replayed", result.Value?.Count ?? 0));
    }

    private async Task SaidAsync(Error? error, string done)
    {
        Notifications.Notify(error is null ? NotificationSeverity.Success : NotificationSeverity.Error, error?.Message ?? done);
        await FollowAsync();
    }
}
