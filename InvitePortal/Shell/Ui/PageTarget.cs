namespace InvitePortal.Shell.Ui;

/// <summary>Where a link of the pager leads.</summary>
/// <param name="Page">1-based number of the page.</param>
/// <param name="Cursor">Position to read from; null for the first page.</param>
public sealed record PageTarget(int Page, string? Cursor);
