using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// Lets only a few password hashes run at once, so that other pages stay fast however many people sign in; a short queue, then <c>busy</c>.
/// </summary>
public sealed class HashGate(IOptions<LimitOptions> limits) : IDisposable
{
    private readonly SemaphoreSlim _running = new(limits.Value.ConcurrentHashes);
    private int _inside;

    /// <summary>Runs <paramref name="work"/> on a thread of the pool when its turn has come.</summary>
    public async Task<Result<T>> RunAsync<T>(Func<T> work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _inside) > limits.Value.ConcurrentHashes + limits.Value.QueuedHashes)
        {
            Interlocked.Decrement(ref _inside);
            return AccountsErrors.Busy;
        }

        try
        {
            await _running.WaitAsync(ct);
            try
            {
                return await Task.Run(work, ct);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Dispose() => _running.Dispose();
}
