using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Imports;

/// <summary>What the rows of one kind of import become. The rules are those of the features that own them.</summary>
public interface IImportTarget
{
    ImportKind Kind { get; }

    /// <summary>What tells two rows that say the same, or why a row cannot be read.</summary>
    Result<string> KeyOf(Import import, ImportRow row);

    /// <summary>Sets the verdict on rows that can be read, by what is stored.</summary>
    Task CheckAsync(AppDbContext db, Actor actor, ActorState by, Import import, IReadOnlyList<ImportRow> rows, CancellationToken ct);

    /// <summary>Does the next rows.</summary>
    /// <returns>How many were done; 0 when none is left, or the claim has ended. An error ends the run.</returns>
    Task<Result<int>> RunAsync(ImportClaim claim, CancellationToken ct);

    /// <summary>Undoes the next rows likewise.</summary>
    Task<Result<int>> UndoAsync(ImportClaim claim, CancellationToken ct);
}
