using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Accounts.Pages;

/// <summary>A page that is plain HTML with a form: it works without scripts, and may set cookies.</summary>
public abstract class FormPage : ComponentBase
{
    [CascadingParameter]
    protected HttpContext Http { get; set; } = default!;

    [Inject]
    protected BrowserSessions Browser { get; set; } = default!;

    /// <summary>Why the form was not taken.</summary>
    protected Error? Failure { get; private set; }

    protected Actor Actor => Http.User.ToActor();

    protected CancellationToken Ct => Http.RequestAborted;

    protected string? Device => Http.Request.Headers.UserAgent;

    protected bool IsSignedIn => Http.User.Identity?.IsAuthenticated is true;

    protected SessionWanted Wanted(bool remember) => new(SessionKind.Browser, remember, Device);

    /// <summary>Answers with another page.</summary>
    protected void SeeOther(string path)
    {
        Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        Http.Response.Headers.Location = path;
    }

    /// <summary>Shows the form again, with the reason.</summary>
    protected void Fail(Error error)
    {
        Failure = error;
        var status = Problems.Status(error.Kind);
        if (status is StatusCodes.Status404NotFound)
        {
            // Set before the page is rendered, the framework would take it for a page that does not exist, and render nothing.
            Http.Response.OnStarting(() =>
            {
                Http.Response.StatusCode = status;
                return Task.CompletedTask;
            });
        }
        else
        {
            Http.Response.StatusCode = status;
        }

        if (error.RetryAfter is { } wait)
        {
            Http.Response.Headers.RetryAfter = Math.Ceiling(Math.Max(1, wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Puts a new session into the browser and goes on, or shows why there is none.</summary>
    protected async Task EnterAsync(Result<NewSession> session, string path)
    {
        if (!session.Succeeded)
        {
            Fail(session.Error);
            return;
        }

        var begun = await Browser.BeginAsync(Http, session.Value);
        if (begun.Succeeded)
        {
            SeeOther(path);
        }
        else
        {
            Fail(begun.Error);
        }
    }

    /// <summary>The failure of one field.</summary>
    protected string? At(string field) => Failure?.Field == field ? Failure.Message : null;

    /// <summary>The failure, if it belongs to none of the given fields.</summary>
    protected string? Beside(params string[] fields) => Failure is not null && !fields.Contains(Failure.Field) ? Failure.Message : null;
}
