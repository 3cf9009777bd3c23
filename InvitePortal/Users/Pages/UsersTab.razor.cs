using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Users.Pages;

/// <summary>The table of people: filters in the URL, selection, and what is done with it.</summary>
public sealed partial class UsersTab
{
    private readonly RowSelection _selection = new();
    private readonly SeenVersions _versions = new();
    private readonly NewestLoad _load = new();
    private UserListUrl _url = new();
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private Error? _error;
    private Guid? _open;
    private bool _loading;
    private bool _carriedOver;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // Texts, whatever they hold: a value that cannot be read must not fail the page.
    [SupplyParameterFromQuery(Name = "status")] private string[]? Statuses { get; set; }
    [SupplyParameterFromQuery(Name = "role")] private string[]? Roles { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? SearchText { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }
    [SupplyParameterFromQuery(Name = "columns")] private string? Columns { get; set; }
    [SupplyParameterFromQuery(Name = "person")] private string? Person { get; set; }

    /// <summary>Carried over from the prerendered page, so that the list is read once.</summary>
    [PersistentState] public PageResult<UserRow>? Result { get; set; }

    /// <summary>Carried over likewise.</summary>
    [PersistentState] public UserCounts? Counts { get; set; }

    private string? Found => Result is null || _loading ? null
        : Result.TotalIsCapped ? T["list.found.capped", Result.Total] : T.Count("list.found", Result.Total);

    protected override async Task OnInitializedAsync()
    {
        _carriedOver = Result is not null;
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
    }

    protected override async Task OnParametersSetAsync()
    {
        var url = UserListUrl.Read(Statuses, Roles, SearchText, Sort, PageNumber, Cursor, Columns, Person);
        var before = _url;
        _url = url;
        if (!url.SameRows(before))
        {
            _selection.Clear();
        }

        var carriedOver = _carriedOver;
        _carriedOver = false;
        _versions.Remember(Result?.Items ?? [], _selection);
        if (!carriedOver && (Result is null || url.Rows != before.Rows))
        {
            await LoadAsync();
        }
    }

    private Task LoadAsync()
    {
        _loading = true;
        return _load.RunAsync(
            async ct =>
            {
                var (page, counts) = (Queries.ListAsync(_actor, _url.Filter, _url.Request, ct), Counting.GetAsync(_actor, _url.Filter, ct));
                await Task.WhenAll(page, counts);
                return (Page: await page, Counts: await counts);
            },
            read =>
            {
                (Result, _error, Counts, _loading) = (read.Page.Value, read.Page.Error, read.Counts.Value, false);
                _versions.Read(Result?.Items ?? [], _selection);
            });
    }

    // By the menu of a row; null where somebody else was faster.
    private Task ChangedAsync(Guid? person)
    {
        _versions.Renew(person);
        return LoadAsync();
    }

    protected override void OnAfterRender(bool firstRender)
    {
        // Not before the page stands: going to an address closes whatever is open.
        if (_url.Person is { } person && person != _open)
        {
            _open = person;
            _ = OpenAsync(person);
        }
    }

    private async Task OpenAsync(Guid person)
    {
        try
        {
            await Dialogs.PanelAsync<PersonPanel>(T["panel.title"], new(StringComparer.Ordinal)
            {
                [nameof(PersonPanel.Id)] = person,
                [nameof(PersonPanel.OnChanged)] = EventCallback.Factory.Create<Guid>(this, id => _versions.Renew(id)),
            });
            _open = _open == person ? null : _open;
            // Closed by hand, not by going back.
            if (Navigation.Uri.Contains(person.ToString(), StringComparison.Ordinal))
            {
                Navigation.NavigateTo(_url.PersonHref(null), replace: true);
            }

            await LoadAsync();
            StateHasChanged();
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private async Task CreateAsync()
    {
        if (await Dialogs.OpenAsync<CreateUserDialog>(T["create.title"], null, new DialogOptions { Width = "520px" }) is Guid id)
        {
            Navigation.NavigateTo(_url.PersonHref(id));
            await LoadAsync();
        }
    }

    public ValueTask DisposeAsync() => _load.DisposeAsync();
}
