using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Imports.Pages;

/// <summary>One import from its verdicts to its report. All of it lies in the database: whoever opens the page again sees where it stands.</summary>
public sealed partial class ImportReviewPage(ImportQueries Queries, ImportService Service, ImportRunService Runs, TimeProvider Clock)
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _disposed = new();
    private Actor _actor = Actor.Anonymous("");
    private string? _zone;
    private RowStanding? _standing;
    private Error? _error;
    private Error? _failure;
    private Task? _refresher;
    private bool _carriedOver;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter]
    public Guid Id { get; set; }

    [SupplyParameterFromQuery(Name = "show")] private string? Show { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public ImportDetails? Details { get; set; }

    /// <summary>Carried over likewise.</summary>
    [PersistentState] public PageResult<ImportRowView>? Rows { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _carriedOver = Rows is not null;
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value;
    }

    protected override async Task OnParametersSetAsync()
    {
        _standing = WireNames<RowStanding>.TryParse(Show, out var shown) ? shown : null;
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
            _refresher = Rounds.RunAsync(Clock, RefreshEvery, () => InvokeAsync(RefreshAsync), DispatchExceptionAsync, _disposed.Token);
        }
    }

    private async Task LoadAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        var details = await Queries.GetAsync(_actor, Id, _disposed.Token);
        var page = int.TryParse(PageNumber, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 1;
        var rows = await Queries.ListRowsAsync(_actor, Id, _standing, page, _disposed.Token);
        (Details, Rows, _error) = (details.Value, rows.Value, details.Error ?? rows.Error);
    }

    // While a worker is at it, totals and rows follow.
    private async Task RefreshAsync()
    {
        if (Details is { Summary.Phase: not ImportPhase.AtRest })
        {
            await LoadAsync();
            StateHasChanged();
        }
    }

    private Task StopAsync() => TryAsync(() => Runs.StopAsync(_actor, Id, CancellationToken.None));

    private Task CheckAsync() => TryAsync(() => Task.Run(() => Service.CheckAgainAsync(_actor, Id, null, CancellationToken.None)));

    private async Task TryAsync(Func<Task<Result>> work)
    {
        _failure = (await work()).Error;
        await LoadAsync();
    }

    private Task FailAsync(Error error)
    {
        _failure = error;
        return LoadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await (_refresher ?? Task.CompletedTask);
        _disposed.Dispose();
    }
}
