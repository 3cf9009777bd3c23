using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>Where students join: code, what it leads to, confirmation. Whatever else the address says is not read.</summary>
public sealed partial class JoinPage
{
    private const string Path = "/join";

    private Actor _actor = Actor.Anonymous("");
    private Role? _role;
    private bool _holdsStudent;
    private string _zone = "UTC";
    private string? _code;
    private string? _typed;
    private string? _looked;
    private bool _looking;
    private bool _busy;
    private Error? _error;
    private CodePreview? _preview;
    private Joined? _joined;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "code")] private string? Code { get; set; }

    private string Return => Uri.EscapeDataString($"{Path}?code={_code}");

    protected override async Task OnParametersSetAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _role = user.ActiveRoleOf();
        _holdsStudent = RoleBits.Holds(user.RoleBitsOf(), Role.Student);
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        _code = CodeText.TryRead(Code, out var code) ? code : null;
        _typed = _code is null ? Code : CodeText.Grouped(_code);
        if (_code is null)
        {
            (_preview, _looked) = (null, null);
        }
        else if (_role is Role.Student && _looked != _code)
        {
            // A look counts when the code is wrong: once, by the live page and not by its first picture.
            _looking = true;
            if (RendererInfo.IsInteractive)
            {
                await PreviewAsync(_code);
            }
        }
    }

    private async Task LookAsync(string code)
    {
        _joined = null;
        if (code == _code && _role is Role.Student)
        {
            await PreviewAsync(code);
        }
        else
        {
            Navigation.NavigateTo($"{Path}?code={code}");
        }
    }

    private async Task PreviewAsync(string code)
    {
        (_looking, _looked, _error) = (true, code, null);
        var seen = await Joining.PreviewAsync(_actor, code, CancellationToken.None);
        (_preview, _error, _looking) = (seen.Value, seen.Error, false);
    }

    private async Task JoinAsync()
    {
        if (_busy || _preview is not { } preview)
        {
            return;
        }

        _busy = true;
        try
        {
            var joined = await Joining.JoinAsync(_actor, new JoinByCode(preview.Code, preview.Ticket), CancellationToken.None);
            (_joined, _error) = (joined.Value, joined.Error);
            // What was shown does not hold any more, whatever the reason.
            (_preview, _typed) = (null, joined.Succeeded ? null : _typed);
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task SwitchAsync()
    {
        _busy = true;
        var switched = await Profiles.SwitchRoleAsync(_actor, Role.Student, CancellationToken.None);
        (_error, _busy) = (switched.Error, false);
        if (switched.Succeeded)
        {
            Navigation.NavigateTo(_code is null ? Path : $"{Path}?code={_code}", forceLoad: true);
        }
    }

    private void StartAnew()
    {
        (_joined, _preview, _error, _looked, _typed) = (null, null, null, null, null);
        Navigation.NavigateTo(Path);
    }
}
