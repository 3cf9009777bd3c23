using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace InvitePortal.Data;

/// <summary>The supported databases.</summary>
public enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
    SqlServer,
}

/// <summary>Which database holds the portal, section <c>Database</c>; its connection string is <c>ConnectionStrings:Portal</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>How long one database command may take before it fails.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

internal sealed class DatabaseOptionsValidation(IConfiguration configuration) : IValidateOptions<DatabaseOptions>
{
    public ValidateOptionsResult Validate(string? name, DatabaseOptions options)
    {
        var mistakes = new List<string>();
        if (options.CommandTimeout < TimeSpan.FromSeconds(1))
        {
            mistakes.Add("Database:CommandTimeout must be at least 00:00:01.");
        }

        var text = configuration.GetConnectionString("Portal");
        if (string.IsNullOrWhiteSpace(text))
        {
            if (options.Provider is not DatabaseProvider.Sqlite)
            {
                mistakes.Add($"ConnectionStrings:Portal is missing: Database:Provider is {options.Provider}, which needs one.");
            }
        }
        else if (!IsReadable(options.Provider, text))
        {
            // The text itself is not repeated: it may hold a password.
            mistakes.Add($"ConnectionStrings:Portal is not a connection string for {options.Provider}.");
        }
        else if (options.Provider is DatabaseProvider.Sqlite && MissingFolder(text) is { } folder)
        {
            mistakes.Add($"ConnectionStrings:Portal names a file in {folder}, and there is no such folder.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    /// <summary>The folder of an SQLite file, if it is not there; SQLite makes the file, but no folder.</summary>
    private static string? MissingFolder(string text)
    {
        var sqlite = new SqliteConnectionStringBuilder(text);
        if (sqlite.Mode is SqliteOpenMode.Memory || sqlite.DataSource is ":memory:" || sqlite.DataSource.StartsWith("file:", StringComparison.Ordinal) || sqlite.DataSource.StartsWith('|'))
        {
            return null;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(sqlite.DataSource));
        return folder is null || Directory.Exists(folder) ? null : folder;
    }

    private static bool IsReadable(DatabaseProvider provider, string text)
    {
        try
        {
            return provider switch
            {
                DatabaseProvider.Sqlite => new SqliteConnectionStringBuilder(text).DataSource.Length > 0,
                DatabaseProvider.PostgreSql => new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 },
                DatabaseProvider.SqlServer => new SqlConnectionStringBuilder(text).DataSource.Length > 0,
                _ => false,
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }
}
