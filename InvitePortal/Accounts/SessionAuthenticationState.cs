using System.Security.Claims;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace InvitePortal.Accounts;

/// <summary>
/// Who is at the circuit. Follows the stored session: a changed name or role shows within seconds, an ended session turns the circuit anonymous,
/// and the router then leads to the sign-in page.
/// </summary>
public sealed class SessionAuthenticationState : ServerAuthenticationStateProvider, IDisposable
{
    private readonly SessionWatcher _watcher;
    private readonly Lock _lock = new();
    private SessionWatcher.Watch? _watch;
    private ClaimsPrincipal? _principal;
    private bool _disposed;

    public SessionAuthenticationState(SessionWatcher watcher)
    {
        _watcher = watcher;
        AuthenticationStateChanged += OnStateChanged;
    }

    /// <summary>Notes that the person does something: their session does not end for being idle.</summary>
    public void MarkUsed() => _watch?.MarkUsed();

    public void Dispose()
    {
        AuthenticationStateChanged -= OnStateChanged;
        lock (_lock)
        {
            _disposed = true;
            _watch?.Dispose();
        }
    }

    private async void OnStateChanged(Task<AuthenticationState> task)
    {
        try
        {
            var principal = (await task).User;
            lock (_lock)
            {
                var session = principal.ToActor().SessionId;
                if (_disposed || session == _principal?.ToActor().SessionId)
                {
                    _principal = principal;
                    return;
                }

                _principal = principal;
                _watch?.Dispose();
                _watch = session is { } id ? _watcher.Start(id, OnLooked) : null;
            }
        }
        catch (Exception)
        {
            // A state that could not be made grants nothing, and whoever awaits it sees the failure.
        }
    }

    private void OnLooked(SessionState? session)
    {
        var current = _principal;
        if (current is null || _disposed)
        {
            return;
        }

        var address = current.ToActor().Address;
        var next = session?.ToPrincipal(address, AccountsSchemes.Cookie) ?? AnonymousAddress.Principal(address);
        if (!next.Claims.Select(Text).SequenceEqual(current.Claims.Select(Text)))
        {
            SetAuthenticationState(Task.FromResult(new AuthenticationState(next)));
        }
    }

    private static string Text(Claim claim) => $"{claim.Type}={claim.Value}";
}

/// <summary>Tells the session that its circuit is in use.</summary>
public sealed class SessionActivity(AuthenticationStateProvider provider) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) =>
        context =>
        {
            (provider as SessionAuthenticationState)?.MarkUsed();
            return next(context);
        };
}
