using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>Units of work: one fresh context, one transaction, all or nothing.</summary>
public static class Transactions
{
    private const int Tries = 4;

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction of its own and commits it, unless it returns a failure. Deadlocks, serialization failures,
    /// lost insert races and rows that go away while they are being referred to repeat the whole of it, up to three times; it must have no effect but on <c>db</c>.
    /// </summary>
    public static async Task<Result<T>> InTransactionAsync<T>(
        this IDbContextFactory<AppDbContext> databases,
        Func<AppDbContext, Task<Result<T>>> work,
        CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                var result = await work(db);
                if (result.Succeeded)
                {
                    await transaction.CommitAsync(ct);
                }

                return result;
            }
            catch (Exception e) when (attempt < Tries && (DbErrors.IsContention(e) || DbErrors.IsUniqueViolation(e) || DbErrors.IsForeignKeyViolation(e)))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 40) * attempt), ct);
            }
        }
    }

    /// <inheritdoc cref="InTransactionAsync{T}" />
    public static async Task<Result> InTransactionAsync(
        this IDbContextFactory<AppDbContext> databases,
        Func<AppDbContext, Task<Result>> work,
        CancellationToken ct)
    {
        var result = await databases.InTransactionAsync<bool>(
            async db => await work(db) is { Error: { } error } ? error : true,
            ct);
        return result.Succeeded ? Result.Ok : result.Error;
    }
}
