using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Invitations.Pages;

/// <summary>One invitation: what it says, what happened to it, and what can be done.</summary>
public sealed partial class InvitationPanel
{
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private InvitationDetails? _details;
    private Error? _error;
    private string? _done;
    private string? _link;
    private bool _showQr;
    private bool _editing;
    private ClickGuard _clicks = default!;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    private bool Open => _details?.Row.State is InvitationState.Pending or InvitationState.Expired;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _clicks = new ClickGuard(Clock);
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var result = await Queries.GetAsync(_actor, Id, CancellationToken.None);
        _details = result.Value;
        _error ??= result.Error;
    }

    private Task ResendAsync() => ActAsync(Service.ResendAsync, T["done.resend", _details!.Row.Recipient]);

    // The link that is shown is as good as a fresh one: its code needs no other.
    private Task CopyAsync(bool qr) => _clicks.RunAsync(nameof(CopyAsync), async () =>
    {
        if (qr && _link is not null)
        {
            _showQr = true;
            return;
        }

        var link = await Service.CopyLinkAsync(_actor, Id, CancellationToken.None);
        (_link, _error, _done, _showQr) = (link.Value, link.Error, null, qr && link.Succeeded);
        await LoadAsync();
    });

    private async Task ReplaceAsync()
    {
        if (await ConfirmAsync("replace"))
        {
            _link = null;
            await ActAsync(Service.ReplaceLinkAsync, T["done.replace", _details!.Row.Recipient]);
        }
    }

    private async Task CancelAsync()
    {
        if (await ConfirmAsync("cancel"))
        {
            _link = null;
            await ActAsync(Service.CancelAsync, T["done.cancel", _details!.Row.Recipient]);
        }
    }

    private async Task DeleteAsync()
    {
        if (await ConfirmAsync("delete"))
        {
            var result = await Service.DeleteAsync(_actor, Id, CancellationToken.None);
            _error = result.Error;
            if (result.Succeeded)
            {
                Dialogs.Close(true);
            }
        }
    }

    private async Task SavedAsync(Error? error)
    {
        (_error, _done) = (error, error is null ? T["done.edit"].Value : null);
        _editing = error is not null && error.Code != InvitationErrors.ChangedMeanwhile.Code;
        await LoadAsync();
    }

    private Task ActAsync(Func<Actor, Guid, CancellationToken, Task<Result>> act, string done) => _clicks.RunAsync(done, async () =>
    {
        var result = await act(_actor, Id, CancellationToken.None);
        (_error, _done) = (result.Error, result.Succeeded ? done : null);
        await LoadAsync();
    });

    private Task<bool> ConfirmAsync(string action) =>
        Dialogs.ConfirmAsync(T[$"action.{action}"], T[$"confirm.{action}", _details!.Row.Recipient], T[$"action.{action}"], danger: true);
}
