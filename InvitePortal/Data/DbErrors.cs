using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace InvitePortal.Data;

/// <summary>The only place that knows the error codes of the database drivers.</summary>
public static class DbErrors
{
    /// <summary>A row with the same unique key exists.</summary>
    public static bool IsUniqueViolation(Exception e) => Driver(e) switch
    {
        PostgresException p => p.SqlState == PostgresErrorCodes.UniqueViolation,
        SqliteException s => s.SqliteExtendedErrorCode is 2067 or 1555,
        SqlException s => s.Number is 2601 or 2627,
        _ => false,
    };

    /// <summary>A row that this one refers to is gone, or still referred to.</summary>
    public static bool IsForeignKeyViolation(Exception e) => Driver(e) switch
    {
        PostgresException p => p.SqlState == PostgresErrorCodes.ForeignKeyViolation,
        SqliteException s => s.SqliteExtendedErrorCode is 787,
        SqlException s => s.Number is 547,
        _ => false,
    };

    /// <summary>Another transaction got in the way; the whole unit of work may be tried again.</summary>
    public static bool IsContention(Exception e) => Driver(e) switch
    {
        PostgresException p => p.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
        SqliteException s => s.SqliteErrorCode is 5 or 6,
        SqlException s => s.Number is 1205 or 3960,
        _ => e is DbUpdateConcurrencyException,
    };

    /// <summary>The database cannot be reached, is starting or stopping, is full, or did not answer in time.</summary>
    public static bool IsUnavailable(Exception e) => Driver(e) switch
    {
        PostgresException p => p.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || p.SqlState.StartsWith("53", StringComparison.Ordinal)
            || p.SqlState.StartsWith("08", StringComparison.Ordinal)
            || p.SqlState == PostgresErrorCodes.QueryCanceled,
        NpgsqlException => true,
        SqliteException s => s.SqliteErrorCode is 5 or 6 or 8 or 10 or 13 or 14,
        SqlException s => s.Number is -2 or -1 or 2 or 53 or 64 or 233 or 1105 or 4060 or 9002 or 10053 or 10054 or 10060 or 40613,
        _ => e is TimeoutException || (e is InvalidOperationException { InnerException: TimeoutException }),
    };

    private static Exception? Driver(Exception e)
    {
        for (Exception? inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException or NpgsqlException or SqliteException or SqlException)
            {
                return inner;
            }
        }

        return null;
    }
}
