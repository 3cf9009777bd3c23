using System.Collections.Concurrent;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Codes;

/// <summary>
/// Stands against guessing codes, and knows a classroom: a network from which wrong codes come is held back, but not somebody there who has hardly
/// mistyped, nor anybody once a class joins from it. Counted in the database for all nodes; nothing is written while codes are right.
/// </summary>
public sealed partial class JoinGuard(
    RateLimits rates, CodeMetrics metrics, IOptions<LimitOptions> limits, TimeProvider clock, ILogger<JoinGuard> logger) : IDisposable
{
    private const string SiteKey = "join-miss-site";
    private const int MaxClasses = 10_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static readonly CompiledQuery<Func<AppDbContext, string[], DateTimeOffset, DateTimeOffset, IAsyncEnumerable<Counted>>> Counts = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, string[] keys, DateTimeOffset day, DateTimeOffset window) =>
            db.RateCounters.Where(c => keys.Contains(c.Key) && (c.Window == day || c.Window == window)).Select(c => new Counted(c.Key, c.Count))));

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _classes = new();
    private long _alarmedHour;

    /// <summary>One person's tries come one after the other: a hundred sent at once are counted before the next is looked at.</summary>
    /// <returns>Ends the turn when disposed.</returns>
    internal async Task<IDisposable> TakeTurnAsync(Guid person, CancellationToken ct)
    {
        var turn = _turns[(uint)person.GetHashCode() % _turns.Length];
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    /// <summary>Null when a code of this person may be looked at; otherwise the refusal.</summary>
    internal async Task<Error?> CheckAsync(AppDbContext db, Guid person, string address, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (day, window) = (RateLimits.Start(now, Day), RateLimits.Start(now, limits.Value.JoinMissWindow));
        var counts = new Dictionary<string, int>();
        await foreach (var counted in Counts.For(db)(db, [DayKey(person), OwnKey(person), MissKey(address), HitKey(address)], day, window).WithCancellation(ct))
        {
            counts[counted.Key] = counted.Count;
        }

        int Of(string key) => counts.GetValueOrDefault(key);
        if (Of(DayKey(person)) >= limits.Value.JoinMissesPerAccountPerDay)
        {
            return CodeErrors.TooManyGuesses(day + Day - now);
        }

        var isHeld = Of(MissKey(address)) >= limits.Value.JoinMissesPerAddress;
        var isClass = Of(HitKey(address)) >= limits.Value.JoinsOfAClass;
        return isHeld && !isClass && Of(OwnKey(person)) >= limits.Value.JoinMissesWhenHeld
            ? CodeErrors.TooManyGuesses(window + limits.Value.JoinMissWindow - now)
            : null;
    }

    /// <summary>Counts a wrong code. The same is written for every one, so that all answers take the same time.</summary>
    /// <returns>What the person is told.</returns>
    internal async Task<Error> MissAsync(Guid person, string address, CancellationToken ct)
    {
        metrics.Missed();
        var window = limits.Value.JoinMissWindow;
        var own = await rates.TryTakeAsync(DayKey(person), limits.Value.JoinMissesPerAccountPerDay, Day, ct);
        await rates.TryTakeAsync(OwnKey(person), int.MaxValue, window, ct);
        var held = await rates.TryTakeAsync(MissKey(address), limits.Value.JoinMissesPerAddress, window, ct);
        if (await rates.TryTakeAsync(SiteKey, limits.Value.JoinMissesPerHour, Hour, ct) is not null)
        {
            Alarm();
        }

        return (held ?? own) is { } wait ? CodeErrors.TooManyGuesses(wait) : CodeErrors.Unusable;
    }

    /// <summary>Notes that somebody has joined from a network. What makes a class of it is enough; more is not written.</summary>
    internal async Task HitAsync(string address, CancellationToken ct)
    {
        metrics.Joined();
        var window = RateLimits.Start(clock.GetUtcNow(), limits.Value.JoinMissWindow);
        if (_classes.TryGetValue(address, out var known) && known == window)
        {
            return;
        }

        if (await rates.TryTakeAsync(HitKey(address), limits.Value.JoinsOfAClass, limits.Value.JoinMissWindow, ct) is not null)
        {
            if (_classes.Count >= MaxClasses)
            {
                _classes.Clear();
            }

            _classes[address] = window;
        }
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }

    private void Alarm()
    {
        metrics.Alarmed();
        var hour = RateLimits.Start(clock.GetUtcNow(), Hour).UtcTicks;
        if (Interlocked.Exchange(ref _alarmedHour, hour) != hour)
        {
            LogAlarm(limits.Value.JoinMissesPerHour);
        }
    }

    private static string DayKey(Guid person) => $"join-miss-day:{person:N}";

    private static string OwnKey(Guid person) => $"join-miss-own:{person:N}";

    private static string MissKey(string address) => $"join-miss:{address}";

    private static string HitKey(string address) => $"join-hit:{address}";

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody may be guessing codes: more than {Limit} wrong ones within an hour on the whole portal")]
    private partial void LogAlarm(int limit);

    private sealed record Counted(string Key, int Count);

    private sealed class Turn(SemaphoreSlim semaphore) : IDisposable
    {
        public void Dispose() => semaphore.Release();
    }
}
