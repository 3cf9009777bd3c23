using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Messaging.Pages;

/// <summary>What waits, what is delayed, what failed and why; and the channels, with their switches.</summary>
public sealed partial class OutboxPage
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(2);

    private readonly NewestLoad _load = new();
    private OutboxUrl _url = new();
    private OutboxUrl? _shown;
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private bool? _allowed;
    private Error? _error;
    private Task? _refresher;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // Texts, whatever they hold: a value that cannot be read must not fail the page.
    [SupplyParameterFromQuery(Name = "channel")] private string[]? ChannelNames { get; set; }
    [SupplyParameterFromQuery(Name = "state")] private string[]? StateNames { get; set; }
    [SupplyParameterFromQuery(Name = "kind")] private string? Kind { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Recipient { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }

    /// <summary>Carried over from the prerendered page, so that all is read once.</summary>
    [PersistentState] public PageResult<OutboxRow>? Result { get; set; }

    [PersistentState] public IReadOnlyList<ChannelStanding>? Channels { get; set; }

    [PersistentState] public IReadOnlyList<OutboxDay>? Days { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC");
        _allowed = user.ActiveRoleOf() is { } role && Rights.RunsOutbox(role);
    }

    protected override async Task OnParametersSetAsync()
    {
        _url = OutboxUrl.Read(ChannelNames, StateNames, Kind, Recipient, Sort, PageNumber, Cursor);
        var carriedOver = _shown is null && Result is not null;
        if (_allowed is true && _url != _shown)
        {
            _shown = _url;
            await (carriedOver ? Task.CompletedTask : LoadAsync());
        }
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && _allowed is true)
        {
            _refresher = Rounds.RunAsync(Clock, RefreshEvery, () => InvokeAsync(RefreshAsync), DispatchExceptionAsync, _load.Gone);
        }
    }

    private Task LoadAsync() => _load.RunAsync(
        async ct => (List: await Queries.ListAsync(_actor, _url.Filter, _url.Request, ct), Channels: await Queries.ChannelsAsync(_actor, ct), Days: await Queries.DaysAsync(_actor, ct)),
        read => (Result, _error, Channels, Days) = (read.List.Value, read.List.Error, read.Channels.Value ?? Channels, read.Days.Value ?? Days));

    // The browser's answer to a picture counts as use of the session: without news there is none.
    private async Task RefreshAsync()
    {
        var (rows, channels, days) = (Result, Channels, Days);
        await LoadAsync();
        if (Result?.Total != rows?.Total || !Same(Result?.Items, rows?.Items) || !Same(Channels, channels) || !Same(Days, days))
        {
            StateHasChanged();
        }
    }

    private static bool Same<T>(IReadOnlyList<T>? now, IReadOnlyList<T>? before) => (now ?? []).SequenceEqual(before ?? []);

    private async Task RetryAsync(OutboxRow row) => await TellAsync(await Service.RetryAsync(_actor, row.Id, CancellationToken.None), T["outbox.retried", row.Recipient]);

    private async Task RetryAllAsync()
    {
        if (!await Dialogs.ConfirmAsync(T["outbox.retry-all.title"], T[_url.IsFiltered ? "outbox.retry-all.filtered" : "outbox.retry-all.text"], T["outbox.retry-all"]))
        {
            return;
        }

        var report = await Service.RetryAllAsync(_actor, _url.Filter, CancellationToken.None);
        var erased = report.Value is { Erased: > 0 } some ? " " + T.Count("outbox.erased", some.Erased) : "";
        await TellAsync(new Result(report.Error), T.Count("outbox.retried-many", report.Value?.Retried ?? 0) + erased);
    }

    private async Task SwitchAsync(Channel channel, bool on)
    {
        var name = Words[$"channel.{channel}"].Value;
        if (!on && !await Dialogs.ConfirmAsync(T["outbox.pause.title", name], T["outbox.pause.text"], T["channel.pause"]))
        {
            return;
        }

        var switched = on ? await Service.ResumeAsync(_actor, channel, CancellationToken.None) : await Service.PauseAsync(_actor, channel, CancellationToken.None);
        await TellAsync(switched, T[on ? "outbox.resumed" : "outbox.paused", name]);
    }

    private async Task TellAsync(Result result, string done)
    {
        Notifications.Notify(result.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, result.Error?.Message ?? done);
        await LoadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        await (_refresher ?? Task.CompletedTask);
    }
}
