using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>Rows become people, or roles of people who are there, by the rules of <see cref="UserIntake"/>; they are undone by the services that delete and edit.</summary>
internal sealed class PeopleImport(
    IDbContextFactory<AppDbContext> databases, UserIntake intake, UserBulkService bulk, UserService users, Outbox outbox, ListTotals totals, TimeProvider clock) : IImportTarget
{
    private const int ChunkSize = 200;
    private const int Tries = 3;

    public ImportKind Kind => ImportKind.People;

    public Result<string> KeyOf(Import import, ImportRow row) =>
        !EmailAddress.TryParse(row.Email, out var email) ? Accounts.AccountsErrors.EmailInvalid
        : Read(import, row) is { Error: { } error } ? error
        : email.Normalized;

    public async Task CheckAsync(AppDbContext db, Actor actor, ActorState by, Import import, IReadOnlyList<ImportRow> rows, CancellationToken ct)
    {
        var verdicts = await intake.CheckAsync(db, by, [.. rows.Select(r => Read(import, r).Value!)], ct);
        for (var i = 0; i < rows.Count; i++)
        {
            Judge(rows[i], verdicts[i], done: false);
        }
    }

    public async Task<Result<int>> RunAsync(ImportClaim claim, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var done = await databases.InTransactionAsync(db => StoreAsync(db, claim, ct), ct);
            if (done.Succeeded)
            {
                totals.Forget(UserQueries.TotalsPrefix);
                outbox.Wake();
            }

            if (done.Error != UserErrors.Changed || attempt == Tries)
            {
                return done;
            }
        }
    }

    public async Task<Result<int>> UndoAsync(ImportClaim claim, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var begun = await ImportClaims.BeginAsync(db, claim, clock, ct);
        if (begun.Value is not { } piece)
        {
            return begun.Error is { } refusal ? refusal : 0;
        }

        var import = piece.Import;
        var actor = piece.Actor;
        var rows = await db.ImportRows.Done(import.Id).Take(ChunkSize).ToListAsync(ct);
        var made = rows.Where(r => r.Verdict is RowVerdict.New).ToList();
        Guid?[] ids = [.. made.Select(r => r.TargetId)];
        var signedIn = await db.Users.Where(u => ids.Contains(u.Id) && u.LastSignInAt != null).Select(u => u.Id).ToHashSetAsync(ct);
        foreach (var row in made.Where(r => signedIn.Contains(r.TargetId!.Value)))
        {
            Keep(row, ImportErrors.SignedIn.Code);
        }

        if (await RemoveAsync(actor, [.. made.Where(r => r.State is RowState.Done)], ct) is { } error)
        {
            return error;
        }

        foreach (var row in rows.Where(r => r.Verdict is RowVerdict.AddsRole))
        {
            var edited = await users.EditAsync(actor, row.TargetId!.Value, new EditUser(row.TargetVersion ?? "", Roles: RoleBits.Read(row.RolesBefore)), ct);
            if (edited.Error == Error.ConfirmAgain)
            {
                await db.SaveChangesAsync(ct);
                return edited.Error;
            }

            Settle(row, edited.Error?.Code);
        }

        await db.SaveChangesAsync(ct);
        return rows.Count;
    }

    private async Task<Error?> RemoveAsync(Actor actor, IReadOnlyList<ImportRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var selection = new UserSelection([.. rows.Select(r => new SelectedUser(r.TargetId!.Value, r.TargetVersion))]);
        var report = await bulk.RunAsync(actor, new ChangeUsers(selection, UserAction.Delete), null, ct);
        if (!report.Succeeded)
        {
            return report.Error;
        }

        var refused = report.Value.Refused.ToDictionary(r => r.Id, r => r.Code);
        foreach (var row in rows)
        {
            Settle(row, refused.GetValueOrDefault(row.TargetId!.Value));
        }

        return null;
    }

    // Who is gone already needs no undoing.
    private static void Settle(ImportRow row, string? refusal)
    {
        if (refusal is null || refusal == UserErrors.NotFound.Code)
        {
            (row.State, row.Code) = (RowState.Undone, null);
        }
        else
        {
            Keep(row, refusal);
        }
    }

    private static void Keep(ImportRow row, string code) => (row.State, row.Code) = (RowState.Kept, code);

    private async Task<Result<int>> StoreAsync(AppDbContext db, ImportClaim claim, CancellationToken ct)
    {
        var begun = await ImportClaims.BeginAsync(db, claim, clock, ct);
        if (begun.Value is not { } piece)
        {
            return begun.Error is { } refusal ? refusal : 0;
        }

        var import = piece.Import;
        var rows = await db.ImportRows.Waiting(import.Id).Take(ChunkSize).ToListAsync(ct);
        var verdicts = await intake.StoreAsync(db, piece.Actor, piece.By, [.. rows.Select(r => Read(import, r).Value!)], import.Notify, ct);
        if (verdicts is null)
        {
            return UserErrors.Changed;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            Judge(rows[i], verdicts[i], done: true);
        }

        await db.SaveChangesAsync(ct);
        return rows.Count;
    }

    private static void Judge(ImportRow row, IntakeVerdict verdict, bool done)
    {
        if (verdict.Error is { } error)
        {
            row.Judge(error);
            return;
        }

        row.Judge(verdict.Outcome switch
        {
            IntakeOutcome.New => RowVerdict.New,
            IntakeOutcome.AddsRole => RowVerdict.AddsRole,
            IntakeOutcome.Unchanged => RowVerdict.Unchanged,
            IntakeOutcome.Refused => RowVerdict.Refused,
            _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict.Outcome, null),
        });
        if (done && row.IsWaiting)
        {
            (row.State, row.TargetId, row.TargetVersion, row.RolesBefore) = (RowState.Done, verdict.PersonId, verdict.Version, verdict.RolesBefore);
        }
    }

    private static Result<IntakePerson> Read(Import import, ImportRow row)
    {
        var roles = RowReading.RolesOf(import, row);
        var status = RowReading.StatusOf(row);
        return !roles.Succeeded ? roles.Error
            : !status.Succeeded ? status.Error
            : new IntakePerson(new CreateUser(row.Email, row.Name, roles.Value, RowReading.LanguageOf(row), Notify: false), status.Value);
    }
}
