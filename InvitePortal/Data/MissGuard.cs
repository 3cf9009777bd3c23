using System.Collections.Concurrent;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Data;

/// <summary>
/// Holds back an address that guesses secrets. Misses are counted in the database for all nodes; an address over the limit is also remembered here,
/// so that neither hits nor further guesses cost a query.
/// </summary>
public sealed class MissGuard(RateLimits limits, IOptions<LimitOptions> options, TimeProvider clock)
{
    private const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _blockedUntil = new();

    /// <summary>Null when the address may look secrets up; otherwise how long it has to wait.</summary>
    public TimeSpan? Blocked(string address)
    {
        if (!_blockedUntil.TryGetValue(address, out var until))
        {
            return null;
        }

        var left = until - clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        _blockedUntil.TryRemove(address, out _);
        return null;
    }

    /// <summary>Counts a miss; from the one over the limit on, the address is blocked until the window ends.</summary>
    /// <returns>How long the address has to wait, or null.</returns>
    public async Task<TimeSpan?> MissAsync(string address, CancellationToken ct)
    {
        var window = options.Value.TokenMissWindow;
        var wait = await limits.TryTakeAsync($"miss:{address}", options.Value.TokenMissesPerAddress, window, ct);
        if (wait is { } left)
        {
            if (_blockedUntil.Count >= MaxEntries)
            {
                _blockedUntil.Clear();
            }

            _blockedUntil[address] = clock.GetUtcNow() + left;
        }

        return wait;
    }
}
