using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Data;

/// <summary>How often something happened within one fixed window of time. Shared by all nodes.</summary>
public sealed class RateCounter
{
    /// <summary>What is counted, such as <c>code-send:hour:&lt;target&gt;</c>.</summary>
    public required string Key { get; init; }
    /// <summary>When the window began: a multiple of its length since the Unix epoch.</summary>
    public required DateTimeOffset Window { get; init; }
    public DateTimeOffset EndsAt { get; init; }
    public int Count { get; set; }
}

public sealed class RateCounterConfiguration : IEntityTypeConfiguration<RateCounter>
{
    public void Configure(EntityTypeBuilder<RateCounter> builder)
    {
        builder.ToTable("RateCounters");
        builder.HasKey(c => new { c.Key, c.Window });
        builder.Property(c => c.Key).HasMaxLength(120);
        builder.HasIndex(c => c.EndsAt);
    }
}

/// <summary>Limits whose counters live in the database, so that circuits, endpoints and all nodes share them.</summary>
public sealed class RateLimits(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Takes <paramref name="amount"/> from the window's budget, unless that would exceed <paramref name="limit"/>. Commits at once, outside any transaction of the caller.</summary>
    /// <remarks>What may be given back in a later window names its time <paramref name="at"/> here and there: the window of then may be somebody else's.</remarks>
    /// <returns>Null when taken; otherwise how long until the window ends.</returns>
    public async Task<TimeSpan?> TryTakeAsync(string key, int limit, TimeSpan window, CancellationToken ct, int amount = 1, DateTimeOffset? at = null)
    {
        var now = at ?? clock.GetUtcNow();
        var start = Start(now, window);
        await using var db = await databases.CreateDbContextAsync(ct);
        // A row is inserted by whoever is first; whoever loses that race finds it on the second round.
        for (var round = 0; round < 2; round++)
        {
            var taken = await db.RateCounters
                .Where(c => c.Key == key && c.Window == start && c.Count <= limit - amount)
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count + amount), ct);
            if (taken == 1)
            {
                return null;
            }

            if (amount > limit || round == 1)
            {
                break;
            }

            db.RateCounters.Add(new RateCounter { Key = key, Window = start, EndsAt = start + window, Count = amount });
            try
            {
                await db.SaveChangesAsync(ct);
                return null;
            }
            catch (DbUpdateException e) when (DbErrors.IsUniqueViolation(e))
            {
                db.ChangeTracker.Clear();
            }
        }

        return start + window - now;
    }

    /// <summary>Gives back what <see cref="TryTakeAsync"/> took for something that then did not happen.</summary>
    public async Task GiveBackAsync(string key, TimeSpan window, int amount, CancellationToken ct, DateTimeOffset? at = null)
    {
        var start = Start(at ?? clock.GetUtcNow(), window);
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.RateCounters
            .Where(c => c.Key == key && c.Window == start && c.Count >= amount)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count - amount), ct);
    }

    /// <summary>How much of the current window's budget is used.</summary>
    public async Task<int> CountAsync(string key, TimeSpan window, CancellationToken ct)
    {
        var start = Start(clock.GetUtcNow(), window);
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.RateCounters.Where(c => c.Key == key && c.Window == start).Select(c => c.Count).FirstOrDefaultAsync(ct);
    }

    /// <summary>When the window that <paramref name="now"/> lies in began.</summary>
    public static DateTimeOffset Start(DateTimeOffset now, TimeSpan window) => new(now.UtcTicks - (now.UtcTicks % window.Ticks), TimeSpan.Zero);
}
