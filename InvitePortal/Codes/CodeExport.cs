using System.Globalization;
using InvitePortal.Api;
using InvitePortal.Common;

namespace InvitePortal.Codes;

/// <summary>The tables behind the charts of a teacher.</summary>
public enum CodesTable
{
    Weeks = 1,
    Subjects,
}

/// <summary>Writes a table behind a chart as CSV (RFC 4180, UTF-8 with its mark).</summary>
public sealed class CodeExport(CodeStatisticsQueries queries)
{
    /// <summary>Writes one table of the teacher who asks; nothing before rights have been checked.</summary>
    public async Task<Result> WriteAsync(Actor actor, CodePeriod period, CodesTable table, Stream stream, CancellationToken ct)
    {
        var read = await queries.ReadAsync(actor, period, ct);
        if (!read.Succeeded)
        {
            return read.Error;
        }

        await CsvTable.WriteAsync(stream, Rows(read.Value, table), ct);
        return Result.Ok;
    }

    private static IEnumerable<string[]> Rows(CodeStatistics figures, CodesTable table) => table switch
    {
        CodesTable.Weeks => figures.Weeks.Select(w => new[] { w.Week.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Number(w.Created), Number(w.Joined) }).Prepend(["weekOf", "created", "joined"]),
        CodesTable.Subjects => figures.Subjects.Select(s => new[] { CsvTable.Safe(s.Subject), Number(s.Created), Number(s.Used), Number(s.Joined) }).Prepend(["subject", "created", "used", "joined"]),
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, null),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
