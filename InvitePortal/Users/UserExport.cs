using System.Globalization;
using InvitePortal.Api;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>Writes people as CSV (RFC 4180, UTF-8 with its mark), in batches read by key: memory does not grow with the table.</summary>
public sealed class UserExport(IDbContextFactory<AppDbContext> databases, RateLimits rates, TimeProvider clock)
{
    private const int BatchSize = 1_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    private static readonly string[] Columns = ["id", "name", "email", "status", "roles", "activeRole", "createdAt", "joinedAt", "lastSignInAt"];

    /// <summary>
    /// Writes all whom <paramref name="filter"/> wants; nothing before rights and order have been checked. One at a time for each person. Rights are
    /// looked at again with each batch: a failure may come when a part is written.
    /// </summary>
    /// <param name="actor">Who exports.</param>
    /// <param name="filter">As in the list.</param>
    /// <param name="sort">As in the list; null for by name.</param>
    /// <param name="stream">Stays open.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<Result> WriteAsync(Actor actor, UserFilter filter, string? sort, Stream stream, CancellationToken ct)
    {
        var first = await ReadAsync(actor, null, filter, new PageRequest(1, BatchSize, sort), ct);
        if (!first.Succeeded)
        {
            return first.Error;
        }

        var key = $"users-export:{actor.UserId:N}";
        var started = clock.GetUtcNow();
        if (await rates.TryTakeAsync(key, 1, Window, ct, at: started) is { } wait)
        {
            return UserErrors.ExportRunning with { RetryAfter = wait };
        }

        try
        {
            await RecordAsync(actor, first.Value.By, filter, sort, ct);
            return await WriteAsync(actor, filter, sort, first.Value, stream, ct);
        }
        finally
        {
            await rates.GiveBackAsync(key, Window, 1, CancellationToken.None, started);
        }
    }

    private async Task<Result> WriteAsync(Actor actor, UserFilter filter, string? sort, Batch batch, Stream stream, CancellationToken ct)
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

            var next = await ReadAsync(actor, batch.Facets, filter, new PageRequest(1, BatchSize, sort, Cursor: batch.Page.Next), ct);
            if (!next.Succeeded)
            {
                return next.Error;
            }

            batch = next.Value.Page.Page > batch.Page.Page ? next.Value : throw new InvalidOperationException("The export does not get on.");
        }
    }

    private static string[] Cells(UserRow row) =>
    [
        row.Id.ToString(),
        CsvTable.Safe(row.Name),
        CsvTable.Safe(row.Email),
        WireNames<PersonStatus>.Of(row.Status),
        string.Join(", ", row.Roles.Select(WireNames<Role>.Of)),
        WireNames<Role>.Of(row.ActiveRole),
        Time(row.CreatedAt),
        Time(row.JoinedAt),
        Time(row.LastSignInAt),
    ];

    private static string Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    private async Task<Result<Batch>> ReadAsync(Actor actor, PeopleFacets? facets, UserFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded || !Rights.SeesPeople(state.Value.ActiveRole))
        {
            return state.Error ?? UserErrors.Forbidden;
        }

        facets ??= await PeopleFacets.ReadAsync(db, ct);
        var rows = await UserQueries.WalkAsync(db, facets, filter, page, ct);
        return rows.Succeeded ? new Batch(state.Value, facets, rows.Value) : rows.Error;
    }

    private async Task RecordAsync(Actor actor, ActorState by, UserFilter filter, string? sort, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, by.Name, "user.exported", null, after: new { filter.Statuses, filter.Roles, filter.Search, Sort = sort });
        await db.SaveChangesAsync(ct);
    }

    private sealed record Batch(ActorState By, PeopleFacets Facets, PageResult<UserRow> Page);
}
