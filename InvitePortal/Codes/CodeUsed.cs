using InvitePortal.Common;
using InvitePortal.Webhooks;

namespace InvitePortal.Codes;

/// <summary>A group that somebody has joined.</summary>
public sealed record CodeUsedGroup(Guid Id, string Name);

/// <summary>Data of <c>code.used</c>. The code itself is not among it: it may let others in.</summary>
public sealed record CodeUsed(
    Guid CodeId, CodeKind Kind, string Subject, CodeUsedGroup? Group, WebhookPerson Teacher, WebhookPerson Student, Guid EnrollmentId, DateTimeOffset JoinedAt)
{
    internal static CodeUsed Of(InviteCode code, string teacher, string? group, ActorState student, Enrollment enrollment) => new(
        code.Id,
        code.Kind,
        enrollment.Subject,
        code.GroupId is { } id && group is not null ? new CodeUsedGroup(id, group) : null,
        new WebhookPerson(code.TeacherId, teacher),
        new WebhookPerson(student.Id, student.Name),
        enrollment.Id,
        enrollment.JoinedAt);
}
