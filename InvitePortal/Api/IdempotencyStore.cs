using System.Security.Cryptography;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Api;

/// <summary>The remembered answer.</summary>
internal sealed record IdempotentAnswer(int Status, string? Body, string? Location);

/// <summary>Remembers answers by key, on all nodes, for 24 hours.</summary>
internal sealed class IdempotencyStore(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private static readonly TimeSpan Remember = TimeSpan.FromHours(24);

    // A process that died at work must not hold its key for a day. No request takes longer than this.
    private static readonly TimeSpan GiveUp = TimeSpan.FromMinutes(5);

    /// <summary>Takes the key for this request (success without a value), or finds the answer of the request that had it.</summary>
    public async Task<Claim> ClaimAsync(byte[] id, byte[] requestHash, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var rememberedSince = now - Remember;
        var atWorkSince = now - GiveUp;
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.IdempotencyRecords
            .Where(r => r.Id == id && (r.CreatedAt < rememberedSince || (r.Status == null && r.CreatedAt < atWorkSince)))
            .ExecuteDeleteAsync(ct);
        if (await db.IdempotencyRecords.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, ct) is { } found)
        {
            return Answer(found, requestHash);
        }

        db.IdempotencyRecords.Add(new IdempotencyRecord { Id = id, RequestHash = requestHash, CreatedAt = now });
        try
        {
            await db.SaveChangesAsync(ct);
            return new Claim(null, null);
        }
        catch (DbUpdateException e) when (DbErrors.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            var winner = await db.IdempotencyRecords.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, ct);
            return winner is null ? new Claim(null, ApiErrors.IdempotencyAtWork) : Answer(winner, requestHash);
        }
    }

    /// <summary>Keeps the answer. Not to be cancelled: what it answers for is done.</summary>
    public async Task KeepAsync(byte[] id, IdempotentAnswer answer)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await db.IdempotencyRecords.Where(r => r.Id == id).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.Status, answer.Status).SetProperty(r => r.Body, answer.Body).SetProperty(r => r.Location, answer.Location),
            CancellationToken.None);
    }

    /// <summary>Frees the key of a request that changed nothing.</summary>
    public async Task ForgetAsync(byte[] id)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await db.IdempotencyRecords.Where(r => r.Id == id && r.Status == null).ExecuteDeleteAsync(CancellationToken.None);
    }

    private static Claim Answer(IdempotencyRecord record, byte[] requestHash)
    {
        if (!CryptographicOperations.FixedTimeEquals(record.RequestHash, requestHash))
        {
            return new Claim(null, ApiErrors.IdempotencyReused);
        }

        return record.Status is { } status
            ? new Claim(new IdempotentAnswer(status, record.Body, record.Location), null)
            : new Claim(null, ApiErrors.IdempotencyAtWork);
    }

    /// <summary>What became of a key: an earlier answer, a refusal, or neither when it is this request's.</summary>
    internal readonly record struct Claim(IdempotentAnswer? Value, Error? Error);
}
