using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace InvitePortal.Accounts.Pages;

/// <summary>One's own picture: shown, chosen, removed.</summary>
public sealed partial class ProfilePicture
{
    /// <summary>Side of the square that the browser makes, in pixels.</summary>
    private const int Side = 256;

    private ElementReference _input;
    private IJSObjectReference? _module;
    private string? _version;
    private string? _done;
    private Error? _failure;
    private bool _busy;

    [Parameter, EditorRequired]
    public Actor Caller { get; set; } = default!;

    [Parameter, EditorRequired]
    public string Name { get; set; } = "";

    /// <summary>Version of the picture that is stored; null for none.</summary>
    [Parameter, EditorRequired]
    public string? Version { get; set; }

    /// <summary>Whose it is, beside the picture.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and the module with it.
        }
    }

    protected override void OnInitialized() => _version = Version;

    private Task SetAsync() => RunAsync(async () =>
    {
        _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "/avatar.js");
        await using var file = await _module.InvokeAsync<IJSStreamReference>("read", _input, Side);
        if (file.Length > Limits.Value.AvatarBytes)
        {
            _failure = AccountsErrors.AvatarTooLarge(Limits.Value.AvatarBytes);
            return;
        }

        await using var content = await file.OpenReadStreamAsync(Limits.Value.AvatarBytes);
        var set = await Avatars.SetAsync(Caller, content, CancellationToken.None);
        _failure = set.Error;
        if (set.Succeeded)
        {
            (_version, _done) = (set.Value, T["picture.done"]);
        }
    });

    private Task RemoveAsync() => RunAsync(async () =>
    {
        var removed = await Avatars.RemoveAsync(Caller, CancellationToken.None);
        _failure = removed.Error;
        if (removed.Succeeded)
        {
            (_version, _done) = (null, T["picture.removed"]);
        }
    });

    private async Task RunAsync(Func<Task> work)
    {
        if (_busy)
        {
            return;
        }

        (_busy, _failure, _done) = (true, null, null);
        try
        {
            await work();
        }
        catch (JSException)
        {
            _failure = AccountsErrors.AvatarBrokenOff;
        }
        finally
        {
            _busy = false;
        }
    }
}
