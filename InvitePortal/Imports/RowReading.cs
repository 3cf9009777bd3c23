using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>Verdicts on rows, and how cells are read.</summary>
internal static class RowReading
{
    /// <summary>The roles of a row, or the import's own for a row that names none.</summary>
    public static Result<IReadOnlyList<Role>> RolesOf(Import import, ImportRow row) => ImportWords.ReadRoles(row.Roles) switch
    {
        null => ImportErrors.RoleUnknown,
        { Count: 0 } => (Role[])[import.DefaultRole],
        var roles => roles.ToArray(),
    };

    /// <summary>The status of a new person; active where none is named.</summary>
    public static Result<PersonStatus> StatusOf(ImportRow row) =>
        row.Status.Length == 0 ? PersonStatus.Active
        : ImportWords.TryReadStatus(row.Status, out var status) && status is not PersonStatus.Invited ? status
        : ImportErrors.StatusUnknown;

    /// <summary>A language, or null where none is named. What is no language is handed on, to be refused where languages are.</summary>
    public static string? LanguageOf(ImportRow row) => row.Language.Length == 0 ? null : ImportWords.Language(row.Language) ?? row.Language;

    /// <summary>Sets a verdict with its reason.</summary>
    public static void Judge(this ImportRow row, RowVerdict verdict, Error? reason = null)
    {
        row.Verdict = verdict;
        row.Code = reason?.Code;
        row.Field = reason?.Field switch
        {
            "email" or "recipient" => ImportField.Email,
            "name" => ImportField.Name,
            "role" or "roles" => ImportField.Roles,
            "status" => ImportField.Status,
            "language" => ImportField.Language,
            "message" => ImportField.Message,
            _ => null,
        };
    }

    /// <summary>A failure of a row: a cell that cannot be read is invalid, all else is refused.</summary>
    public static void Judge(this ImportRow row, Error reason) => row.Judge(reason.Kind is ErrorKind.Invalid ? RowVerdict.Invalid : RowVerdict.Refused, reason);

    /// <summary>The rows that a run has still to do, in their order.</summary>
    public static IQueryable<ImportRow> Waiting(this IQueryable<ImportRow> rows, Guid importId) => rows
        .Where(r => r.ImportId == importId && r.State == RowState.Open && (r.Verdict == RowVerdict.New || r.Verdict == RowVerdict.AddsRole))
        .OrderBy(r => r.Number);

    /// <summary>The rows that have been done and not been looked at to be undone.</summary>
    public static IQueryable<ImportRow> Done(this IQueryable<ImportRow> rows, Guid importId) =>
        rows.Where(r => r.ImportId == importId && r.State == RowState.Done).OrderBy(r => r.Number);
}
