using InvitePortal.Common;

namespace InvitePortal.Insights;

/// <summary>What an entry of the audit log is about.</summary>
public enum AuditSubject
{
    Person = 1,
    Invitation,
    Code,
    Group,
}

/// <summary>One entry of the audit log.</summary>
/// <param name="Id">Of the entry.</param>
/// <param name="At">When.</param>
/// <param name="ActorId">Who did it; null for the portal itself and for people not signed in.</param>
/// <param name="ActorName">By the name they had then.</param>
/// <param name="Address">From which network address.</param>
/// <param name="Action">Stable name, such as <c>user.edited</c>.</param>
/// <param name="SubjectId">What was changed.</param>
/// <param name="Before">JSON of the changed values before, whatever might be a secret masked.</param>
/// <param name="After">JSON of the changed values after, masked likewise.</param>
public sealed record AuditRow(
    Guid Id, DateTimeOffset At, Guid? ActorId, string? ActorName, string? Address, string Action, Guid? SubjectId, string? Before, string? After)
{
    /// <summary>What the subject is; null for what has no name, or is gone.</summary>
    public AuditSubject? Kind { get; init; }

    /// <summary>How the subject is called now.</summary>
    public string? SubjectName { get; init; }
}

/// <summary>A page of the audit log.</summary>
/// <param name="Page">The entries, newest first.</param>
/// <param name="Who">Name of the person that the filter names by id.</param>
/// <param name="About">Name of the subject that the filter names by id.</param>
public sealed record AuditList(PageResult<AuditRow> Page, string? Who, string? About);
