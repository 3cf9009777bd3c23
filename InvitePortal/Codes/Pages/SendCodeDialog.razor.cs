using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>Sends a code to one or many addresses, now or later.</summary>
public sealed partial class SendCodeDialog(CodeSharing Sharing, DialogService Dialogs)
{
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private string? _emails;
    private string? _message;
    private string? _language;
    private DateTime? _sendAt;
    private bool _busy;
    private Error? _error;
    private SharedCode? _sent;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>The code.</summary>
    [Parameter, EditorRequired]
    public CodeHandle Handle { get; set; } = default!;

    private IReadOnlyList<string> Addresses => SplitAddresses.Split(_emails);

    private IReadOnlyList<ShareVerdict> Refused => [.. (_sent?.Verdicts ?? []).Where(v => v.Outcome is not ShareOutcome.Queued)];

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
    }

    private string? At(string field) => _error?.Field == field ? _error.Message : null;

    private async Task SendAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            var command = new ShareCode(Addresses, _message, string.IsNullOrEmpty(_language) ? null : _language, _zone.Instant(_sendAt));
            var result = await Sharing.ShareAsync(_actor, Handle.Id, command, CancellationToken.None);
            (_sent, _error) = (result.Value, result.Error);
        }
        finally
        {
            _busy = false;
        }
    }

    // Only what did not go is left in the box: nobody is written to twice.
    private void Mend()
    {
        _emails = string.Join('\n', Refused.Select(v => v.Email));
        _sent = null;
    }
}

/// <summary>Opens it.</summary>
internal static class SendingCodes
{
    public static async Task SendCodeAsync(this DialogService dialogs, string title, CodeHandle handle) =>
        await dialogs.OpenAsync<SendCodeDialog>(title, new() { [nameof(SendCodeDialog.Handle)] = handle }, new DialogOptions { Width = "560px", AutoFocusFirstElement = true });
}
