using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InvitePortal.Data;

/// <summary>Runs once after the schema is up to date and before the portal answers: demo people, the set-up secret.</summary>
public interface IStartupTask
{
    Task RunAsync(CancellationToken ct);
}

/// <summary>Whether the database is reachable and up to date. Until then pages answer 503.</summary>
public sealed class DatabaseReadiness
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsReady => _ready.Task.IsCompletedSuccessfully;

    /// <summary>Waits until the portal may work.</summary>
    public Task WaitAsync(CancellationToken ct) => _ready.Task.WaitAsync(ct);

    public void Set() => _ready.TrySetResult();
}

/// <summary>
/// Brings the database up to date at start. Waits, with a line in the log each 10 s, for one that cannot be reached yet. EF Core takes a lock in
/// the database, so that of several nodes one migrates and the others wait.
/// </summary>
public sealed partial class DatabaseStartup(
    IDbContextFactory<AppDbContext> databases,
    IServiceProvider services,
    DatabaseReadiness readiness,
    DatabaseClock clock,
    IDataProtectionProvider protection,
    ILogger<DatabaseStartup> logger) : BackgroundService
{
    private const long MigrationLock = 0x496E76697465;
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstTry = TimeSpan.FromSeconds(3);

    /// <summary>Holds the start back for a moment: what starts next reads the key ring, whose table the first migration makes.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(readiness.WaitAsync(cancellationToken), ExecuteTask!, Task.Delay(FirstTry, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var wait = TimeSpan.FromMilliseconds(250);
        var lastLog = DateTime.MinValue;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PrepareAsync(stoppingToken);
                readiness.Set();
                await KeepClockAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (!readiness.IsReady && DbErrors.IsUnavailable(e))
            {
                if (DateTime.UtcNow - lastLog >= LogEvery)
                {
                    lastLog = DateTime.UtcNow;
                    LogWaiting(e.GetBaseException().Message);
                }

                await Task.Delay(wait, stoppingToken);
                wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds * 2, 5_000));
            }
        }
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            await MigrateAsync(db, ct);
            await clock.SynchronizeAsync(db, ct);
        }

        protection.WarmUp();
        foreach (var task in scope.ServiceProvider.GetServices<IStartupTask>())
        {
            await task.RunAsync(ct);
        }
    }

    /// <summary>Brings the schema up to date.</summary>
    internal static async Task MigrateAsync(AppDbContext db, CancellationToken ct)
    {
        if (db.Database.IsNpgsql())
        {
            await MigratePostgreSqlAsync(db, ct);
            return;
        }

        if (!db.Database.IsSqlite())
        {
            await db.Database.MigrateAsync(ct);
            return;
        }

        // EF Core's lock for SQLite is a table, which a killed process leaves behind (https://aka.ms/efcore-docs-sqlite-migration-locks).
        // A lock on a file ends with its process, so whoever holds it may clear the table.
        var file = new SqliteConnectionStringBuilder(db.Database.GetConnectionString()).DataSource;
        await using var held = await LockFileAsync(file + ".migrating", ct);
        try
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", ct);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 14)
        {
            throw new InvalidOperationException($"The SQLite file {file} cannot be opened. Check that its folder exists and may be written to.", e);
        }

        await db.Database.MigrateAsync(ct);
    }

    // EF Core locks a table there, which each migration lets go when it commits: between two of them another node would begin the same one.
    private static async Task MigratePostgreSqlAsync(AppDbContext db, CancellationToken ct)
    {
        var creator = db.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(ct))
        {
            await creator.CreateAsync(ct);
        }

        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", ct);
            await db.Database.MigrateAsync(ct);
        }
        finally
        {
            // A connection goes back to its pool with the locks that it holds.
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock_all()", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
    }

    private static async Task<FileStream> LockFileAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(200, ct);
            }
        }
    }

    private async Task KeepClockAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30));
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                await using var db = await databases.CreateDbContextAsync(ct);
                await clock.SynchronizeAsync(db, ct);
                protection.WarmUp();
            }
            catch (Exception e) when (DbErrors.IsUnavailable(e))
            {
                LogWaiting(e.GetBaseException().Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database cannot be reached, trying again: {Reason}")]
    private partial void LogWaiting(string reason);
}

/// <summary>Ready when the schema is up to date and the database answers; degraded when this machine's clock is off by more than 5 s.</summary>
public sealed class DatabaseHealth(IDbContextFactory<AppDbContext> databases, DatabaseReadiness readiness, DatabaseClock clock) : IHealthCheck
{
    private static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(5);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!readiness.IsReady)
        {
            return HealthCheckResult.Unhealthy("The database is not up to date yet.");
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (!await db.Database.CanConnectAsync(cancellationToken))
        {
            return HealthCheckResult.Unhealthy("The database cannot be reached.");
        }

        return clock.Offset.Duration() > MaxSkew
            ? HealthCheckResult.Degraded($"This machine's clock differs from the database's by {clock.Offset.TotalSeconds:F0} s.")
            : HealthCheckResult.Healthy();
    }
}
