using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Insights.Pages;

/// <summary>Who changed what, when, and from where. The log is read here, never written.</summary>
public sealed partial class AuditPage
{
    private readonly NewestLoad _load = new();
    private AuditUrl _url = new();
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private Error? _error;
    private bool? _mayRead;
    private bool _loading;
    private bool _carriedOver;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "range")] private string? Range { get; set; }
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }
    [SupplyParameterFromQuery(Name = "who")] private string? Who { get; set; }
    [SupplyParameterFromQuery(Name = "about")] private string? About { get; set; }
    [SupplyParameterFromQuery(Name = "action")] private string? Action { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public AuditList? Result { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _carriedOver = Result is not null;
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
        _mayRead = user.ActiveRoleOf() is { } role && Rights.IsAdmin(role);
    }

    protected override async Task OnParametersSetAsync()
    {
        var url = AuditUrl.Read(Range, From, To, Who, About, Action, PageNumber, Cursor);
        var before = _url;
        _url = url;
        var carriedOver = _carriedOver;
        _carriedOver = false;
        if (_mayRead is true && !carriedOver && (Result is null || url != before))
        {
            await LoadAsync();
        }
    }

    private Task LoadAsync()
    {
        _loading = true;
        return _load.RunAsync(
            ct => Queries.ListAsync(_actor, _url.Filter(Clock.GetUtcNow(), _zone.Zone), _url.Request, ct),
            read => (Result, _error, _loading) = (read.Value, read.Error, false));
    }

    public ValueTask DisposeAsync() => _load.DisposeAsync();
}
