namespace InvitePortal.Codes.Pages;

/// <summary>What of a code decides what can be done with it.</summary>
public sealed record CodeHandle(Guid Id, string Code, CodeKind Kind, CodeState State, int Uses, string Subject, Guid? GroupId, string? Group)
{
    /// <summary>One that was used by a student stays what it is, for the record of who came by it.</summary>
    public bool MayRegenerate => Kind is CodeKind.Group || Uses == 0;

    public bool MayDelete => Kind is CodeKind.Group || Uses == 0;

    public static CodeHandle Of(CodeRow row) => new(row.Id, row.Code, row.Kind, row.State, row.Uses, row.Subject, row.GroupId, row.Group);

    public static CodeHandle Of(GroupRow row) => new(row.CodeId, row.Code, CodeKind.Group, row.State, row.Uses, row.Subject, row.Id, row.Name);
}
