using System.Globalization;
using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;

namespace InvitePortal.Insights;

/// <summary>The tables behind the charts.</summary>
public enum InsightsTable
{
    Periods = 1,
    Roles,
    Channels,
    Inviters,
    Failures,
}

/// <summary>Writes a table behind a chart as CSV (RFC 4180, UTF-8 with its mark).</summary>
public sealed class InsightsExport(InsightsQueries queries)
{
    private static readonly string[] Counts = ["sent", "delivered", "opened", "started", "accepted", "declined", "expired", "cancelled", "open", "failed", "machinesOnly"];

    /// <summary>Writes one table; nothing before rights have been checked.</summary>
    /// <param name="actor">Who exports.</param>
    /// <param name="filter">As on the page.</param>
    /// <param name="table">Which table.</param>
    /// <param name="stream">Stays open.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Result> WriteAsync(Actor actor, InsightsFilter filter, InsightsTable table, Stream stream, CancellationToken ct)
    {
        var read = await queries.ReadAsync(actor, filter, ct);
        if (!read.Succeeded)
        {
            return read.Error;
        }

        await CsvTable.WriteAsync(stream, Rows(read.Value, table), ct);
        return Result.Ok;
    }

    private static IEnumerable<string[]> Rows(InvitationInsights figures, InsightsTable table) => table switch
    {
        InsightsTable.Periods => figures.Periods.Select(p => Row(p.Counts, ReportRange.Text(p.Start)!)).Prepend([figures.ByDay ? "day" : "weekOf", .. Counts]),
        InsightsTable.Roles => figures.Roles.Select(r => Row(r.Counts, WireNames<Role>.Of(r.Role))).Prepend(["role", .. Counts]),
        InsightsTable.Channels => figures.Channels.Select(c => Row(c.Counts, WireNames<Channel>.Of(c.Channel))).Prepend(["channel", .. Counts]),
        InsightsTable.Inviters => figures.Inviters.Select(i => Row(i.Counts, i.Id.ToString(), CsvTable.Safe(i.Name))).Prepend(["inviterId", "inviter", .. Counts]),
        InsightsTable.Failures => figures.Failures.Select(f => new[] { CsvTable.Safe(f.Key), Number(f.Count) }).Prepend(["reason", "invitations"]),
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, null),
    };

    private static string[] Row(FunnelCounts c, params string[] names) =>
        [.. names, .. new[] { c.Sent, c.Delivered, c.Opened, c.Started, c.Accepted, c.Declined, c.Expired, c.Cancelled, c.Open, c.Failed, c.Machines }.Select(Number)];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
