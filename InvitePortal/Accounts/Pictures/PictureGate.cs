using InvitePortal.Common;

namespace InvitePortal.Accounts.Pictures;

/// <summary>How many pictures this node has in its hands at once: few are received, two are taken apart, so that neither memory nor processor give out.</summary>
public sealed class PictureGate : IDisposable
{
    private const int Received = 20;
    private const int Decoded = 2;
    private readonly SemaphoreSlim _receiving = new(Received);
    private readonly SemaphoreSlim _decoding = new(Decoded);

    /// <summary>Runs an upload, or says <c>busy</c> when too many are under way.</summary>
    public async Task<Result<Picture>> ReceiveAsync(Func<Task<Result<Picture>>> upload, CancellationToken ct)
    {
        if (!await _receiving.WaitAsync(TimeSpan.Zero, ct))
        {
            return AccountsErrors.Busy;
        }

        try
        {
            return await upload();
        }
        finally
        {
            _receiving.Release();
        }
    }

    /// <summary><see cref="Picture.Read"/> on a thread of the pool, when its turn has come.</summary>
    public async Task<Result<Picture>> ReadAsync(byte[] file, int maxPixels, CancellationToken ct)
    {
        await _decoding.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Picture.Read(file, maxPixels), ct);
        }
        finally
        {
            _decoding.Release();
        }
    }

    public void Dispose()
    {
        _receiving.Dispose();
        _decoding.Dispose();
    }
}
