using InvitePortal.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Support;

/// <summary>The databases that service tests run on: <c>[Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]</c>.</summary>
public static class Databases
{
    /// <summary>Holds the connection string of a SQL Server on which databases may be made.</summary>
    public const string SqlServerVariable = "INVITEPORTAL_TEST_SQLSERVER";

    /// <summary>SQLite and PostgreSQL, and SQL Server where a connection string is given.</summary>
    public static TheoryData<DatabaseProvider> All { get; } = SqlServer is null
        ? new(DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql)
        : new(DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql, DatabaseProvider.SqlServer);

    internal static string? SqlServer => Environment.GetEnvironmentVariable(SqlServerVariable) is { Length: > 0 } value ? value : null;
}

/// <summary>A database of its own for one test or one class: migrated (copied from a template, which is fast) or empty. Gone when disposed.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<string>> SqliteTemplate = new(CreateSqliteTemplateAsync);

    private TestDatabase(DatabaseProvider provider, string connectionString)
    {
        Provider = provider;
        ConnectionString = connectionString;
    }

    public DatabaseProvider Provider { get; }

    public string ConnectionString { get; }

    /// <summary>Makes one, or skips the test with the reason when this machine lacks the server.</summary>
    public static async Task<TestDatabase> CreateAsync(DatabaseProvider provider, bool empty = false)
    {
        switch (provider)
        {
            case DatabaseProvider.Sqlite:
                var file = RunFolder.NewPath(".db");
                if (!empty)
                {
                    File.Copy(await SqliteTemplate.Value, file);
                }

                return new TestDatabase(provider, $"Data Source={file}");
            case DatabaseProvider.PostgreSql:
                Assert.SkipWhen(PostgresCluster.Missing is not null, PostgresCluster.Missing ?? "");
                return new TestDatabase(provider, await (await PostgresCluster.GetAsync()).CreateDatabaseAsync(empty));
            case DatabaseProvider.SqlServer:
                Assert.SkipWhen(Databases.SqlServer is null, $"{Databases.SqlServerVariable} holds no connection string.");
                var database = new TestDatabase(
                    provider,
                    new SqlConnectionStringBuilder(Databases.SqlServer) { InitialCatalog = "portal_" + Guid.NewGuid().ToString("N") }.ConnectionString);
                if (!empty)
                {
                    await using var db = database.Open();
                    await db.Database.MigrateAsync();
                }

                return database;
            default:
                throw new ArgumentOutOfRangeException(nameof(provider), provider, null);
        }
    }

    /// <summary>A context on it, made as the app makes it.</summary>
    public AppDbContext Open() => Provider switch
    {
        DatabaseProvider.Sqlite => new SqliteAppDbContext(
            new DbContextOptionsBuilder<SqliteAppDbContext>().UseSqlite(ConnectionString).AddInterceptors(new SqlitePragmas()).Options),
        DatabaseProvider.PostgreSql => new PostgreSqlAppDbContext(new DbContextOptionsBuilder<PostgreSqlAppDbContext>().UseNpgsql(ConnectionString).Options),
        DatabaseProvider.SqlServer => new SqlServerAppDbContext(new DbContextOptionsBuilder<SqlServerAppDbContext>().UseSqlServer(ConnectionString).Options),
        _ => throw new InvalidOperationException($"Unknown provider {Provider}."),
    };

    public async ValueTask DisposeAsync()
    {
        switch (Provider)
        {
            case DatabaseProvider.Sqlite:
                await using (var connection = new SqliteConnection(ConnectionString))
                {
                    SqliteConnection.ClearPool(connection);
                    foreach (var file in new[] { "", "-wal", "-shm", ".migrating" })
                    {
                        File.Delete(connection.DataSource + file);
                    }
                }

                break;
            case DatabaseProvider.PostgreSql:
                await (await PostgresCluster.GetAsync()).DropDatabaseAsync(ConnectionString);
                break;
            case DatabaseProvider.SqlServer:
                await using (var db = Open())
                {
                    SqlConnection.ClearAllPools();
                    await db.Database.EnsureDeletedAsync();
                }

                break;
            default:
                throw new InvalidOperationException($"Unknown provider {Provider}.");
        }
    }

    private static async Task<string> CreateSqliteTemplateAsync()
    {
        var file = RunFolder.NewPath(".template.db");
        await using var db = new SqliteAppDbContext(
            new DbContextOptionsBuilder<SqliteAppDbContext>().UseSqlite($"Data Source={file};Pooling=false").Options);
        await db.Database.MigrateAsync();
        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE)");
        return file;
    }
}
