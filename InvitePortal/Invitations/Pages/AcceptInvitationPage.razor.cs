using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Invitations.Pages;

/// <summary>Where an invitee decides. Rendering it reads only; everything else is a command, and the cookie is set by a real POST.</summary>
public sealed partial class AcceptInvitationPage(
    InvitationAcceptance acceptance,
    InvitationLandingQueries landings,
    InvitationFlow flow,
    NavigationManager navigation)
{
    private Actor _actor = Actor.Anonymous("");
    private AcceptView _view;
    private Error? _error;
    private string? _me;
    private bool _isTheirs;
    private bool _seen;
    private bool _busy;
    private string? _ticket;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [CascadingParameter]
    private HttpContext? Context { get; set; }

    /// <summary>The token of this browser's flow; persisted state is encrypted.</summary>
    [PersistentState] public string? Token { get; set; }

    /// <summary>Name of the browser, for the list of sessions.</summary>
    [PersistentState] public string? Device { get; set; }

    [PersistentState] public InvitationLanding? Landing { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _me = _actor.UserId is null ? null : user.FindFirst(ActorClaims.Email)?.Value ?? user.FindFirst(ActorClaims.Name)?.Value;
        if (Context is not null)
        {
            Token = flow.TokenOf(Context);
            Device = Context.Request.Headers.UserAgent.ToString();
        }

        if (Landing is null && Token is not null)
        {
            await LoadAsync();
        }

        _isTheirs = Landing?.PersonId is { } person && _actor.UserId is { } me && (person == me || Landing.TakesAddress);
    }

    private async Task LoadAsync()
    {
        var found = await landings.FindAsync(_actor, Token, CancellationToken.None);
        (Landing, _error) = (found.Value, found.Error);
    }

    // A scanner may run scripts, but does not press keys: the first sign of a person is noted, once.
    private async Task SeenAsync()
    {
        if (!_seen && Landing is { } landing)
        {
            _seen = true;
            await landings.NoteAsync(landing.Id, InvitationEventKind.Opened, CancellationToken.None);
        }
    }

    private Task<Result> AskCodeAsync(string? email) => acceptance.RequestCodeAsync(_actor, Token, email, CancellationToken.None);

    private async Task<Error?> AcceptAsync(AcceptInvitation entered)
    {
        if (_busy || _ticket is not null)
        {
            return null;
        }

        _busy = true;
        try
        {
            var result = await acceptance.AcceptAsync(_actor, entered with { Token = Token ?? "" }, SessionKind.Browser, Device, CancellationToken.None);
            if (result.Succeeded)
            {
                _ticket = result.Value.Ticket;
                return null;
            }

            if (result.Error.Kind is ErrorKind.Gone or ErrorKind.NotFound or ErrorKind.Conflict)
            {
                // Accepted in another tab, withdrawn or expired meanwhile: the page says which. Where it has nothing else to say, the form does.
                await LoadAsync();
                return Landing is { Refusal: null, HasAccount: false } ? result.Error : null;
            }

            return result.Error;
        }
        finally
        {
            _busy = false;
            // The form calls this as a plain function, after which only the form would be rendered.
            StateHasChanged();
        }
    }

    private async Task AcceptSignedInAsync()
    {
        var result = await acceptance.AcceptSignedInAsync(_actor, Token, CancellationToken.None);
        _error = result.Error;
        if (result.Succeeded)
        {
            navigation.NavigateTo("/?welcome=1", forceLoad: true);
        }
        else
        {
            await LoadAsync();
            _error = Landing?.Refusal is null ? result.Error : null;
        }
    }

    private async Task DeclineAsync(string? reason)
    {
        var result = await acceptance.DeclineAsync(_actor, Token, reason, CancellationToken.None);
        _view = result.Succeeded ? AcceptView.Declined : AcceptView.Main;
        if (!result.Succeeded)
        {
            await LoadAsync();
            _error = result.Error;
        }
    }
}
