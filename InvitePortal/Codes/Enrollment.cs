namespace InvitePortal.Codes;

/// <summary>How a student came to a subject. The numbers are stored.</summary>
public enum EnrollmentSource
{
    IndividualCode = 1,
    GroupCode = 2,
    Invitation = 3,
}

/// <summary>A student learns a subject with a teacher, alone or in a group. It outlives the code it came by.</summary>
public sealed class Enrollment
{
    public Guid Id { get; init; }
    public Guid StudentId { get; init; }
    public Guid TeacherId { get; init; }
    public required string Subject { get; set; }
    /// <summary><see cref="InviteCode.SubjectKeyOf"/> of the subject: with teacher and group it is unique for a student.</summary>
    public required string SubjectKey { get; set; }
    public Guid? GroupId { get; set; }
    /// <summary>The group, or nothing's id: databases do not agree on whether two nulls are the same in a unique index.</summary>
    public Guid GroupKey { get; init; }
    /// <summary>The code; null once that is deleted.</summary>
    public Guid? CodeId { get; set; }
    public DateTimeOffset JoinedAt { get; init; }
    /// <summary><see cref="InviteCode.WeekOf"/> of <see cref="JoinedAt"/>.</summary>
    public int JoinedWeek { get; init; }
    public EnrollmentSource Source { get; init; }
}
