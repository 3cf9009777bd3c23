using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>Sends a code to one or many recipients by a channel that is ready, now or later.</summary>
public sealed partial class SendCodeDialog(CodeSharing Sharing, ReadyChannels Channels, DialogService Dialogs)
{
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private Channel _channel = Channel.Email;
    private string? _recipients;
    private string? _message;
    private string? _language;
    private DateTime? _sendAt;
    private bool _busy;
    private Error? _error;
    private SharedCode? _sent;
    private RenderedMessage? _preview;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>The code.</summary>
    [Parameter, EditorRequired]
    public CodeHandle Handle { get; set; } = default!;

    private ShareCode Command =>
        new(AddressList.Split(_recipients, _channel), _message, string.IsNullOrEmpty(_language) ? null : _language, _zone.Instant(_sendAt), _channel);

    private int Good => AddressList.Read(AddressList.Split(_recipients, _channel), _channel).Count(r => r is { Address: not null, Repeated: false });

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
    }

    private string? At(string field) => _error?.Field == field ? _error.Message : null;

    // What was said about recipients on one channel says nothing about those on another.
    private void Choose(Channel channel) => (_channel, _error) = (channel, null);

    private async Task PreviewAsync()
    {
        var preview = await Sharing.PreviewAsync(_actor, Handle.Id, Command, CancellationToken.None);
        (_preview, _error) = (preview.Value, preview.Error);
    }

    private async Task SendAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            var result = await Sharing.ShareAsync(_actor, Handle.Id, Command, CancellationToken.None);
            (_sent, _error) = (result.Value, result.Error);
        }
        finally
        {
            _busy = false;
        }
    }

    // Only what did not go is left in the box: nobody is written to twice.
    private void Mend(IReadOnlyList<string> refused) => (_recipients, _sent) = (string.Join('\n', refused), null);
}

/// <summary>Opens it.</summary>
internal static class SendingCodes
{
    public static async Task SendCodeAsync(this DialogService dialogs, string title, CodeHandle handle) =>
        await dialogs.OpenAsync<SendCodeDialog>(title, new() { [nameof(SendCodeDialog.Handle)] = handle }, new DialogOptions { Width = "560px" });
}
