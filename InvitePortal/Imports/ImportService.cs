using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Imports;

/// <summary>Takes files in and reads them. Nothing but the import itself is changed by it: everybody else's rows are only looked at.</summary>
public sealed class ImportService(
    IDbContextFactory<AppDbContext> databases, ImportChecks checks, RateLimits rates, IOptions<LimitOptions> limits, TimeProvider clock)
{
    private const int RowsAtOnce = 1_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Reads a file and judges its rows. Of a file that cannot be read nothing is kept.</summary>
    /// <returns>The import's id.</returns>
    public async Task<Result<Guid>> CreateAsync(Actor actor, NewImport command, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var by = await db.RequireAsync(actor, clock, ct);
        if (!by.Succeeded || !ImportRights.May(command.Kind, by.Value.ActiveRole))
        {
            return by.Error ?? ImportErrors.Forbidden;
        }

        if (await rates.TryTakeAsync($"imports:{by.Value.Id:N}", limits.Value.ImportsPerDay, Day, ct) is { } wait)
        {
            return ImportErrors.TooManyToday with { RetryAfter = wait };
        }

        var file = CsvFile.Read(command.Content, new FileReading(), limits.Value);
        if (!file.Succeeded)
        {
            return file.Error;
        }

        var now = clock.GetUtcNow();
        var import = new Import
        {
            Id = Guid.CreateVersion7(now),
            Kind = command.Kind,
            OwnerId = by.Value.Id,
            FileName = string.IsNullOrWhiteSpace(command.FileName) ? null : RowCells.Clean(command.FileName, CellLengths.FileName),
            CreatedAt = now,
            ExpiresAt = now + limits.Value.ImportKept,
            DefaultRole = command.DefaultRole,
            LifetimeHours = (int)limits.Value.InvitationLifetime.TotalHours,
            Reminders = true,
        };
        var columns = ColumnGuess.Columns(file.Value, command.Kind);
        Set(import, file.Value, columns);
        var rows = Rows(import, file.Value, columns);
        await checks.CheckAsync(db, actor, by.Value, import, rows, ct);
        return await databases.InTransactionAsync<Guid>(
            async store =>
            {
                store.Imports.Add(import);
                store.ImportSources.Add(new ImportSource { ImportId = import.Id, Content = command.Content });
                await StoreAsync(store, rows, ct);
                return import.Id;
            },
            ct);
    }

    /// <summary>Reads the file in another way, from its bytes; what was mended by hand is given up.</summary>
    public Task<Result> ReadAgainAsync(Actor actor, Guid id, ReadImport command, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var held = await db.HoldImportAsync(actor, id, clock, limits.Value, ct);
            if (!held.Succeeded)
            {
                return held.Error;
            }

            var (by, import) = held.Value;
            var source = await db.ImportSources.AsNoTracking().FirstOrDefaultAsync(s => s.ImportId == id, ct);
            if (source is null || import.StartedAt is not null)
            {
                return ImportErrors.Started;
            }

            var file = CsvFile.Read(source.Content, command.Reading, limits.Value);
            if (!file.Succeeded)
            {
                return file.Error;
            }

            var columns = ColumnGuess.Columns(file.Value, import.Kind);
            if (command.Fields is { } fields)
            {
                columns = [.. columns.Select((c, i) => c with { Field = i < fields.Count ? fields[i] : ImportField.None })];
            }

            if (Check(import.Kind, columns) is { } wrong)
            {
                return wrong;
            }

            Set(import, file.Value, columns);
            var rows = Rows(import, file.Value, columns);
            await checks.CheckAsync(db, actor, by, import, rows, ct);
            await db.ImportRows.Where(r => r.ImportId == id).ExecuteDeleteAsync(ct);
            await db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(
                set => set
                    .SetProperty(i => i.Encoding, import.Encoding)
                    .SetProperty(i => i.Separator, import.Separator)
                    .SetProperty(i => i.HasHeader, import.HasHeader)
                    .SetProperty(i => i.Columns, import.Columns),
                ct);
            await StoreAsync(db, rows, ct);
            return Result.Ok;
        },
        ct);

    /// <summary>Judges all rows anew, by what is stored now.</summary>
    /// <param name="actor">Its owner.</param>
    /// <param name="id">The import.</param>
    /// <param name="defaultRole">Another role for the rows that name none; null leaves it.</param>
    /// <param name="ct">Ends it.</param>
    public Task<Result> CheckAgainAsync(Actor actor, Guid id, Role? defaultRole, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var held = await db.HoldImportAsync(actor, id, clock, limits.Value, ct);
            if (!held.Succeeded)
            {
                return held.Error;
            }

            var (by, import) = held.Value;
            import.DefaultRole = defaultRole ?? import.DefaultRole;
            await db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.DefaultRole, import.DefaultRole), ct);
            var rows = await db.ImportRows.Where(r => r.ImportId == id).OrderBy(r => r.Number).ToListAsync(ct);
            await checks.CheckAsync(db, actor, by, import, rows, ct);
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);

    /// <summary>Throws an import away, with its file and rows. What it has done stays done.</summary>
    public Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var held = await db.HoldImportAsync(actor, id, clock, limits.Value, ct);
            if (!held.Succeeded)
            {
                return held.Error;
            }

            await db.Imports.Where(i => i.Id == id).ExecuteDeleteAsync(ct);
            return Result.Ok;
        },
        ct);

    private static Error? Check(ImportKind kind, IReadOnlyList<ImportColumn> columns)
    {
        var fields = columns.Select(c => c.Field).Where(f => f is not ImportField.None).ToList();
        return !fields.Contains(ImportField.Email) ? ImportErrors.NoEmailColumn
            : fields.Any(f => !ColumnGuess.Fields(kind).Contains(f)) ? ImportErrors.ColumnTwice
            : fields.Where(f => f is not ImportField.Name).GroupBy(f => f).Any(g => g.Count() > 1) ? ImportErrors.ColumnTwice
            : null;
    }

    private static void Set(Import import, CsvFile file, IReadOnlyList<ImportColumn> columns)
    {
        import.Encoding = file.Encoding;
        import.Separator = file.Separator.ToString();
        import.HasHeader = file.HasHeader;
        import.Columns = JsonSerializer.Serialize(columns);
    }

    private static List<ImportRow> Rows(Import import, CsvFile file, IReadOnlyList<ImportColumn> columns) => [.. file.Rows.Select((record, index) =>
    {
        var row = new ImportRow { ImportId = import.Id, Number = index + 1, Line = record.Line };
        RowCells.Of(record.Cells, columns).WriteTo(row);
        return row;
    })];

    private static async Task StoreAsync(AppDbContext db, List<ImportRow> rows, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            db.ImportRows.AddRange(chunk);
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }
    }
}
