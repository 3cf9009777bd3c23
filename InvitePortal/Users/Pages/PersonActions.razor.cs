using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Users.Pages;

/// <summary>What can be done with one person: the items of a menu, beside a row and in the panel.</summary>
public sealed partial class PersonActions
{
    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public UserRow Row { get; set; } = default!;

    /// <summary>Whether a link to sign in is among them.</summary>
    [Parameter]
    public bool WithLink { get; set; } = true;

    /// <summary>Something was changed, and said.</summary>
    [Parameter]
    public EventCallback<UserAction> OnDone { get; set; }

    /// <summary>Nothing was changed, since the person is not any more as the row shows them.</summary>
    [Parameter]
    public EventCallback OnOvertaken { get; set; }

    /// <summary>Only active people sign in, and a link goes to their address.</summary>
    public static bool MayBeSentALink(UserRow row) => row is { Status: PersonStatus.Active, Email: not null };

    private async Task SendLinkAsync()
    {
        var actor = await ActorAsync();
        var sent = await Proof.RunAsync(() => Links.SendAsync(actor, Row.Id, CancellationToken.None));
        Say(sent, T["done.link", Row.Email ?? Row.Name]);
    }

    private async Task SetStatusAsync()
    {
        var options = UserChoices.Statuses(T, Words, s => T[$"verb.{s}"], except: Row.Status);
        if (await Proof.Dialogs.ChooseAsync(T["bulk.status"], T["status.text", Row.Name], T["bulk.status"], options) is { } chosen)
        {
            var actor = await ActorAsync();
            var command = new EditUser(Row.Version, Status: chosen.Value);
            var changed = await Proof.RunAsync(() => Service.EditAsync(actor, Row.Id, command, CancellationToken.None));
            await DoneAsync(new Result(changed.Error), T["done.status", Row.Name, chosen.Name], UserAction.SetStatus);
        }
    }

    private async Task DeleteAsync()
    {
        var actor = await ActorAsync();
        var notice = await Removal.TellAsync(actor, new UserSelection([new SelectedUser(Row.Id)], null), CancellationToken.None);
        if (await Proof.Dialogs.ConfirmAsync(T["delete.title"], T["delete.text", Row.Name], T["delete.verb", Row.Name], danger: true, notice.Value?.Parts))
        {
            var deleted = await Proof.RunAsync(() => Service.DeleteAsync(actor, Row.Id, CancellationToken.None));
            await DoneAsync(deleted, T["done.delete", Row.Name], UserAction.Delete);
        }
    }

    private async Task<Actor> ActorAsync() => (await Authentication).User.ToActor();

    private Task DoneAsync(Result result, string text, UserAction action)
    {
        Say(result, text);
        return result.Succeeded ? OnDone.InvokeAsync(action)
            : result.Error == UserErrors.Changed || result.Error == UserErrors.NotFound ? OnOvertaken.InvokeAsync()
            : Task.CompletedTask;
    }

    private void Say(Result result, string text) =>
        Notifications.Notify(result.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, result.Succeeded ? text : result.Error.Message);
}
