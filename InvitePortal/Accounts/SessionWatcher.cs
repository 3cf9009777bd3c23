using System.Collections.Concurrent;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>
/// Looks every few seconds whether the sessions of this node's circuits are still open, in one query for all of them, and tells each circuit
/// what is stored now. Also keeps sessions alive that are used through their circuit only.
/// </summary>
public sealed partial class SessionWatcher(
    IDbContextFactory<AppDbContext> databases,
    DatabaseReadiness readiness,
    SessionLimits sessionLimits,
    TimeProvider clock,
    ILogger<SessionWatcher> logger) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private const int IdsPerQuery = 500;
    private readonly ConcurrentDictionary<Watch, Guid> _watches = new();

    /// <summary>Calls <paramref name="changed"/> after every look, with null once the session has ended. Dispose to stop.</summary>
    public Watch Start(Guid sessionId, Action<SessionState?> changed)
    {
        var watch = new Watch(this, changed);
        _watches[watch] = sessionId;
        return watch;
    }

    /// <summary>One look at all of them.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await CheckAsync(db, _watches.ToLookup(w => w.Value, w => w.Key), ct);
    }

    /// <summary>
    /// A look at one person's, right after something about them has changed here: all their open pages on this node show it at once, those on others
    /// with their next look. Never fails, because the change is made already.
    /// </summary>
    public async Task TellAsync(Guid userId)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
            var sessions = await db.Sessions.Where(s => s.UserId == userId).Select(s => s.Id).ToHashSetAsync(CancellationToken.None);
            await CheckAsync(db, _watches.Where(w => sessions.Contains(w.Value)).ToLookup(w => w.Value, w => w.Key), CancellationToken.None);
        }
        catch (Exception e)
        {
            LogFailed(e.GetBaseException().Message);
        }
    }

    private async Task CheckAsync(AppDbContext db, ILookup<Guid, Watch> watches, CancellationToken ct)
    {
        foreach (var chunk in watches.Select(w => w.Key).Chunk(IdsPerQuery))
        {
            var open = (await SessionQueries.OpenAsync(db, chunk, clock.GetUtcNow(), ct)).ToDictionary(s => s.SessionId);
            foreach (var sessionId in chunk)
            {
                await TellAsync(db, watches[sessionId], open.GetValueOrDefault(sessionId), ct);
            }
        }
    }

    private async Task TellAsync(AppDbContext db, IEnumerable<Watch> watches, SessionState? state, CancellationToken ct)
    {
        foreach (var watch in watches)
        {
            if (watch.TakeUsed() && state is not null)
            {
                await sessionLimits.SlideAsync(db, state, ct);
            }

            try
            {
                watch.Changed(state);
            }
            catch (Exception e)
            {
                // A circuit that is just going away must not keep the others from being told.
                LogUntold(e.GetBaseException().Message);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Commands ask the database themselves: nobody gains rights while this cannot look.
                LogFailed(e.GetBaseException().Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Open sessions could not be checked and will be again: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A circuit could not be told of its session: {Reason}")]
    private partial void LogUntold(string reason);

    /// <summary>One circuit's interest in its session.</summary>
    public sealed class Watch(SessionWatcher owner, Action<SessionState?> changed) : IDisposable
    {
        private int _used;

        internal Action<SessionState?> Changed { get; } = changed;

        /// <summary>Notes that somebody is at work on the circuit.</summary>
        public void MarkUsed() => Volatile.Write(ref _used, 1);

        public void Dispose() => owner._watches.TryRemove(this, out _);

        internal bool TakeUsed() => Interlocked.Exchange(ref _used, 0) == 1;
    }
}
