using System.Security.Cryptography;
using InvitePortal.Common;

namespace InvitePortal.Links;

/// <summary>Whom a link binds to its owner. The numbers are stored.</summary>
public enum LinkKind
{
    /// <summary>A teacher's link, <c>T_…</c>: who accepts becomes a student.</summary>
    Teacher = 1,
    /// <summary>A student's link, <c>P_…</c>: who accepts becomes a parent.</summary>
    Student = 2,
}

/// <summary>What the two kinds are about.</summary>
public static class LinkKinds
{
    /// <summary>The role that owns links of this kind.</summary>
    public static Role OwnerRole(this LinkKind kind) => kind is LinkKind.Teacher ? Role.Teacher : Role.Student;

    /// <summary>The role that accepting gives.</summary>
    public static Role MemberRole(this LinkKind kind) => kind is LinkKind.Teacher ? Role.Student : Role.Parent;

    /// <summary>The kind of link that somebody in this role owns.</summary>
    public static LinkKind? Of(Role role) => role switch
    {
        Role.Teacher => LinkKind.Teacher,
        Role.Student => LinkKind.Student,
        Role.SuperAdmin or Role.Staff or Role.Agency or Role.Business or Role.Parent or _ => null,
    };
}

/// <summary>A link that its owner shows around: reusable, one alive for each owner and kind. Replaced ones are kept, dead, to be told from unknown ones.</summary>
public sealed class ReferralLink
{
    public const int CodeLength = 22;
    private const int SecretLength = CodeLength - 2;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public LinkKind Kind { get; init; }
    /// <summary>Readable, since its owner sees it again and again; it grants no more than being bound.</summary>
    public required string Code { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ReplacedAt { get; set; }
    /// <summary>Owner and kind while it lives, null once it is replaced: unique, so that one lives.</summary>
    public string? LiveKey { get; set; }
    /// <summary>How many people were bound by it.</summary>
    public int Uses { get; set; }

    /// <summary>A new code: 20 random base62 characters behind the mark of the kind.</summary>
    public static string NewCode(LinkKind kind) => (kind is LinkKind.Teacher ? "T_" : "P_") + RandomNumberGenerator.GetString(Alphabet, SecretLength);

    /// <summary>The key of the one live link.</summary>
    public static string KeyFor(Guid owner, LinkKind kind) => $"{owner:N}:{(int)kind}";

    /// <summary>Whether the text has the shape of a code; anything else need not be looked up.</summary>
    public static bool HasShape(string? text) =>
        text?.Length == CodeLength && text[0] is 'T' or 'P' && text[1] is '_' && text.AsSpan(2).IndexOfAnyExcept(Alphabet) < 0;
}

/// <summary>Two people who belong together: teacher and student, or student and parent.</summary>
public sealed class Bond
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public Guid MemberId { get; init; }
    public LinkKind Kind { get; init; }
    /// <summary>The link by which they came together.</summary>
    public Guid LinkId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
