using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>Puts sessions into the browser's cookie and takes them out. Only for real requests: a circuit cannot set cookies.</summary>
public sealed class BrowserSessions(SessionService sessions)
{
    /// <summary>Starts a session that was just made, and ends the one that this browser had before.</summary>
    public Task<Result> BeginAsync(HttpContext context, NewSession session) =>
        BeginAsync(context, sessions.StartAsync(session, context.RequestAborted));

    /// <summary>Starts the session of a one-time ticket.</summary>
    public Task<Result> BeginAsync(HttpContext context, string? ticket) =>
        BeginAsync(context, sessions.StartAsync(ticket, context.RequestAborted));

    /// <summary>Ends the session of this browser.</summary>
    public async Task EndAsync(HttpContext context)
    {
        await sessions.SignOutAsync(context.User.ToActor(), context.RequestAborted);
        await SessionCookieEvents.SignOutAsync(context);
    }

    private async Task<Result> BeginAsync(HttpContext context, Task<Result<BrowserSession>> starting)
    {
        var started = await starting;
        if (!started.Succeeded)
        {
            return started.Error;
        }

        await sessions.SignOutAsync(context.User.ToActor(), context.RequestAborted);
        await SessionCookieEvents.SignInAsync(context, started.Value);
        return Result.Ok;
    }
}
