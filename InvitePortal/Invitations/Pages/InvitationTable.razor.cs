using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Invitations.Pages;

/// <summary>The rows of the list, their ticks and what can be done with one.</summary>
public sealed partial class InvitationTable
{
    private DateTimeOffset _now;
    private bool _acting;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public PageResult<InvitationRow> Result { get; set; } = default!;

    [Parameter, EditorRequired]
    public InvitationListUrl Url { get; set; } = default!;

    [Parameter, EditorRequired]
    public RowSelection Selection { get; set; } = default!;

    [Parameter, EditorRequired]
    public string Zone { get; set; } = "UTC";

    [Parameter]
    public EventCallback<Guid> OnOpen { get; set; }

    [Parameter]
    public EventCallback OnChanged { get; set; }

    // The selection belongs to the page around this table: raising the event renders both.
    private Task Toggle(Guid? id)
    {
        Guid[] page = [.. Result.Items.Select(r => r.Id)];
        if (id is { } one)
        {
            Selection.Toggle(one, page);
        }
        else
        {
            Selection.TogglePage(page);
        }

        return OnSelected.InvokeAsync();
    }

    [Parameter]
    public EventCallback OnSelected { get; set; }

    private RenderFragment Time(DateTimeOffset at) => Cells.Time(at, _now, Zone, Words);

    protected override void OnParametersSet() => _now = Clock.GetUtcNow();

    private Task ResendAsync(InvitationRow row) => ActAsync(Service.ResendAsync, row.Id, T["done.resend", row.Recipient]);

    private async Task CancelAsync(InvitationRow row)
    {
        if (await Dialogs.ConfirmAsync(T["action.cancel"], T["confirm.cancel", row.Recipient], T["action.cancel"], danger: true))
        {
            await ActAsync(Service.CancelAsync, row.Id, T["done.cancel", row.Recipient]);
        }
    }

    private async Task ActAsync(Func<Actor, Guid, CancellationToken, Task<Result>> act, Guid id, string done)
    {
        if (_acting)
        {
            return;
        }

        _acting = true;
        var result = await act((await Authentication).User.ToActor(), id, CancellationToken.None);
        _acting = false;
        Notifications.Notify(result.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, result.Succeeded ? done : result.Error.Message);
        await OnChanged.InvokeAsync();
    }
}
