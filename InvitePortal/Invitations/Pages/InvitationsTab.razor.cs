using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Invitations.Pages;

/// <summary>The list of invitations: filters in the URL, selection, and what is done with it.</summary>
public sealed partial class InvitationsTab
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(2);

    private readonly RowSelection _selection = new();
    private readonly NewestLoad _load = new();
    private InvitationListUrl _url = new();
    private IReadOnlyList<Inviter> _inviters = [];
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private Error? _error;
    private Guid? _batch;
    private Task? _refresher;
    private bool _carriedOver;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // Texts, whatever they hold: a value that cannot be read must not fail the page.
    [SupplyParameterFromQuery(Name = "state")] private string[]? States { get; set; }
    [SupplyParameterFromQuery(Name = "role")] private string[]? Roles { get; set; }
    [SupplyParameterFromQuery(Name = "channel")] private string[]? Channels { get; set; }
    [SupplyParameterFromQuery(Name = "delivery")] private string[]? Deliveries { get; set; }
    [SupplyParameterFromQuery(Name = "expiring")] private string? Expiring { get; set; }
    [SupplyParameterFromQuery(Name = "inviter")] private string? InviterId { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Address { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }

    /// <summary>Carried over from the prerendered page, so that the list is read once.</summary>
    [PersistentState] public PageResult<InvitationRow>? Result { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _carriedOver = Result is not null;
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        _inviters = (await Queries.ListInvitersAsync(_actor, _load.Gone)).Value ?? [];
    }

    protected override async Task OnParametersSetAsync()
    {
        var url = InvitationListUrl.Read(States, Roles, Channels, Deliveries, Expiring, InviterId, Address, Sort, PageNumber, Cursor);
        if (url == _url && Result is not null)
        {
            _carriedOver = false;
            return;
        }

        if (!url.SameRows(_url))
        {
            _selection.Clear();
        }

        _url = url;
        if (!_carriedOver)
        {
            await LoadAsync();
        }

        _carriedOver = false;
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _refresher = Rounds.RunAsync(Clock, RefreshEvery, () => InvokeAsync(RefreshAsync), DispatchExceptionAsync, _load.Gone);
        }
    }

    private Task LoadAsync() => _load.RunAsync(ct => Queries.ListAsync(_actor, _url.Filter, _url.Request, ct), read => (Result, _error) = (read.Value, read.Error));

    // Deliveries go on while the page is open: rows under way are read again until they have come to rest.
    private async Task RefreshAsync()
    {
        if (Result is not { } before || !before.Items.Any(r => r.IsUnderWay(Clock.GetUtcNow())))
        {
            return;
        }

        await LoadAsync();
        // The browser's answer to a picture counts as use of the session: without news there is none.
        if (Result is null || Result.Total != before.Total || !Result.Items.SequenceEqual(before.Items))
        {
            StateHasChanged();
        }
    }

    private async Task InviteAsync()
    {
        if (await Dialogs.OpenAsync<InviteDialog>(T["invite.title"], null, new DialogOptions { Width = "640px", CloseDialogOnEsc = true }) is Guid batch)
        {
            _batch = batch;
            await LoadAsync();
        }
    }

    private async Task OpenAsync(Guid id)
    {
        await Dialogs.PanelAsync<InvitationPanel>(T["panel.title"], new(StringComparer.Ordinal) { [nameof(InvitationPanel.Id)] = id });
        await LoadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        await (_refresher ?? Task.CompletedTask);
    }
}
