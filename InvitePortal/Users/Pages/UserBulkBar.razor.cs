using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Users.Pages;

/// <summary>What can be done with the ticked people, or with all that the filter matches.</summary>
public sealed partial class UserBulkBar
{
    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public RowSelection Selection { get; set; } = default!;

    /// <summary>The versions that were seen when people were ticked: whoever was changed since is refused.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyDictionary<Guid, string> Versions { get; set; } = default!;

    [Parameter, EditorRequired]
    public PageResult<UserRow> Result { get; set; } = default!;

    /// <summary>The filter that "all that match" means.</summary>
    [Parameter, EditorRequired]
    public UserFilter Filter { get; set; } = default!;

    /// <summary>The selection was cleared, by hand or because something was done with it.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    private long Count => Selection.Everything ? Result.Total : Selection.Count;

    private bool IsCapped => Selection.Everything && Result.TotalIsCapped;

    private string? Selected => IsCapped ? T["bulk.selected.capped", Count].Value : null;

    private Task ClearAsync()
    {
        Selection.Clear();
        return OnChanged.InvokeAsync();
    }

    // "Suspend 12 people"; where nobody has counted them all, "Suspend all that match".
    private string Verb(string key) => IsCapped ? T[key + ".all"].Value : T.Count(key, Count);

    private async Task SetStatusAsync()
    {
        var options = UserChoices.Statuses(T, Words, status => Verb($"verb.{status}"));
        if (await Dialogs.ChooseAsync(T["bulk.status"], Verb("bulk.status.text"), T["bulk.status"], options) is { } chosen)
        {
            await RunAsync(chosen.Verb, new ChangeUsers(Chosen(), UserAction.SetStatus, Status: chosen.Value));
        }
    }

    private async Task SetRoleAsync(UserAction action)
    {
        var actor = (await Authentication).User;
        var options = UserChoices.Roles(Words, actor.ActiveRoleOf(), _ => Verb($"bulk.{action}.verb"), action is UserAction.RemoveRole);
        if (await Dialogs.ChooseAsync(T[$"bulk.{action}"], Verb($"bulk.{action}.text"), T[$"bulk.{action}"], options) is { } chosen)
        {
            await RunAsync(T[$"bulk.{action}"], new ChangeUsers(Chosen(), action, Role: chosen.Value));
        }
    }

    private async Task DeleteAsync()
    {
        var notice = await Removal.TellAsync((await Authentication).User.ToActor(), Chosen(), CancellationToken.None);
        var people = notice.Value?.People ?? Count;
        if (await Dialogs.ConfirmAsync(T["delete.title"], T.Count("bulk.delete.text", people), T.Count("bulk.delete.verb", people), danger: true, notice.Value?.Parts))
        {
            await RunAsync(T["delete.title"], new ChangeUsers(Chosen(), UserAction.Delete));
        }
    }

    private UserSelection Chosen() => Selection.Everything
        ? new UserSelection(null, Filter)
        : new UserSelection([.. Selection.Ids.Select(id => new SelectedUser(id, Versions.GetValueOrDefault(id)))], null);

    private async Task RunAsync(string title, ChangeUsers command)
    {
        var actor = (await Authentication).User.ToActor();
        if (await Dialogs.RunAsync(
            title,
            T["panel.title"],
            (progress, ct) => Bulk.RunAsync(actor, command, progress, ct),
            async error => error == Error.ConfirmAgain && await Proof.AskAsync()))
        {
            await ClearAsync();
        }
    }
}
