using System.Globalization;
using InvitePortal.Api;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Insights;

/// <summary>Writes the audit log as CSV (RFC 4180, UTF-8 with its mark), in batches read by key: memory does not grow with it.</summary>
public sealed class AuditExport(IDbContextFactory<AppDbContext> databases, AuditQueries queries, RateLimits rates, TimeProvider clock)
{
    private const int BatchSize = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private static readonly string[] Columns = ["id", "at", "actorId", "actor", "address", "action", "subjectId", "before", "after"];

    /// <summary>
    /// Writes all entries that <paramref name="filter"/> wants, newest first; nothing before rights have been checked. One at a time for each person.
    /// Rights are looked at again with each batch: a failure may come when a part is written.
    /// </summary>
    public async Task<Result> WriteAsync(Actor actor, AuditFilter filter, Stream stream, CancellationToken ct)
    {
        var first = await ReadAsync(actor, filter, null, ct);
        if (!first.Succeeded)
        {
            return first.Error;
        }

        var key = $"audit-export:{actor.UserId:N}";
        var started = clock.GetUtcNow();
        if (await rates.TryTakeAsync(key, 1, Window, ct, at: started) is { } wait)
        {
            return InsightsErrors.AuditExportRunning with { RetryAfter = wait };
        }

        try
        {
            await RecordAsync(actor, first.Value.By, filter, ct);
            return await WriteAsync(actor, filter, first.Value, stream, ct);
        }
        finally
        {
            await rates.GiveBackAsync(key, Window, 1, CancellationToken.None, started);
        }
    }

    private async Task<Result> WriteAsync(Actor actor, AuditFilter filter, Batch batch, Stream stream, CancellationToken ct)
    {
        await using var csv = CsvTable.Open(stream);
        await csv.WriteRecordAsync(Columns, ct);
        while (true)
        {
            foreach (var row in batch.Page.Items)
            {
                await csv.WriteRecordAsync(Cells(row), ct);
            }

            if (batch.Page.Next is null)
            {
                await csv.FlushAsync(ct);
                return Result.Ok;
            }

            var next = await ReadAsync(actor, filter, batch.Page.Next, ct);
            if (!next.Succeeded)
            {
                return next.Error;
            }

            batch = next.Value.Page.Page > batch.Page.Page ? next.Value : throw new InvalidOperationException("The export does not get on.");
        }
    }

    private static string[] Cells(AuditRow row) =>
    [
        row.Id.ToString(),
        row.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        row.ActorId?.ToString() ?? "",
        CsvTable.Safe(row.ActorName),
        CsvTable.Safe(row.Address),
        row.Action,
        row.SubjectId?.ToString() ?? "",
        CsvTable.Safe(row.Before),
        CsvTable.Safe(row.After),
    ];

    private async Task<Result<Batch>> ReadAsync(Actor actor, AuditFilter filter, string? cursor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await queries.RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        return new Batch(state.Value, await AuditQueries.WalkAsync(db, filter, new PageRequest(1, BatchSize, Cursor: cursor), ct));
    }

    private async Task RecordAsync(Actor actor, ActorState by, AuditFilter filter, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, by.Name, "audit.exported", null, after: filter);
        await db.SaveChangesAsync(ct);
    }

    private sealed record Batch(ActorState By, PageResult<AuditRow> Page);
}
