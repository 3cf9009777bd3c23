using InvitePortal.Common;

namespace InvitePortal.Codes;

/// <summary>Students of one teacher who learn one subject together. It has one code, reusable until closed.</summary>
public sealed class Group
{
    public Guid Id { get; init; }
    public Guid TeacherId { get; init; }
    public required string Name { get; set; }
    public required string Subject { get; set; }
    /// <summary>Folded name and subject, for the search.</summary>
    public required string SearchText { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When joining was closed; null while its code is open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }
    /// <summary>Rises with every edit; an edit of an older one is refused.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The value of <see cref="SearchText"/>.</summary>
    public static string SearchOf(string name, string subject) => InviteCode.SubjectKeyOf(name) + " " + InviteCode.SubjectKeyOf(subject);
}
