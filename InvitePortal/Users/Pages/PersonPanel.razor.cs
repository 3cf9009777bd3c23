using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Users.Pages;

/// <summary>One person: who they are, what they may do, where they are signed in, how they came, what was done with them.</summary>
public sealed partial class PersonPanel
{
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private UserDetails? _details;
    private Error? _error;
    private string? _done;
    private bool _editing;
    private bool _sending;
    private int _reads;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    /// <summary>The person was changed or removed here.</summary>
    [Parameter]
    public EventCallback<Guid> OnChanged { get; set; }

    private Dictionary<string, object> Parameters => new(StringComparer.Ordinal) { ["UserId"] = Id };

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var result = await Queries.GetAsync(_actor, Id, CancellationToken.None);
        _details = result.Value;
        // Whatever was done here stands in the history too.
        _reads++;
        _error ??= result.Error;
    }

    private async Task SendLinkAsync()
    {
        if (_sending)
        {
            return;
        }

        _sending = true;
        var sent = await Proof.RunAsync(() => Links.SendAsync(_actor, Id, CancellationToken.None));
        _sending = false;
        await ShowAsync(sent.Error, T["done.link", _details!.Row.Email ?? _details.Row.Name]);
    }

    private async Task EditedAsync(bool saved)
    {
        _editing = false;
        if (saved)
        {
            await OnChanged.InvokeAsync(Id);
        }

        await ShowAsync(null, saved ? T["done.edit"].Value : null);
    }

    private Task EndedAsync(Result ended) => ShowAsync(ended.Error, T["done.sessions"]);

    private Task AllEndedAsync(Result ended) => ShowAsync(ended.Error, T["done.sessions.all"]);

    private async Task PictureRemovedAsync(Result removed)
    {
        if (removed.Succeeded)
        {
            await OnChanged.InvokeAsync(Id);
        }

        await ShowAsync(removed.Error, T["done.picture"]);
    }

    private async Task DoneAsync(UserAction action)
    {
        await OnChanged.InvokeAsync(Id);
        if (action is UserAction.Delete)
        {
            Dialogs.Close(true);
            return;
        }

        await ShowAsync(null, null);
    }

    private async Task ShowAsync(Error? error, string? done)
    {
        (_error, _done) = (error, error is null ? done : null);
        await LoadAsync();
    }
}
