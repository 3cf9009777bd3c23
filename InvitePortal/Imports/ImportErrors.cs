using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>Failures of imports. Those of a whole file, which the API answers with 422, are in <see cref="OfFile"/>.</summary>
public static class ImportErrors
{
    public static readonly Error NotFound = new(ErrorKind.NotFound, "import.not_found");
    public static readonly Error Forbidden = new(ErrorKind.Forbidden, "import.forbidden");
    public static readonly Error RowUnknown = new(ErrorKind.NotFound, "import.row_unknown");
    public static readonly Error RowDone = new(ErrorKind.Conflict, "import.row_done");
    /// <summary>It is being run or undone.</summary>
    public static readonly Error AtWork = new(ErrorKind.Conflict, "import.at_work");
    public static readonly Error NotAtWork = new(ErrorKind.Conflict, "import.not_at_work");
    /// <summary>It has been run: how its file is read cannot be changed any more.</summary>
    public static readonly Error Started = new(ErrorKind.Conflict, "import.started");
    public static readonly Error NothingToDo = new(ErrorKind.Conflict, "import.nothing_to_do");
    public static readonly Error NothingToUndo = new(ErrorKind.Conflict, "import.nothing_to_undo");
    public static readonly Error TooManyToday = new(ErrorKind.TooMany, "import.too_many_today");
    /// <summary>The work broke off several times for a reason that nobody foresaw.</summary>
    public static readonly Error Failed = new(ErrorKind.Unavailable, "import.failed");
    public static readonly Error Empty = new(ErrorKind.Invalid, "import.empty", File);
    public static readonly Error NotText = new(ErrorKind.Invalid, "import.not_text", File);
    public static readonly Error NoEmailColumn = new(ErrorKind.Invalid, "import.no_email_column", "columns");
    public static readonly Error ColumnTwice = new(ErrorKind.Invalid, "import.column_twice", "columns");

    // Of rows
    public static readonly Error Duplicate = new(ErrorKind.Conflict, "import.duplicate", "email");
    public static readonly Error RoleUnknown = new(ErrorKind.Invalid, "import.role_unknown", "roles");
    public static readonly Error OneRole = new(ErrorKind.Invalid, "import.one_role", "roles");
    public static readonly Error StatusUnknown = new(ErrorKind.Invalid, "import.status_unknown", "status");
    /// <summary>The person has signed in since: their account is theirs.</summary>
    public static readonly Error SignedIn = new(ErrorKind.Conflict, "import.signed_in");

    private const string File = "file";

    public static Error TooLarge(int bytes) => new(ErrorKind.Invalid, "import.too_large", File) { Arguments = [bytes / (1024.0 * 1024)] };

    public static Error TooManyRows(int rows) => new(ErrorKind.Invalid, "import.too_many_rows", File) { Arguments = [rows] };

    public static Error TooManyColumns(int columns) => new(ErrorKind.Invalid, "import.too_many_columns", File) { Arguments = [columns] };

    public static Error Undecodable(int line) => new(ErrorKind.Invalid, "import.undecodable", File) { Arguments = [line] };

    public static Error Malformed(long line) => new(ErrorKind.Invalid, "import.malformed", File) { Arguments = [line] };

    /// <summary>Whether the file as a whole is at fault.</summary>
    public static bool OfFile(Error error) => error is { Kind: ErrorKind.Invalid, Field: File or "columns" };

    /// <summary>The sentence for a stored code.</summary>
    public static string Text(string code) => new Error(ErrorKind.Conflict, code) { Arguments = ["…", "…"] }.Message;
}
