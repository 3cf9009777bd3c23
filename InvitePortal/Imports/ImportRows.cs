using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>Where a row stands: its verdict while it waits, then what was done. The numbers of the first are those of <see cref="RowVerdict"/>.</summary>
public enum RowStanding
{
    New = 1,
    AddsRole = 2,
    Unchanged = 3,
    Duplicate = 4,
    Invalid = 5,
    Refused = 6,
    LeftOut = 7,
    Done = 8,
    Undone = 9,
    Kept = 10,
}

/// <summary>One import in a list.</summary>
public sealed record ImportSummary(Guid Id, ImportKind Kind, string? FileName, DateTimeOffset CreatedAt, ImportPhase Phase, int Rows, DateTimeOffset? StartedAt, DateTimeOffset? UndoneAt);

/// <summary>One import with everything but its rows.</summary>
/// <param name="Summary">What it is.</param>
/// <param name="Reading">How its file was read.</param>
/// <param name="Columns">What its columns mean.</param>
/// <param name="DefaultRole">The role of rows that name none.</param>
/// <param name="Totals">Rows by where they stand.</param>
/// <param name="Mended">Rows that were mended by hand.</param>
/// <param name="StopAsked">Whether the work is about to stop.</param>
/// <param name="Problem">Code of what ended the work before its end.</param>
/// <param name="FinishedAt">When the last work ended.</param>
/// <param name="ExpiresAt">Until when it is kept.</param>
public sealed record ImportDetails(
    ImportSummary Summary,
    FileReading Reading,
    IReadOnlyList<ImportColumn> Columns,
    Role DefaultRole,
    IReadOnlyDictionary<RowStanding, int> Totals,
    int Mended,
    bool StopAsked,
    string? Problem,
    DateTimeOffset? FinishedAt,
    DateTimeOffset ExpiresAt)
{
    /// <summary>How many rows stand there.</summary>
    public int Of(params ReadOnlySpan<RowStanding> standings)
    {
        var sum = 0;
        foreach (var standing in standings)
        {
            sum += Totals.GetValueOrDefault(standing);
        }

        return sum;
    }

    /// <summary>Rows that a run would do.</summary>
    public int Waiting => Of(RowStanding.New, RowStanding.AddsRole);
}

/// <summary>One row.</summary>
public sealed record ImportRowView(int Number, int Line, RowCells Cells, RowVerdict Verdict, RowState State, string? Code, ImportField? Field, bool Mended)
{
    /// <summary>Where it stands.</summary>
    public RowStanding Standing => ImportQueries.Standing(State, Verdict);
}

/// <summary>What undoing would do.</summary>
/// <param name="Undoable">Rows that can be undone.</param>
/// <param name="Kept">Rows for which it is too late.</param>
public sealed record UndoNotice(int Undoable, int Kept);
