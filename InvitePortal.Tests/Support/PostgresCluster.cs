using System.Diagnostics;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace InvitePortal.Tests.Support;

/// <summary>
/// One private PostgreSQL for a run of the tests: own folder, a Unix socket instead of a port, no fsync. Its guardian process waits on a pipe
/// from this one; when this process ends, however that happens, the pipe closes and the guardian stops the server and removes the folder.
/// </summary>
internal sealed class PostgresCluster
{
    private const string Template = "portal_template";

    private static readonly Lazy<Task<PostgresCluster>> Started = new(StartAsync);

    private readonly string _folder;
    // Held on to: once collected, a process object closes its end of the pipe.
    private readonly Process _guardian;
    private int _databases;

    private PostgresCluster(string folder, Process guardian)
    {
        _folder = folder;
        _guardian = guardian;
    }

    /// <summary>Why this machine cannot run it; null when it can.</summary>
    public static string? Missing { get; } = FindBinaries() is null
        ? "PostgreSQL is not installed (apt-get install postgresql)."
        : null;

    public static Task<PostgresCluster> GetAsync() => Started.Value;

    /// <summary>A new database; migrated unless it is to be <paramref name="empty"/>.</summary>
    public async Task<string> CreateDatabaseAsync(bool empty)
    {
        var name = $"portal_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {(empty ? "template0" : Template)}");
        return ConnectionString(name);
    }

    public async Task DropDatabaseAsync(string connectionString)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await ExecuteAsync($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    private static async Task<PostgresCluster> StartAsync()
    {
        var binaries = FindBinaries() ?? throw new InvalidOperationException(Missing);
        var asRoot = Environment.UserName == "root";
        // Directly under /tmp: the path of a Unix socket may have 107 characters.
        var folder = Directory.CreateTempSubdirectory("portal-pg-").FullName;
        if (asRoot)
        {
            await RunAsync("chown", ["postgres", folder]);
        }

        var script = $"""
            set -e
            cd '{folder}'
            '{binaries}/initdb' -D '{folder}/data' -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >'{folder}/initdb.log' 2>&1
            '{binaries}/postgres' -D '{folder}/data' -k '{folder}' -c listen_addresses= -c fsync=off -c synchronous_commit=off \
                -c full_page_writes=off -c max_connections=600 -c shared_buffers=128MB -c max_wal_size=1GB -c timezone=UTC </dev/null >'{folder}/server.log' 2>&1 &
            server=$!
            read -r _ || true
            kill -QUIT $server 2>/dev/null || true
            wait $server 2>/dev/null || true
            rm -rf '{folder}'
            """;
        var start = asRoot ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", "bash", "-c", script]) : new ProcessStartInfo("bash", ["-c", script]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var cluster = new PostgresCluster(folder, Process.Start(start)!);
        await cluster.WaitAsync();
        await cluster.ExecuteAsync($"CREATE DATABASE {Template} TEMPLATE template0");
        var options = new DbContextOptionsBuilder<PostgreSqlAppDbContext>().UseNpgsql(cluster.ConnectionString(Template) + ";Pooling=false").Options;
        await using var db = new PostgreSqlAppDbContext(options);
        await db.Database.MigrateAsync();
        return cluster;
    }

    private async Task WaitAsync()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (watch.Elapsed < TimeSpan.FromSeconds(60) && !_guardian.HasExited)
            {
                await Task.Delay(100);
            }
            catch (NpgsqlException e)
            {
                var logs = Directory.Exists(_folder) ? string.Concat(Directory.EnumerateFiles(_folder, "*.log").Select(File.ReadAllText)) : "";
                throw new InvalidOperationException($"PostgreSQL did not start: {logs}", e);
            }
        }
    }

    private string ConnectionString(string database) => $"Host={_folder};Database={database};Username=postgres;Include Error Detail=true";

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string? FindBinaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).LastOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
        : null;

    private static async Task RunAsync(string file, string[] arguments)
    {
        using var process = Process.Start(file, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
