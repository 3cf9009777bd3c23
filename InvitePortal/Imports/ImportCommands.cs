using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>A file to be imported.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="FileName">As the browser calls it; null for pasted text.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="DefaultRole">The role of rows that name none.</param>
public sealed record NewImport(ImportKind Kind, string? FileName, byte[] Content, Role DefaultRole);

/// <summary>Read the file anew; what was mended is read anew as well.</summary>
/// <param name="Reading">How.</param>
/// <param name="Fields">What each column means; null guesses.</param>
public sealed record ReadImport(FileReading Reading, IReadOnlyList<ImportField>? Fields = null);

/// <summary>Run an import.</summary>
/// <param name="Notify">Whether new people are mailed a link to sign in.</param>
/// <param name="Message">Words of invitations whose row has none.</param>
/// <param name="LifetimeHours">How long an invitation lives from its sending; null takes the default.</param>
/// <param name="SendAt">When invitations go out; null for at once.</param>
/// <param name="Reminders">Whether invitees are reminded before it expires.</param>
public sealed record StartImport(bool Notify = false, string? Message = null, int? LifetimeHours = null, DateTimeOffset? SendAt = null, bool Reminders = true);
