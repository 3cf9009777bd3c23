using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Accounts.Pages;

/// <summary>
/// A dialog in which somebody signed in proves once more who they are; closes with <c>true</c> when they have. Opened by
/// <see cref="Shell.Ui.FreshProof"/>.
/// </summary>
public sealed partial class ConfirmIdentity
{
    private Actor _actor = Actor.Anonymous("");
    private ProofMethods? _methods;
    private Error? _failure;
    private string _password = "";
    private string _code = "";
    private bool _byCode;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _actor = (await Authentication).User.ToActor();
        var methods = await Reauthentication.MethodsAsync(_actor, CancellationToken.None);
        (_methods, _failure) = (methods.Value, methods.Error);
    }

    private async Task SendAsync()
    {
        var sent = await TryAsync(() => Reauthentication.SendCodeAsync(_actor, CancellationToken.None));
        // A code sent moments ago still works.
        _byCode |= sent || _failure?.Code is "code.too_soon";
        _code = "";
    }

    private Task EnterPasswordAsync() => EnterAsync(() => Reauthentication.WithPasswordAsync(_actor, _password, CancellationToken.None));

    private Task EnterCodeAsync() => EnterAsync(() => Reauthentication.WithCodeAsync(_actor, _code, CancellationToken.None));

    private async Task EnterAsync(Func<Task<Result>> proof)
    {
        if (await TryAsync(proof))
        {
            Dialogs.Close(true);
        }
    }

    private async Task<bool> TryAsync(Func<Task<Result>> work)
    {
        // The sixth digit and Enter may come together: one try is enough.
        if (_busy)
        {
            return false;
        }

        _busy = true;
        var done = await work();
        (_busy, _failure) = (false, done.Error);
        return done.Succeeded;
    }

    private string? At(string field) => _failure?.Field == field ? _failure.Message : null;
}
