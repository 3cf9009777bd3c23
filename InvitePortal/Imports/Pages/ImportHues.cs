namespace InvitePortal.Imports.Pages;

/// <summary>Colours of what becomes of rows.</summary>
internal static class ImportHues
{
    public static string Of(RowStanding standing) => standing switch
    {
        RowStanding.New or RowStanding.Done => "green",
        RowStanding.AddsRole => "blue",
        RowStanding.Duplicate or RowStanding.Kept => "yellow",
        RowStanding.Invalid or RowStanding.Refused => "red",
        RowStanding.Unchanged or RowStanding.LeftOut or RowStanding.Undone => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(standing), standing, null),
    };
}
