using System.Collections.Concurrent;

namespace InvitePortal.Data;

/// <summary>How many rows match.</summary>
/// <param name="Count">The number.</param>
/// <param name="IsCapped">Whether counting stopped there: there are more.</param>
public readonly record struct ListTotal(long Count, bool IsCapped = false);

/// <summary>
/// Totals beside lists. Small ones are counted every time and exact; above <see cref="ExactUpTo"/> a count is reused for
/// <see cref="MaxAge"/>, because counting 100,000 rows for every page of 25 costs more than reading the page.
/// </summary>
public sealed class ListTotals(TimeProvider clock)
{
    /// <summary>Totals up to here are always exact.</summary>
    public const long ExactUpTo = 1_000;

    /// <summary>How old a larger total may be.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private const int MaxEntries = 1_000;

    private readonly ConcurrentDictionary<string, (object Value, long At)> _known = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<object>>> _underWay = new();

    /// <summary>The total for <paramref name="key"/>, which names the list and everything that narrows it.</summary>
    public Task<long> GetAsync(string key, Func<Task<long>> count) => GetAsync(key, count, total => total > ExactUpTo);

    /// <summary>What <paramref name="read"/> gives for <paramref name="key"/>; reused where <paramref name="isLarge"/>. Callers at the same time share one reading.</summary>
    /// <remarks>The reading goes on for the others when one caller gives up, so it takes no cancellation.</remarks>
    public async Task<T> GetAsync<T>(string key, Func<Task<T>> read, Func<T, bool> isLarge)
        where T : notnull
    {
        if (_known.TryGetValue(key, out var known) && clock.GetElapsedTime(known.At) < MaxAge)
        {
            return (T)known.Value;
        }

        var reading = _underWay.GetOrAdd(key, _ => new Lazy<Task<object>>(async () => await read()));
        try
        {
            var value = (T)await reading.Value;
            // Forgotten meanwhile: it may be older than the change.
            if (_underWay.TryRemove(KeyValuePair.Create(key, reading)))
            {
                Keep(key, value, isLarge(value));
            }

            return value;
        }
        catch
        {
            _underWay.TryRemove(KeyValuePair.Create(key, reading));
            throw;
        }
    }

    /// <summary>Forgets what begins with <paramref name="prefix"/>: after a change on this node, its people see the new total at once.</summary>
    public void Forget(string prefix)
    {
        foreach (var key in _known.Keys.Concat(_underWay.Keys).Where(k => k.StartsWith(prefix, StringComparison.Ordinal)))
        {
            _known.TryRemove(key, out _);
            _underWay.TryRemove(key, out _);
        }
    }

    private void Keep(string key, object value, bool isLarge)
    {
        if (!isLarge)
        {
            _known.TryRemove(key, out _);
            return;
        }

        if (_known.Count >= MaxEntries)
        {
            _known.Clear();
        }

        _known[key] = (value, clock.GetTimestamp());
    }
}
