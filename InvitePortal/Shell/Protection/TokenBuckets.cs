using System.Collections.Concurrent;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Token buckets by key, of which at most <paramref name="capacity"/> are kept: a bucket that has filled up again says nothing and is dropped.
/// The framework's partitioned limiter keeps idle keys for seconds without any bound, which somebody with many addresses could use.
/// </summary>
/// <param name="time">Measures elapsed time only.</param>
/// <param name="capacity">Most keys kept at once.</param>
internal sealed class TokenBuckets(TimeProvider time, int capacity)
{
    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private int _count;
    private int _sweeping;

    /// <summary>How many keys are kept.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes one token of the key's bucket.</summary>
    /// <returns>Null when there was one; otherwise how long until there is.</returns>
    public TimeSpan? Take(string key, double perSecond, double burst)
    {
        var now = time.GetTimestamp();
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            bucket = new Bucket(perSecond, burst, now);
            if (_buckets.TryAdd(key, bucket))
            {
                if (Interlocked.Increment(ref _count) > capacity)
                {
                    Sweep(now);
                }
            }
            else if (!_buckets.TryGetValue(key, out bucket))
            {
                return null;
            }
        }

        lock (bucket)
        {
            bucket.Fill(time, now);
            if (bucket.Tokens >= 1)
            {
                bucket.Tokens--;
                return null;
            }

            return TimeSpan.FromSeconds((1 - bucket.Tokens) / perSecond);
        }
    }

    private void Sweep(long now)
    {
        if (Interlocked.Exchange(ref _sweeping, 1) == 1)
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            bool full;
            lock (bucket)
            {
                bucket.Fill(time, now);
                full = bucket.Tokens >= bucket.Burst;
            }

            if (full)
            {
                Remove(key);
            }
        }

        // More keys at work than fit: letting some start afresh harms less than running out of memory. The limits that matter live in the database.
        if (Count > capacity / 2)
        {
            foreach (var key in _buckets.Keys.Take(capacity / 2))
            {
                Remove(key);
            }
        }

        Volatile.Write(ref _sweeping, 0);
    }

    private void Remove(string key)
    {
        if (_buckets.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private sealed class Bucket(double perSecond, double burst, long now)
    {
        private long _filled = now;

        public double Tokens { get; set; } = burst;

        public double Burst { get; } = burst;

        public void Fill(TimeProvider time, long now)
        {
            if (now > _filled)
            {
                Tokens = Math.Min(Burst, Tokens + (time.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
                _filled = now;
            }
        }
    }
}
