using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>
/// Rows become invitations, sent by <see cref="InvitationSendingService"/> as one batch that bears the import's id: what a worker had stored when it
/// died is found by it, and nobody is invited twice.
/// </summary>
internal sealed class InvitationImport(
    IDbContextFactory<AppDbContext> databases, InvitationSendingService sending, InvitationService invitations, InvitationQueries queries, TimeProvider clock) : IImportTarget
{
    private const int ChunkSize = 500;
    private const int UndoSize = 100;

    public ImportKind Kind => ImportKind.Invitations;

    public Result<string> KeyOf(Import import, ImportRow row)
    {
        var roles = RowReading.RolesOf(import, row);
        return !EmailAddress.TryParse(row.Email, out var email) ? InvitationErrors.AddressInvalid
            : !roles.Succeeded ? roles.Error
            : roles.Value.Count > 1 ? ImportErrors.OneRole
            : RowReading.LanguageOf(row) is { } language && !Languages.IsKnown(language) ? InvitationErrors.LanguageUnknown
            : row.Message.Length > FieldLengths.Message || !DisplayName.IsCleanText(row.Message) ? InvitationErrors.MessageInvalid
            : Invitation.KeyFor(email.Normalized, roles.Value[0]);
    }

    public async Task CheckAsync(AppDbContext db, Actor actor, ActorState by, Import import, IReadOnlyList<ImportRow> rows, CancellationToken ct)
    {
        string[] addresses = [.. rows.Select(r => Normalized(r.Email)).Distinct()];
        var accounts = await db.Users.Where(u => addresses.Contains(u.NormalizedEmail!) && u.Status != PersonStatus.Invited).Select(u => u.NormalizedEmail!).ToHashSetAsync(ct);
        foreach (var alike in rows.GroupBy(r => RowReading.RolesOf(import, r).Value![0]))
        {
            var preview = await queries.PreviewAsync(actor, [.. alike.Select(r => r.Email)], alike.Key, ct);
            foreach (var (row, index) in alike.Select((r, i) => (r, i)))
            {
                if (!preview.Succeeded)
                {
                    row.Judge(preview.Error);
                }
                else
                {
                    Judge(row, preview.Value[index], accounts.Contains(Normalized(row.Email)));
                }
            }
        }
    }

    public async Task<Result<int>> RunAsync(ImportClaim claim, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var begun = await ImportClaims.BeginAsync(db, claim, clock, ct);
        if (begun.Value is not { } piece)
        {
            return begun.Error is { } refusal ? refusal : 0;
        }

        var import = piece.Import;
        var rows = await db.ImportRows.Waiting(import.Id).Take(ChunkSize).ToListAsync(ct);
        await TakeUpAsync(db, import, rows, ct);
        Error? end = null;
        foreach (var alike in rows.Where(r => r.IsWaiting).GroupBy(r => (Role: RowReading.RolesOf(import, r).Value![0], Language: RowReading.LanguageOf(r), r.Message)))
        {
            var message = alike.Key.Message.Length > 0 ? alike.Key.Message : import.Message;
            end = await SendAsync(piece.Actor, import, [.. alike], alike.Key.Role, alike.Key.Language, message, ct);
            if (end is not null)
            {
                break;
            }
        }

        await db.SaveChangesAsync(ct);
        return end is null ? rows.Count : end;
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
        var rows = await db.ImportRows.Done(import.Id).Take(UndoSize).ToListAsync(ct);
        foreach (var row in rows)
        {
            var gone = await invitations.DeleteAsync(piece.Actor, row.TargetId!.Value, unsentOnly: true, ct);
            // What was deleted by hand needs no undoing.
            (row.State, row.Code) = gone.Error is null or { Kind: ErrorKind.NotFound } ? (RowState.Undone, null) : (RowState.Kept, gone.Error.Code);
        }

        await db.SaveChangesAsync(ct);
        return rows.Count;
    }

    // What was stored by a worker that ended before it could note it.
    private static async Task TakeUpAsync(AppDbContext db, Import import, IReadOnlyList<ImportRow> rows, CancellationToken ct)
    {
        var stored = await db.Invitations.Where(i => i.BatchId == import.Id && i.OpenKey != null).Select(i => new { i.Id, i.OpenKey }).ToDictionaryAsync(i => i.OpenKey!, i => i.Id, ct);
        foreach (var row in rows.Where(r => r.Key is not null && stored.ContainsKey(r.Key)))
        {
            (row.State, row.TargetId) = (RowState.Done, stored[row.Key!]);
        }
    }

    private async Task<Error?> SendAsync(Actor actor, Import import, IReadOnlyList<ImportRow> rows, Role role, string? language, string? message, CancellationToken ct)
    {
        var sendAt = import.SendAt > clock.GetUtcNow() ? import.SendAt : null;
        var command = new SendInvitations(
            [.. rows.Select(r => r.Email)], role, message, Language: language, LifetimeHours: import.LifetimeHours, SendAt: sendAt, Reminders: import.Reminders);
        var sent = await sending.SendAsync(actor, import.Id, command, null, ct);
        if (sent.Error == InvitationErrors.MayNotGrant)
        {
            // Of these rows only: others may be to roles that the person may give.
            foreach (var row in rows)
            {
                row.Judge(sent.Error);
            }

            return null;
        }

        if (!sent.Succeeded)
        {
            return sent.Error;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            var verdict = sent.Value.Verdicts[i];
            if (verdict.Code == InvitationErrors.DailyLimit.Code)
            {
                return InvitationErrors.DailyLimit;
            }

            if (verdict.Code == InvitationErrors.NotStored.Code)
            {
                throw new TimeoutException("The database did not take the invitations.");
            }

            var before = rows[i].Verdict;
            Judge(rows[i], verdict, before is RowVerdict.AddsRole);
            if (verdict.InvitationId is { } id)
            {
                (rows[i].State, rows[i].TargetId) = (RowState.Done, id);
            }
        }

        return null;
    }

    private static void Judge(ImportRow row, AddressVerdict verdict, bool hasAccount)
    {
        if (verdict.Code is null)
        {
            row.Judge(hasAccount ? RowVerdict.AddsRole : RowVerdict.New);
            return;
        }

        var unchanged = verdict.Code == InvitationErrors.AlreadyMember.Code || verdict.Code == InvitationErrors.AlreadyInvited.Code;
        row.Judge(unchanged ? RowVerdict.Unchanged : RowVerdict.Refused);
        (row.Code, row.Field) = (verdict.Code, ImportField.Email);
    }

    private static string Normalized(string email) => EmailAddress.TryParse(email, out var address) ? address.Normalized : "";
}
