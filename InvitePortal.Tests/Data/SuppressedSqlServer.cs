using System.Collections;
using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using InvitePortal.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace InvitePortal.Tests.Data;

/// <summary>What the server that is not there answers.</summary>
/// <param name="Rows">Whether each result set has one row or none.</param>
/// <param name="Affected">How many rows each update or delete touches.</param>
/// <param name="Number">Every number and enumeration in a row.</param>
/// <param name="Flag">Every truth value in a row.</param>
/// <param name="Nulls">Whether every column that may be null is.</param>
public sealed record SuppressedAnswers(bool Rows, int Affected, int Number = 1, bool Flag = true, bool Nulls = false)
{
    public static readonly Guid Id = new("0198a0de-0000-7000-8000-000000000001");
    public static readonly string Secret = new('A', Secrets.TextLength);
    public const string Text = "person@example.org";
    public static readonly DateTimeOffset Time = new(2030, 5, 6, 10, 0, 0, TimeSpan.Zero);
}

/// <summary>
/// Lets EF Core's SQL Server provider translate everything and keeps all of it from the network: connections are not opened, transactions are
/// hollow, commands are recorded and answered from <see cref="SuppressedAnswers"/>.
/// </summary>
public sealed class SuppressedSqlServer : IDbConnectionInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    private readonly ConcurrentQueue<string> _statements = new();

    public SuppressedAnswers Answers { get; set; } = new(Rows: false, Affected: 1);

    /// <summary>The text of every command so far.</summary>
    public IReadOnlyCollection<string> Statements => _statements;

    public InterceptionResult ConnectionOpening(DbConnection connection, ConnectionEventData eventData, InterceptionResult result) => InterceptionResult.Suppress();

    public ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection, ConnectionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default) =>
        new(InterceptionResult.Suppress());

    public InterceptionResult<DbTransaction> TransactionStarting(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result) =>
        InterceptionResult<DbTransaction>.SuppressWithResult(new HollowTransaction(connection, eventData.IsolationLevel));

    public ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) =>
        new(TransactionStarting(connection, eventData, result));

    public InterceptionResult<DbCommand> CommandCreating(CommandCorrelatedEventData eventData, InterceptionResult<DbCommand> result) =>
        InterceptionResult<DbCommand>.SuppressWithResult(new RecordingCommand(this));

    private sealed class HollowTransaction(DbConnection connection, IsolationLevel isolationLevel) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => isolationLevel;

        public override bool SupportsSavepoints => true;

        protected override DbConnection DbConnection => connection;

        public override void Commit()
        {
        }

        public override void Rollback()
        {
        }

        public override void Save(string savepointName)
        {
        }

        public override void Rollback(string savepointName)
        {
        }

        public override void Release(string savepointName)
        {
        }
    }

    private sealed class RecordingCommand(SuppressedSqlServer server) : DbCommand
    {
        // The real command serves only as the maker of real parameters, which the provider's type mappings insist on.
        private readonly SqlCommand _parameters = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";

        public override int CommandTimeout { get; set; }

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection { get; set; }

        protected override DbParameterCollection DbParameterCollection => _parameters.Parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
        }

        public override void Prepare()
        {
        }

        public override int ExecuteNonQuery()
        {
            server._statements.Enqueue(CommandText);
            return server.Answers.Affected;
        }

        public override object? ExecuteScalar()
        {
            server._statements.Enqueue(CommandText);
            return server.Answers.Rows ? server.Answers.Number : null;
        }

        protected override DbParameter CreateDbParameter() => _parameters.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            server._statements.Enqueue(CommandText);
            // What SaveChanges sends always gets its rows: a lost update would only end the command early.
            var isSave = CommandText.StartsWith("SET ", StringComparison.Ordinal);
            // A count, or whether there is any, is one row even of nothing.
            var isScalar = CommandText.StartsWith("SELECT CASE", StringComparison.Ordinal) || CommandText.StartsWith("SELECT COUNT", StringComparison.Ordinal);
            var answers = isScalar && !server.Answers.Rows ? server.Answers with { Number = 0, Flag = false } : server.Answers;
            return new PlausibleReader(answers, isSave || isScalar || server.Answers.Rows);
        }

        protected override void Dispose(bool disposing)
        {
            _parameters.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class PlausibleReader(SuppressedAnswers answers, bool rows) : DbDataReader
    {
        private bool _read;
        private bool _closed;

        public override int Depth => 0;
        public override int FieldCount => 1;
        public override bool HasRows => rows;
        public override bool IsClosed => _closed;
        public override int RecordsAffected => answers.Affected;
        public override object this[int ordinal] => GetValue(ordinal);
        public override object this[string name] => GetValue(0);

        public override bool Read() => rows && !_read && (_read = true);

        public override bool NextResult()
        {
            _read = false;
            return rows;
        }

        public override void Close() => _closed = true;

        public override T GetFieldValue<T>(int ordinal) => (T)Value(typeof(T));

        public override bool IsDBNull(int ordinal) => answers.Nulls;
        public override bool GetBoolean(int ordinal) => answers.Flag;
        public override byte GetByte(int ordinal) => (byte)answers.Number;
        public override char GetChar(int ordinal) => 'x';
        public override DateTime GetDateTime(int ordinal) => SuppressedAnswers.Time.UtcDateTime;
        public override decimal GetDecimal(int ordinal) => answers.Number;
        public override double GetDouble(int ordinal) => answers.Number;
        public override float GetFloat(int ordinal) => answers.Number;
        public override Guid GetGuid(int ordinal) => SuppressedAnswers.Id;
        public override short GetInt16(int ordinal) => (short)answers.Number;
        public override int GetInt32(int ordinal) => answers.Number;
        public override long GetInt64(int ordinal) => answers.Number;
        public override string GetString(int ordinal) => SuppressedAnswers.Text;
        public override object GetValue(int ordinal) => answers.Number;
        public override string GetName(int ordinal) => "Value";
        public override int GetOrdinal(string name) => 0;
        public override string GetDataTypeName(int ordinal) => "int";
        public override Type GetFieldType(int ordinal) => typeof(int);
        public override int GetValues(object[] values) => 0;
        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => 0;
        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => 0;
        public override IEnumerator GetEnumerator() => throw new NotSupportedException();

        private object Value(Type type)
        {
            if (type == typeof(string))
            {
                return SuppressedAnswers.Text;
            }

            if (type == typeof(Guid))
            {
                return SuppressedAnswers.Id;
            }

            if (type == typeof(DateTimeOffset))
            {
                return SuppressedAnswers.Time;
            }

            if (type == typeof(byte[]))
            {
                return Secrets.Hash(SuppressedAnswers.Secret);
            }

            if (type == typeof(bool))
            {
                return answers.Flag;
            }

            return type == typeof(object) ? answers.Number : Convert.ChangeType(answers.Number, type, System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
