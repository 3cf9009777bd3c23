using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using Radzen;

namespace InvitePortal.Invitations.Pages;

/// <summary>Invites one address or 10,000. Closes with the batch's id once something was stored.</summary>
public sealed partial class InviteDialog(
    InvitationSendingService sending, ReadyChannels channels, DialogService dialogs, IJSRuntime js)
{
    private readonly InviteTerms _terms = new();
    private AddressBox _box = default!;
    private IReadOnlyList<string> _retry = [];
    private IReadOnlyList<AddressVerdict> _verdicts = [];
    private Actor _actor = Actor.Anonymous("");
    private IReadOnlyList<Role> _roles = [];
    private int _good;
    private Role _role = Role.Business;
    private Channel _channel = Channel.Email;
    private bool _mayGroup;
    private InvitableGroup? _group;
    private string _language = Languages.Current;
    private string _name = "";
    private string? _message;
    private bool _sending;
    private Error? _error;
    private Progress? _progress;
    private SentInvitations? _sent;
    private InvitationPreview? _preview;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // A group that was chosen for students is of no use to others.
    private Guid? Group => _role is Role.Student ? _group?.Id : null;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _name = user.FindFirst(ActorClaims.Name)?.Value ?? "";
        _roles = user.ActiveRoleOf() is { } role ? Rights.Grants(role) : [];
        _mayGroup = user.ActiveRoleOf() is { } acting && Rights.SeesAllInvitations(acting);
        _role = _roles.Contains(Role.Business) ? Role.Business : _roles.FirstOrDefault(Role.Business);
    }

    private async Task PreviewAsync()
    {
        await _box.CheckAsync();
        var recipient = _verdicts.FirstOrDefault(v => v.Outcome is AddressOutcome.Invited)?.Recipient;
        _preview = new InvitationPreview(
            _channel,
            recipient ?? T[$"invite.example.{_channel}"],
            _language,
            _name,
            _role,
            Group is null ? null : MessageFacts.Of(_group!.Name, _group.Subject),
            string.IsNullOrWhiteSpace(_message) ? null : _message.Trim(),
            _terms.Hours);
    }

    private async Task SendAsync()
    {
        if (_sending)
        {
            return;
        }

        _sending = true;
        try
        {
            await StoreAsync();
        }
        finally
        {
            _sending = false;
        }
    }

    private async Task StoreAsync()
    {
        var entries = await _box.ReadAsync();
        var command = new SendInvitations(entries, _role, _message, _channel, _language, _terms.Hours, _terms.SendAt, _terms.Reminders, Group, _terms.Second is { Recipient.Length: > 0 } second ? second : null);
        _progress = new Progress(0, entries.Count);
        _error = null;

        // Away from the circuit's own thread: SQLite works synchronously, and the page stays usable meanwhile.
        var report = new Steps<Progress>(p => InvokeAsync(() =>
        {
            _progress = p;
            StateHasChanged();
        }));
        var result = await Task.Run(() => sending.SendAsync(_actor, command, report, CancellationToken.None));
        _progress = null;
        (_sent, _error) = (result.Value, result.Error);
        _retry = _sent is null ? entries : [];
        if (_sent is not null)
        {
            await js.TellPageAsync("clearDraft", "invite-addresses");
            await js.TellPageAsync("clearDraft", "invite-message");
        }
    }

    private void ChooseChannel(Channel channel)
    {
        _channel = channel;
        _terms.Second = _terms.Second?.Channel == channel ? null : _terms.Second;
    }

    private void Checked(IReadOnlyList<AddressVerdict> verdicts)
    {
        _verdicts = verdicts;
        _good = verdicts.Count(v => v.Outcome is AddressOutcome.Invited);
    }

    private void Retry(IReadOnlyList<string> addresses) => (_retry, _sent) = (addresses, null);

    private void Close() => dialogs.Close(_sent is { Invited: > 0 } sent ? sent.BatchId : null);
}
