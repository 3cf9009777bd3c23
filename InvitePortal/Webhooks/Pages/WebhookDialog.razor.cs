using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Webhooks.Pages;

/// <summary>Makes an endpoint, and closes with its secret; or changes one, and closes with true.</summary>
public sealed partial class WebhookDialog
{
    private static readonly (string Group, WebhookEvent[] Events)[] Groups =
    [
        ("invitations", [WebhookEvent.InvitationCreated, WebhookEvent.InvitationSent, WebhookEvent.InvitationAccepted, WebhookEvent.InvitationDeclined, WebhookEvent.InvitationExpired]),
        ("people", [WebhookEvent.UserCreated, WebhookEvent.UserUpdated, WebhookEvent.UserDeleted]),
        ("joining", [WebhookEvent.CodeUsed, WebhookEvent.LinkUsed]),
    ];

    private HashSet<WebhookEvent> _events = [WebhookEvent.InvitationCreated, WebhookEvent.InvitationAccepted, WebhookEvent.InvitationDeclined];
    private string _url = "";
    private string? _description;
    private bool _isOn = true;
    private Error? _failure;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>The endpoint to change; null for a new one.</summary>
    [Parameter]
    public WebhookRow? Row { get; set; }

    protected override void OnInitialized()
    {
        if (Row is { } row)
        {
            (_url, _description, _isOn, _events) = (row.Url, row.Description, row.IsOn, [.. row.Events]);
        }
    }

    private void Toggle(WebhookEvent one)
    {
        if (!_events.Remove(one))
        {
            _events.Add(one);
        }
    }

    private async Task SaveAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        var actor = (await Authentication).User.ToActor();
        object? done;
        if (Row is { } row)
        {
            var changed = await Proof.RunAsync(() => Service.UpdateAsync(actor, row.Id, new UpdateWebhook(row.Version, _url, [.. _events], _description, _isOn), CancellationToken.None));
            (done, _failure) = (changed.Succeeded, changed.Error);
        }
        else
        {
            var made = await Proof.RunAsync(() => Service.CreateAsync(actor, new CreateWebhook(_url, [.. _events], _description, _isOn), CancellationToken.None));
            (done, _failure) = (made.Value, made.Error);
        }

        _busy = false;
        if (_failure is null)
        {
            Proof.Dialogs.Close(done);
        }
    }

    private string? At(string field) => _failure?.Field == field ? _failure.Message : null;
}
