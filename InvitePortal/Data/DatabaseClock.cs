using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>
/// The portal's clock: this machine's, moved by its difference from the database's. Expiry and leases thus follow one clock on all nodes,
/// however wrong a node's own is.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    private long _offsetTicks;

    /// <summary>How far the database's clock is ahead of this machine's.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;

    /// <summary>Measures the difference anew. Half the round trip is taken as the time of the answer; below 50 ms it is taken for noise.</summary>
    public async Task SynchronizeAsync(AppDbContext db, CancellationToken ct)
    {
        if (db.Database.IsSqlite())
        {
            return;
        }

        var sql = db.Database.IsNpgsql() ? "SELECT clock_timestamp() AS \"Value\"" : "SELECT SYSDATETIMEOFFSET() AS [Value]";
        var before = base.GetUtcNow();
        var theirs = (await db.Database.SqlQueryRaw<DateTimeOffset>(sql).ToListAsync(ct))[0];
        var ours = before + ((base.GetUtcNow() - before) / 2);
        var offset = theirs - ours;
        Interlocked.Exchange(ref _offsetTicks, offset.Duration() < TimeSpan.FromMilliseconds(50) ? 0 : offset.Ticks);
    }
}
