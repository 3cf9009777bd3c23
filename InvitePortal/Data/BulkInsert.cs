using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Npgsql;
using DataColumn = System.Data.DataColumn;
using DataTable = System.Data.DataTable;

namespace InvitePortal.Data;

/// <summary>Adds very many rows by the fastest way that each database has, past EF Core's change tracking. Columns and conversions are those of the model.</summary>
public static class BulkInsert
{
    private const int RowsAtOnce = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Adds <paramref name="rows"/>, reading them one by one. PostgreSQL adds all or none; the others commit every 20,000 rows. Nothing is done to the
    /// rows before: what <see cref="AppDbContext"/> fills in when it saves, the caller fills in.
    /// </summary>
    /// <param name="db">A context of the database.</param>
    /// <param name="rows">Entities of one table.</param>
    /// <param name="written">Hears from time to time how many rows were written.</param>
    /// <param name="ct">Stops it.</param>
    /// <returns>How many rows were added.</returns>
    public static async Task<long> BulkInsertAsync<T>(this AppDbContext db, IEnumerable<T> rows, IProgress<long>? written, CancellationToken ct)
        where T : class
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            return db.Database.GetDbConnection() switch
            {
                NpgsqlConnection connection => await CopyAsync(connection, db.Table<T>(), rows, written, ct),
                SqliteConnection connection => await InsertAsync(connection, db.Table<T>(), rows, written, ct),
                SqlConnection connection => await BulkCopyAsync(connection, db.Table<T>(), rows, written, ct),
                var other => throw new NotSupportedException($"No bulk insert for {other.GetType().Name}."),
            };
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Says to the database what its tables now hold, so that it plans for that. PostgreSQL also notes which pages an index may answer for alone.</summary>
    public static async Task AnalyzeAsync(this AppDbContext db, CancellationToken ct)
    {
        db.Database.SetCommandTimeout(Patience);
        await db.Database.ExecuteSqlRawAsync(db.Database.IsNpgsql() ? "VACUUM (ANALYZE)" : db.Database.IsSqlServer() ? "EXEC sp_updatestats" : "ANALYZE", ct);
    }

    internal static BulkTable Table<T>(this AppDbContext db)
        where T : class
    {
        var table = db.Model.FindEntityType(typeof(T))?.GetTableMappings().Single() ?? throw new ArgumentException($"{typeof(T).Name} has no table.");
        return new BulkTable(table.Table.Name, [.. table.ColumnMappings.Where(m => m.Property.GetComputedColumnSql() is null).Select(m => new BulkColumn(m))]);
    }

    private static async Task<long> CopyAsync<T>(NpgsqlConnection connection, BulkTable table, IEnumerable<T> rows, IProgress<long>? written, CancellationToken ct)
        where T : class
    {
        await using var writer = await connection.BeginBinaryImportAsync($"COPY {table.Quoted} ({table.QuotedColumns}) FROM STDIN (FORMAT BINARY)", ct);
        writer.Timeout = Patience;
        var count = 0L;
        foreach (var row in rows)
        {
            await writer.StartRowAsync(ct);
            foreach (var column in table.Columns)
            {
                if (column.Of(row) is { } value)
                {
                    await writer.WriteAsync(value, ct);
                }
                else
                {
                    await writer.WriteNullAsync(ct);
                }
            }

            Tell(written, ++count);
        }

        await writer.CompleteAsync(ct);
        return count;
    }

    private static async Task<long> InsertAsync<T>(SqliteConnection connection, BulkTable table, IEnumerable<T> rows, IProgress<long>? written, CancellationToken ct)
        where T : class
    {
        var count = 0L;
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync(ct);
            await using var insert = connection.CreateCommand();
            insert.Transaction = transaction;
            insert.CommandText = $"INSERT INTO {table.Quoted} ({table.QuotedColumns}) VALUES ({string.Join(", ", table.Columns.Select((_, i) => $"$p{i}"))})";
            var parameters = table.Columns.Select((_, i) => insert.Parameters.Add(new SqliteParameter { ParameterName = $"$p{i}" })).ToList();
            await insert.PrepareAsync(ct);
            foreach (var row in chunk)
            {
                for (var i = 0; i < parameters.Count; i++)
                {
                    parameters[i].Value = table.Columns[i].Of(row) ?? DBNull.Value;
                }

                insert.ExecuteNonQuery();
            }

            await transaction.CommitAsync(ct);
            Tell(written, count += chunk.Length, always: true);
        }

        return count;
    }

    private static async Task<long> BulkCopyAsync<T>(SqlConnection connection, BulkTable table, IEnumerable<T> rows, IProgress<long>? written, CancellationToken ct)
        where T : class
    {
        // Constraints are checked: SQL Server would not trust them afterwards, and plan worse.
        using var copy = new SqlBulkCopy(connection, SqlBulkCopyOptions.CheckConstraints | SqlBulkCopyOptions.UseInternalTransaction, null)
        {
            DestinationTableName = table.Quoted,
            BulkCopyTimeout = (int)Patience.TotalSeconds,
        };
        using var data = table.ToDataTable();
        foreach (DataColumn column in data.Columns)
        {
            copy.ColumnMappings.Add(column.ColumnName, column.ColumnName);
        }

        var count = 0L;
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            foreach (var row in chunk)
            {
                data.Rows.Add([.. table.Columns.Select(c => c.Of(row))]);
            }

            await copy.WriteToServerAsync(data, ct);
            data.Clear();
            Tell(written, count += chunk.Length, always: true);
        }

        return count;
    }

    private static void Tell(IProgress<long>? written, long count, bool always = false)
    {
        if (always || count % RowsAtOnce == 0)
        {
            written?.Report(count);
        }
    }
}

/// <summary>A table, with the columns that rows bring along: those that the database computes are not among them.</summary>
internal sealed record BulkTable(string Name, IReadOnlyList<BulkColumn> Columns)
{
    public string Quoted => Quote(Name);

    public string QuotedColumns => string.Join(", ", Columns.Select(c => Quote(c.Name)));

    public DataTable ToDataTable()
    {
        var data = new DataTable(Name) { Locale = System.Globalization.CultureInfo.InvariantCulture };
        foreach (var column in Columns)
        {
            data.Columns.Add(column.Name, column.Type);
        }

        return data;
    }

    // Names of the model, not of callers; all three databases take these quotes.
    private static string Quote(string name) => $"\"{name}\"";
}

/// <summary>One column: its name, and what is stored in it of a row.</summary>
internal sealed class BulkColumn(IColumnMapping mapping)
{
    private readonly IClrPropertyGetter _getter = ((IPropertyBase)mapping.Property).GetGetter();
    private readonly ValueConverter? _converter = mapping.TypeMapping.Converter;

    public string Name { get; } = mapping.Column.Name;

    /// <summary>The type of what is stored.</summary>
    public Type Type { get; } = Nullable.GetUnderlyingType(mapping.Column.ProviderClrType) ?? mapping.Column.ProviderClrType;

    public object? Of(object row)
    {
        var value = _getter.GetClrValue(row);
        return _converter is null ? value : _converter.ConvertToProvider(value);
    }
}
