using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Imports;

/// <summary>Starts, stops and undoes imports. The work itself is the <see cref="ImportWorker"/>'s, so that it goes on when the page is closed.</summary>
public sealed class ImportRunService(IDbContextFactory<AppDbContext> databases, ImportSignal signal, IOptions<LimitOptions> limits, TimeProvider clock)
{
    /// <summary>Starts the run over the rows that are still to be done: the first time, after a stop, or after rows were mended.</summary>
    public Task<Result> StartAsync(Actor actor, Guid id, StartImport command, CancellationToken ct) => BeginAsync(
        actor,
        id,
        ImportPhase.Running,
        "import.started",
        async (db, import) => Check(command) is { } wrong ? wrong
            : await db.ImportRows.Waiting(import.Id).AnyAsync(ct) ? Result.Ok
            : ImportErrors.NothingToDo,
        db => db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(
            set => set
                .SetProperty(i => i.Notify, command.Notify)
                .SetProperty(i => i.Message, Words(command))
                .SetProperty(i => i.LifetimeHours, command.LifetimeHours ?? (int)limits.Value.InvitationLifetime.TotalHours)
                .SetProperty(i => i.SendAt, command.SendAt)
                .SetProperty(i => i.Reminders, command.Reminders),
            ct),
        ct);

    /// <summary>Undoes what can be undone: invitations whose message still waits, people and roles that nobody has touched since.</summary>
    public Task<Result> UndoAsync(Actor actor, Guid id, CancellationToken ct) => BeginAsync(
        actor,
        id,
        ImportPhase.Undoing,
        "import.undo_started",
        async (db, import) => await db.ImportRows.Done(import.Id).AnyAsync(ct) ? Result.Ok : ImportErrors.NothingToUndo,
        _ => Task.CompletedTask,
        ct);

    /// <summary>Stops the work after the rows at hand; the rest can be gone on with.</summary>
    public async Task<Result> StopAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RequireImportAsync(actor, id, clock, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var stopped = await db.Imports.Where(i => i.Id == id && i.Phase != ImportPhase.AtRest).ExecuteUpdateAsync(set => set.SetProperty(i => i.StopAsked, true), ct);
        signal.Set();
        return stopped == 1 ? Result.Ok : ImportErrors.NotAtWork;
    }

    private static string? Words(StartImport command) => string.IsNullOrWhiteSpace(command.Message) ? null : command.Message.Trim();

    private Error? Check(StartImport command)
    {
        var lifetime = command.LifetimeHours is { } hours ? TimeSpan.FromHours(Math.Clamp(hours, 0, 100_000)) : limits.Value.InvitationLifetime;
        var now = clock.GetUtcNow();
        return command switch
        {
            { Message: { } words } when words.Length > FieldLengths.Message || !DisplayName.IsCleanText(words) => InvitationErrors.MessageInvalid,
            _ when lifetime < limits.Value.InvitationLifetimeMin || lifetime > limits.Value.InvitationLifetimeMax => InvitationErrors.LifetimeInvalid(limits.Value),
            { SendAt: { } at } when at < now.AddMinutes(-5) || at > now.AddDays(365) => InvitationErrors.SendAtInvalid,
            _ => null,
        };
    }

    private async Task<Result> BeginAsync(
        Actor actor, Guid id, ImportPhase phase, string action, Func<AppDbContext, Import, Task<Result>> check, Func<AppDbContext, Task> prepare, CancellationToken ct)
    {
        var begun = await databases.InTransactionAsync(
            async db =>
            {
                var held = await db.HoldImportAsync(actor, id, clock, limits.Value, ct);
                if (!held.Succeeded)
                {
                    return held.Error;
                }

                var (by, import) = held.Value;
                // Accounts and roles are given and taken. Once: the work may take longer than a proof is fresh.
                if (import.Kind is ImportKind.People && await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
                {
                    return stale;
                }

                if (await check(db, import) is { Error: { } wrong })
                {
                    return wrong;
                }

                await prepare(db);
                await SetAsync(db, actor, id, phase, ct);
                AuditLog.Record(db, clock.GetUtcNow(), actor, by.Name, action, id, after: new { import.Kind, import.FileName });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        signal.Set();
        return begun;
    }

    private async Task SetAsync(AppDbContext db, Actor actor, Guid id, ImportPhase phase, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await db.ImportSources.Where(s => s.ImportId == id).ExecuteDeleteAsync(ct);
        await db.Imports.Where(i => i.Id == id).ExecuteUpdateAsync(
            set => set
                .SetProperty(i => i.Phase, phase)
                .SetProperty(i => i.StartedAt, i => i.StartedAt ?? now)
                .SetProperty(i => i.FinishedAt, (DateTimeOffset?)null)
                .SetProperty(i => i.Problem, (string?)null)
                .SetProperty(i => i.StopAsked, false)
                .SetProperty(i => i.Failures, 0)
                .SetProperty(i => i.SessionId, actor.SessionId)
                .SetProperty(i => i.Address, actor.Address)
                .SetProperty(i => i.LeaseToken, (Guid?)null)
                .SetProperty(i => i.LeaseUntil, (DateTimeOffset?)null),
            ct);
    }
}
