using System.Collections.Frozen;

namespace InvitePortal.Messaging.Templates;

/// <summary>The closed list of what words can stand in for. Nothing else between double braces means anything.</summary>
public static class Placeholders
{
    public const string Name = "name";
    public const string Inviter = "inviter";
    public const string Role = "role";
    public const string Group = "group";
    public const string Subject = "subject";
    public const string Link = "link";
    public const string Code = "code";
    public const string Expires = "expires";
    public const string Lifetime = "lifetime";
    public const string Portal = "portal";
    public const string Message = "message";

    /// <summary>All of them, in the order in which they are offered.</summary>
    public static readonly IReadOnlyList<string> All = [Name, Inviter, Role, Group, Subject, Link, Code, Expires, Lifetime, Portal, Message];

    private static readonly FrozenSet<string> Known = All.ToFrozenSet(StringComparer.Ordinal);
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> KnownSpans = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>As it is written: <c>{{name}}</c>.</summary>
    public static string Of(string name) => "{{" + name + "}}";

    /// <summary>Whether it is one of the list, letter by letter.</summary>
    public static bool IsKnown(ReadOnlySpan<char> name) => KnownSpans.Contains(name);
}
