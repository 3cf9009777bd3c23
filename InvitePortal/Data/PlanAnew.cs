using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace InvitePortal.Data;

/// <summary>
/// Has PostgreSQL plan a statement for the values that it is given. A prepared statement that has run five times may get one plan for all values, and of
/// a search the best plan for a common word is the worst for a rare one. For queries with <c>TagWith(PlanAnew.Tag)</c>.
/// </summary>
public sealed class PlanAnew : DbCommandInterceptor
{
    public const string Tag = "plan for these values";

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        Change(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Change(command);
        return new(result);
    }

    // The three go in one message and are one transaction: when the query fails, the setting falls back with it.
    private static void Change(DbCommand command)
    {
        if (command.CommandText.StartsWith("-- " + Tag, StringComparison.Ordinal))
        {
            command.CommandText = $"SET plan_cache_mode = force_custom_plan;\n{command.CommandText};\nRESET plan_cache_mode";
        }
    }
}
