using InvitePortal.Common;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Invitations.Pages;

/// <summary>Name, way of signing in, and the code where the link does not prove who its holder is.</summary>
public sealed partial class AcceptForm
{
    private ElementReference _repeatBox;
    private Step _step;
    private string _name = "";
    private string _email = "";
    private string _password = "";
    private string _repeat = "";
    private string _code = "";
    private bool _withPassword;
    private bool _byMail;
    private bool _busy;
    private bool _sentAgain;
    private bool _started;
    private string? _repeatError;
    private Error? _error;

    private enum Step
    {
        Name,
        Code,
    }

    [Parameter, EditorRequired]
    public InvitationLanding Landing { get; set; } = default!;

    /// <summary>Tries to accept; returns the failure to show, or null.</summary>
    [Parameter, EditorRequired]
    public Func<AcceptInvitation, Task<Error?>> OnSubmit { get; set; } = default!;

    /// <summary>Sends a code, to the entered address where there is one.</summary>
    [Parameter, EditorRequired]
    public Func<string?, Task<Result>> OnAskCode { get; set; } = default!;

    private bool HasChoice => Landing.TakesAddress && !Landing.NeedsAddress(Channels);

    private bool AsksAddress => Landing.TakesAddress && (_byMail || !HasChoice);

    private string? Entered => AsksAddress ? _email.Trim() : null;

    // A password needs no code where the link came to the very recipient that the account will have.
    private bool NeedsCode => !_withPassword || AsksAddress || !Landing.ProvesRecipient;

    /// <summary>Told once, when the first field is filled in or a way is chosen.</summary>
    [Parameter]
    public EventCallback OnStart { get; set; }

    private void SendTo(bool byMail) => (_byMail, _error) = (byMail, null);

    private Task ChooseAsync(bool withPassword)
    {
        _withPassword = withPassword;
        return StartAsync();
    }

    private async Task StartAsync()
    {
        if (!_started)
        {
            _started = true;
            await OnStart.InvokeAsync();
        }
    }

    private void Go(Step step)
    {
        (_step, _error, _code, _sentAgain) = (step, null, "", false);
    }

    private async Task SubmitAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        (_error, _repeatError) = (null, null);
        if (!DisplayName.TryParse(_name, out _))
        {
            _error = InvitationErrors.NameInvalid;
        }
        else if (AsksAddress && !EmailAddress.TryParse(_email, out _))
        {
            _error = InvitationErrors.EmailNeeded;
        }
        else if (_withPassword && _password != _repeat)
        {
            _repeatError = T["accept.repeat.differs"];
            await _repeatBox.FocusAsync();
        }
        else if (_step is Step.Name && NeedsCode)
        {
            // A code sent moments ago still works: then the boxes are shown, and the limit's message with them.
            var asked = await OnAskCode(Entered);
            if (asked.Succeeded || asked.Error.Kind is ErrorKind.TooMany)
            {
                Go(Step.Code);
            }

            _error = asked.Error;
        }
        else
        {
            _error = await OnSubmit(new AcceptInvitation("", _name, _withPassword ? AcceptMethod.Password : AcceptMethod.Code, _code, _withPassword ? _password : null, Entered));
            _code = _error is null ? _code : "";
            if (_error is { Code: not "code_invalid" and not "busy" } && _step is Step.Code && _withPassword)
            {
                _step = Step.Name;
            }
        }

        _busy = false;
    }

    private async Task AskAgainAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        var asked = await OnAskCode(Entered);
        (_error, _sentAgain, _code, _busy) = (asked.Error, asked.Succeeded, "", false);
    }
}
