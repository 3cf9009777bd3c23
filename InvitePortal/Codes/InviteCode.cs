using InvitePortal.Common;

namespace InvitePortal.Codes;

/// <summary>Whom a code is for. The numbers are stored.</summary>
public enum CodeKind
{
    /// <summary>One student, unless the teacher sets more uses.</summary>
    Individual = 1,
    /// <summary>A group: reusable until closed.</summary>
    Group = 2,
}

/// <summary>What is stored of where a code stands; time is not in it. The numbers are stored.</summary>
public enum CodePhase
{
    Open = 1,
    /// <summary>Every use is taken.</summary>
    UsedUp = 2,
    Closed = 3,
}

/// <summary>Where a code stands at a moment. <see cref="Expired"/> is told by the clock.</summary>
public enum CodeState
{
    Active = 1,
    /// <summary>Every use is taken.</summary>
    Used = 2,
    Expired = 3,
    Closed = 4,
}

/// <summary>Eight characters that let students join. Stored readable: its teacher is shown it again and again, and it grants no more than joining.</summary>
public sealed class InviteCode
{
    public Guid Id { get; init; }
    /// <summary>As <see cref="CodeText"/> makes it; unique over both kinds.</summary>
    public required string Code { get; set; }
    public CodeKind Kind { get; init; }
    public Guid TeacherId { get; init; }
    public required string Subject { get; set; }
    /// <summary><see cref="SubjectKeyOf"/> of the subject.</summary>
    public required string SubjectKey { get; set; }
    /// <summary>The group of a group code.</summary>
    public Guid? GroupId { get; init; }
    /// <summary>How often it may be used; null for as often as wanted.</summary>
    public int? MaxUses { get; set; }
    public int Uses { get; set; }
    public CodePhase Phase { get; set; } = CodePhase.Open;
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Weeks since <see cref="WeekOf"/>'s first, of <see cref="CreatedAt"/>: what charts count by.</summary>
    public int CreatedWeek { get; init; }
    public DateTimeOffset? FirstUsedAt { get; set; }
    /// <summary>Seconds from <see cref="CreatedAt"/> to <see cref="FirstUsedAt"/>.</summary>
    public int? FirstUseSeconds { get; set; }
    /// <summary>Rises with every change by the teacher; an edit of an older one is refused. Uses do not raise it.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The state at a moment.</summary>
    public CodeState StateAt(DateTimeOffset now) => Phase switch
    {
        CodePhase.UsedUp => CodeState.Used,
        CodePhase.Closed => CodeState.Closed,
        CodePhase.Open => ExpiresAt <= now ? CodeState.Expired : CodeState.Active,
        _ => throw new InvalidOperationException($"Unknown phase {Phase}."),
    };

    /// <summary>A subject as it is compared: two spellings that differ in case or blanks are one.</summary>
    public static string SubjectKeyOf(string subject)
    {
        var folded = SearchText.Fold(subject);
        return folded[..Math.Min(folded.Length, CodeLengths.SubjectKey)];
    }

    /// <summary>Number of the week, Monday to Sunday in UTC, counted from that of 5 January 1970.</summary>
    public static int WeekOf(DateTimeOffset at) => (int)Math.Floor((at - FirstMonday).TotalDays / 7);

    /// <summary>When a week begins.</summary>
    public static DateTimeOffset StartOfWeek(int week) => FirstMonday.AddDays(7 * week);

    private static readonly DateTimeOffset FirstMonday = new(1970, 1, 5, 0, 0, 0, TimeSpan.Zero);
}

/// <summary>Longest values of this feature, in characters.</summary>
public static class CodeLengths
{
    public const int Group = 120;
    public const int Subject = 200;
    /// <summary>A letter with marks may fold into two.</summary>
    public const int SubjectKey = 2 * Subject;
}
