using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>What a file holds. The numbers are stored.</summary>
public enum ImportKind
{
    People = 1,
    Invitations = 2,
}

/// <summary>What is being done with an import. The numbers are stored.</summary>
public enum ImportPhase
{
    /// <summary>Nothing: it can be looked at, mended, run and undone.</summary>
    AtRest = 1,
    Running = 2,
    Undoing = 3,
}

/// <summary>What a column means. The numbers are stored.</summary>
public enum ImportField
{
    /// <summary>Nothing: the column is not read.</summary>
    None = 0,
    Email = 1,
    Name = 2,
    Roles = 3,
    Status = 4,
    Language = 5,
    Message = 6,
}

/// <summary>What a row means, or why it means nothing. The numbers are stored.</summary>
public enum RowVerdict
{
    /// <summary>An account is made, or an address invited that has none.</summary>
    New = 1,
    /// <summary>The address has an account: it gets the role, or an invitation to it.</summary>
    AddsRole = 2,
    /// <summary>Everything is as the row says already.</summary>
    Unchanged = 3,
    /// <summary>An earlier row says the same.</summary>
    Duplicate = 4,
    /// <summary>A cell cannot be read.</summary>
    Invalid = 5,
    /// <summary>It can be read, and must not be.</summary>
    Refused = 6,
    /// <summary>Left out by hand.</summary>
    LeftOut = 7,
}

/// <summary>What has been done with a row. The numbers are stored.</summary>
public enum RowState
{
    Open = 1,
    Done = 2,
    Undone = 3,
    /// <summary>It was to be undone and could not be; the row's code says why.</summary>
    Kept = 4,
}

/// <summary>
/// A file of people or invitations on its way: what it says, what it would do, what it has done. Everything of it lies in the database, so that any
/// node goes on with it, whatever becomes of the page. It is its owner's alone.
/// </summary>
public sealed class Import
{
    public Guid Id { get; init; }
    public ImportKind Kind { get; init; }
    public Guid OwnerId { get; init; }
    /// <summary>As the browser called it; null for pasted text.</summary>
    public string? FileName { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it goes, with its rows.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    // How the file is read
    public FileEncoding Encoding { get; set; }
    /// <summary><c>,</c> <c>;</c> <c>|</c> or a tab.</summary>
    public string Separator { get; set; } = ",";
    public bool HasHeader { get; set; }
    /// <summary>JSON of <see cref="ImportColumn"/>s.</summary>
    public string Columns { get; set; } = "[]";
    /// <summary>The role of rows that name none.</summary>
    public Role DefaultRole { get; set; }

    // How it is run
    /// <summary>Whether new people are mailed a link to sign in.</summary>
    public bool Notify { get; set; }
    /// <summary>The words of invitations whose row has none.</summary>
    public string? Message { get; set; }
    public int LifetimeHours { get; set; }
    /// <summary>When invitations go out; null for at once.</summary>
    public DateTimeOffset? SendAt { get; set; }
    public bool Reminders { get; set; }

    // Where it stands
    public ImportPhase Phase { get; set; } = ImportPhase.AtRest;
    /// <summary>Rises with every change of what is at work; those who change rows or phase meet in it.</summary>
    public int Version { get; set; } = 1;
    public bool StopAsked { get; set; }
    /// <summary>Code of what ended the work before its end.</summary>
    public string? Problem { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }
    public DateTimeOffset? UndoneAt { get; set; }
    /// <summary>Whose session and address the worker acts with: that of whoever started it.</summary>
    public Guid? SessionId { get; set; }
    public string? Address { get; set; }
    /// <summary>Proof of the claim of the worker that is at it.</summary>
    public Guid? LeaseToken { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    /// <summary>Times that the work broke off for a reason nobody foresaw.</summary>
    public int Failures { get; set; }
}

/// <summary>The file itself, to be read anew where it was read wrongly. Goes when the import is run.</summary>
public sealed class ImportSource
{
    public Guid ImportId { get; init; }
    public required byte[] Content { get; init; }
}

/// <summary>One row of the file: its cells as they were read or mended, and the verdict.</summary>
public sealed class ImportRow
{
    public Guid ImportId { get; init; }
    /// <summary>1-based, of those with anything in them and without the header.</summary>
    public int Number { get; init; }
    /// <summary>1-based line of the file that it begins in.</summary>
    public int Line { get; init; }
    public string Email { get; set; } = "";
    public string Name { get; set; } = "";
    public string Roles { get; set; } = "";
    public string Status { get; set; } = "";
    public string Language { get; set; } = "";
    public string Message { get; set; } = "";
    /// <summary>What tells two rows that say the same; null where the address cannot be read.</summary>
    public string? Key { get; set; }
    public RowVerdict Verdict { get; set; }
    /// <summary>Code of the reason, for verdicts that have one, and for <see cref="RowState.Kept"/>.</summary>
    public string? Code { get; set; }
    /// <summary>The cell at fault.</summary>
    public ImportField? Field { get; set; }
    public bool Mended { get; set; }
    public RowState State { get; set; } = RowState.Open;
    /// <summary>The person or invitation that came of it.</summary>
    public Guid? TargetId { get; set; }
    /// <summary>Version of the person when the import was done with them.</summary>
    public string? TargetVersion { get; set; }
    /// <summary>Roles that the person held before, as bits.</summary>
    public int RolesBefore { get; set; }

    /// <summary>Whether running the import would do something with it.</summary>
    public bool IsWaiting => State is RowState.Open && Verdict is (RowVerdict.New or RowVerdict.AddsRole);
}

/// <summary>A column of the file.</summary>
/// <param name="Name">Its heading; empty without one.</param>
/// <param name="Sample">The first value in it.</param>
/// <param name="Field">What it means.</param>
public sealed record ImportColumn(string Name, string Sample, ImportField Field);
