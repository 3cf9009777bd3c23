using InvitePortal.Common;
using InvitePortal.Shell.Protection;

namespace InvitePortal.Accounts;

/// <summary>
/// Cuts the connections of circuits whose session has ended. The page is told to leave (<see cref="SessionAuthenticationState"/>) and gets a moment for
/// it; one that stays all the same, because its browser hangs or somebody keeps the connection on purpose, is not served any longer.
/// </summary>
internal sealed class EndedConnections(RequestDelegate next, SessionWatcher watcher)
{
    /// <summary>How long a page has to leave: with <see cref="SessionWatcher.Every"/> less than the ten seconds that are promised.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    public Task InvokeAsync(HttpContext context) =>
        context.Request.IsCircuit() && context.User.ToActor().SessionId is { } session ? ServeAsync(context, session) : next(context);

    private async Task ServeAsync(HttpContext context, Guid session)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = watcher.Start(session, state =>
        {
            if (state is null)
            {
                ended.TrySetResult();
            }
        });
        var serving = next(context);
        if (await Task.WhenAny(serving, ended.Task) != serving && await Task.WhenAny(serving, Task.Delay(Grace)) != serving)
        {
            context.Abort();
        }

        await serving;
    }
}
