using InvitePortal.Common;

namespace InvitePortal.Users;

/// <summary>The values that a change changes, before and after, for the audit log.</summary>
internal sealed class Differences
{
    private readonly Dictionary<string, object?> _before = [];
    private readonly Dictionary<string, object?> _after = [];

    public bool IsEmpty => _after.Count == 0;

    public object Before => _before;

    public object After => _after;

    /// <summary>Status and roles.</summary>
    public static Differences Of(Person person, Outcome outcome)
    {
        var differences = new Differences();
        differences.Note("status", person.Status, outcome.Status);
        if (person.RoleBits != outcome.RoleBits)
        {
            differences.Note("roles", RoleBits.Read(person.RoleBits), RoleBits.Read(outcome.RoleBits));
        }

        return differences;
    }

    /// <summary>Keeps a value that differs.</summary>
    public void Note(string name, object? before, object? after)
    {
        if (!Equals(before, after))
        {
            _before[name] = before;
            _after[name] = after;
        }
    }
}
