namespace InvitePortal.Messaging;

/// <summary>Claimed messages that wait for a lane, the most urgent first.</summary>
internal sealed class ReadyQueue : IDisposable
{
    private readonly PriorityQueue<Claimed, (Priority, DateTimeOffset)> _queue = new();
    private readonly SemaphoreSlim _ready = new(0);

    public void Add(Claimed claimed)
    {
        lock (_queue)
        {
            _queue.Enqueue(claimed, (claimed.Message.Priority, claimed.Message.DueAt));
        }

        _ready.Release();
    }

    /// <summary>The next one; null once <paramref name="closing"/> is cancelled.</summary>
    public async Task<Claimed?> TakeAsync(CancellationToken closing)
    {
        try
        {
            await _ready.WaitAsync(closing);
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        lock (_queue)
        {
            return _queue.Dequeue();
        }
    }

    /// <summary>Takes out everything that no lane has begun.</summary>
    public IReadOnlyList<Claimed> TakeAll()
    {
        var all = new List<Claimed>();
        while (_ready.Wait(0))
        {
            lock (_queue)
            {
                all.Add(_queue.Dequeue());
            }
        }

        return all;
    }

    public void Dispose() => _ready.Dispose();
}
