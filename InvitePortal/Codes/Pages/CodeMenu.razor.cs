using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>What can be done with one code.</summary>
public sealed partial class CodeMenu
{
    private bool _acting;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public CodeHandle Handle { get; set; } = default!;

    /// <summary>Whether its own page is open: then what that page has as buttons is left out.</summary>
    [Parameter]
    public bool IsOpened { get; set; }

    [Parameter]
    public string Class { get; set; } = "btn quiet icon";

    [Parameter]
    public EventCallback OnChanged { get; set; }

    /// <summary>It is gone.</summary>
    [Parameter]
    public EventCallback OnDeleted { get; set; }

    private string Shown => CodeText.Grouped(Handle.Code);

    private async Task SendAsync()
    {
        await Dialogs.SendCodeAsync(T["send.title", Shown], Handle);
        await OnChanged.InvokeAsync();
    }

    private async Task EditAsync()
    {
        if (await Dialogs.OpenAsync<EditCodeDialog>(
            T[Handle.GroupId is null ? "edit.title" : "edit.title-group"], new() { [nameof(EditCodeDialog.Id)] = Handle.Id }, new DialogOptions { Width = "520px" }) is true)
        {
            await OnChanged.InvokeAsync();
        }
    }

    private async Task RegenerateAsync()
    {
        if (await ConfirmAsync("regenerate"))
        {
            Result<ReplacedCode>? made = null;
            await ActAsync(async actor => (made = await Codes.RegenerateAsync(actor, Handle.Id, CancellationToken.None)) is { Succeeded: true } ? Result.Ok : made.Value.Error!, () => T["done.regenerate", CodeText.Grouped(made!.Value.Value!.Code)]);
        }
    }

    private async Task CloseAsync()
    {
        if (await ConfirmAsync("close"))
        {
            await ActAsync(actor => Codes.CloseAsync(actor, Handle.Id, CancellationToken.None), () => T["done.close", Shown]);
        }
    }

    private Task ReopenAsync() => ActAsync(actor => Codes.ReopenAsync(actor, Handle.Id, CancellationToken.None), () => T["done.reopen", Shown]);

    private async Task DeleteAsync()
    {
        var isGroup = Handle.GroupId is not null;
        if (await ConfirmAsync(isGroup ? "delete-group" : "delete", danger: true)
            && await ActAsync(
                actor => isGroup ? Groups.DeleteAsync(actor, Handle.GroupId!.Value, CancellationToken.None) : Codes.DeleteAsync(actor, Handle.Id, CancellationToken.None),
                () => T[isGroup ? "done.delete-group" : "done.delete", Handle.Group ?? Shown]))
        {
            await OnDeleted.InvokeAsync();
        }
    }

    private async Task<bool> ActAsync(Func<Actor, Task<Result>> act, Func<string> done)
    {
        // The second half of a double click.
        if (_acting)
        {
            return false;
        }

        _acting = true;
        try
        {
            var result = await act((await Authentication).User.ToActor());
            Notifications.Notify(result.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, result.Succeeded ? done() : result.Error.Message);
            await OnChanged.InvokeAsync();
            return result.Succeeded;
        }
        finally
        {
            _acting = false;
        }
    }

    private Task<bool> ConfirmAsync(string action, bool danger = false) =>
        Dialogs.ConfirmAsync(T[$"confirm.{action}.title", Handle.Group ?? Shown], T[$"confirm.{action}", Handle.Group ?? Shown], T[$"action.{action}"], danger);
}
