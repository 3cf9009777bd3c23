using InvitePortal.Common;

namespace InvitePortal.Users.Pages;

/// <summary>What is typed into the form of a person, what it was made from, and what somebody else made of it meanwhile.</summary>
internal sealed class PersonDraft
{
    private static readonly string[] Names = ["name", "email", "roles", "bio", "language", "timeZone"];

    private readonly Dictionary<string, string> _typed;
    private Dictionary<string, string> _stored;
    private string _version;

    public PersonDraft(UserDetails details)
    {
        _stored = Read(details);
        _typed = new Dictionary<string, string>(_stored, StringComparer.Ordinal);
        _version = details.Row.Version;
    }

    /// <summary>Fields that both changed, to different values; with what is stored now.</summary>
    public Dictionary<string, string> Conflicts { get; } = new(StringComparer.Ordinal);

    /// <summary>Fields that somebody else changed, as they were read first; empty unless they did.</summary>
    public Dictionary<string, string> ChangedByOthers { get; } = new(StringComparer.Ordinal);

    public string Name { get => _typed["name"]; set => _typed["name"] = value; }

    public string Email { get => _typed["email"]; set => _typed["email"] = value; }

    public string Bio { get => _typed["bio"]; set => _typed["bio"] = value; }

    public string Language { get => _typed["language"]; set => _typed["language"] = value; }

    public string TimeZone { get => _typed["timeZone"]; set => _typed["timeZone"] = value; }

    public IReadOnlyList<Role> Roles => WireNames<Role>.ParseKnown(_typed["roles"].Split(','));

    /// <summary>Whether anything would be saved.</summary>
    public bool IsChanged => Names.Any(IsTyped);

    /// <summary>Whether a new address was typed.</summary>
    public bool MovesAddress => IsTyped("email");

    public void Toggle(Role role) => _typed["roles"] = Text(Roles.Contains(role) ? Roles.Where(r => r != role) : Roles.Append(role));

    /// <summary>Takes what is stored in place of what was typed.</summary>
    public void Take(string field)
    {
        _typed[field] = _stored[field];
        Conflicts.Remove(field);
    }

    /// <summary>Only what differs from what is stored, on the version that was read last.</summary>
    public EditUser Command() => new(
        _version,
        IsTyped("name") ? Name : null,
        IsTyped("email") ? Email : null,
        IsTyped("bio") ? Bio : null,
        IsTyped("language") ? Language : null,
        IsTyped("timeZone") ? TimeZone : null,
        null,
        IsTyped("roles") ? Roles : null);

    /// <summary>Builds on what somebody else stored meanwhile: fields not touched here take it, what was typed stays and stands against it.</summary>
    public void Rebase(UserDetails details)
    {
        var theirs = Read(details);
        Conflicts.Clear();
        ChangedByOthers.Clear();
        foreach (var name in Names.Where(n => theirs[n] != _stored[n]))
        {
            ChangedByOthers[name] = _stored[name];
            if (!IsTyped(name))
            {
                _typed[name] = theirs[name];
            }
            else if (_typed[name] != theirs[name])
            {
                Conflicts[name] = theirs[name];
            }
        }

        (_stored, _version) = (theirs, details.Row.Version);
    }

    /// <summary>What is stored in a field now.</summary>
    public string Stored(string field) => _stored[field];

    private bool IsTyped(string name) => _typed[name] != _stored[name];

    private static string Text(IEnumerable<Role> roles) => string.Join(',', roles.Order().Select(WireNames<Role>.Of));

    private static Dictionary<string, string> Read(UserDetails details) => new(StringComparer.Ordinal)
    {
        ["name"] = details.Row.Name,
        ["email"] = details.Row.Email ?? "",
        ["roles"] = Text(details.Row.Roles),
        ["bio"] = details.Bio ?? "",
        ["language"] = details.Language,
        ["timeZone"] = details.TimeZone,
    };
}
