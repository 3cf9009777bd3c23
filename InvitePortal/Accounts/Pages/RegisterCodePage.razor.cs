using InvitePortal.Shell;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Accounts.Pages;

/// <summary>The code of somebody who registers: a known address is signed in by it, a new one goes on to the name.</summary>
public sealed partial class RegisterCodePage
{
    private SignInFlow? _flow;
    private bool _sentAgain;

    [SupplyParameterFromForm(Name = "code", FormName = "code")]
    private string? Code { get; set; }

    [SupplyParameterFromForm(Name = "how", FormName = "code")]
    private string? How { get; set; }

    private string Back => $"/register?returnUrl={Uri.EscapeDataString(_flow?.ReturnUrl ?? "/")}";

    protected override void OnInitialized()
    {
        _flow = Flow.Read(Http);
        if (_flow is null)
        {
            SeeOther("/register");
        }
    }

    private async Task SubmitAsync()
    {
        if (_flow is null)
        {
            return;
        }

        if (How is "again")
        {
            await SendAgainAsync(_flow);
            return;
        }

        var proven = await Registration.ProveAsync(Actor, _flow, Code, Wanted(remember: false), Ct);
        if (!proven.Succeeded)
        {
            Fail(proven.Error);
        }
        else if (proven.Value.Session is { } session)
        {
            await EnterAsync(session, LocalUrl.OrHome(_flow.ReturnUrl));
            Flow.Clear(Http);
        }
        else
        {
            // The account is made within the time from now on.
            Flow.Write(Http, Registration.Renewed(_flow));
            SeeOther("/register/name");
        }
    }

    private async Task SendAgainAsync(SignInFlow flow)
    {
        var again = await Registration.AskAsync(Actor, flow.Email, flow.ReturnUrl, Ct, flow.Flow);
        if (!again.Succeeded)
        {
            Fail(again.Error);
            return;
        }

        _sentAgain = true;
        Flow.Write(Http, again.Value);
    }
}
