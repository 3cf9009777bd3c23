using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>Hears of changes on this node, and asks every few seconds for those of others.</summary>
public sealed partial class CodeWatch
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _disposed = new();
    private IDisposable? _subscription;
    private Task _rounds = Task.CompletedTask;
    private Actor _actor = Actor.Anonymous("");
    private string? _version;
    private int _waiting;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>Read anew: somebody joined, or a code is not what it was.</summary>
    [Parameter] public EventCallback OnChanged { get; set; }

    /// <summary>Whether something is known to be under way, such as a message: then every round reads anew.</summary>
    [Parameter] public Func<bool>? UnderWay { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _actor = (await Authentication).User.ToActor();
        if (_actor.UserId is { } teacher && !_disposed.IsCancellationRequested)
        {
            _subscription = Changes.Subscribe(teacher, _ => TellSoon());
            _rounds = Rounds.RunAsync(Clock, AskEvery, () => InvokeAsync(AskAsync), DispatchExceptionAsync, _disposed.Token);
        }
    }

    private async Task AskAsync()
    {
        var before = _version;
        _version = await Queries.VersionAsync(_actor, _disposed.Token);
        if ((before is not null && before != _version) || UnderWay?.Invoke() is true)
        {
            await OnChanged.InvokeAsync();
        }
    }

    // A class that joins at once is one reading, not thirty-five.
    private void TellSoon()
    {
        if (Interlocked.Exchange(ref _waiting, 1) == 0)
        {
            _ = InvokeAsync(TellAsync);
        }
    }

    private async Task TellAsync()
    {
        try
        {
            await Task.Delay(Burst, _disposed.Token);
            Volatile.Write(ref _waiting, 0);
            await OnChanged.InvokeAsync();
        }
        catch (OperationCanceledException)
        {
            // The page is gone.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _subscription?.Dispose();
        await _disposed.CancelAsync();
        await _rounds;
        _disposed.Dispose();
    }
}
