using InvitePortal.Shell.Ui;

namespace InvitePortal.Users.Pages;

/// <summary>Which version of a person was seen when they were ticked: whoever was changed by somebody else since is refused.</summary>
internal sealed class SeenVersions
{
    private readonly Dictionary<Guid, string> _versions = [];
    private readonly HashSet<Guid> _changedHere = [];

    public IReadOnlyDictionary<Guid, string> All => _versions;

    /// <summary>One's own change is no reason to refuse the next one: with the next reading the version becomes the one then shown.</summary>
    /// <param name="person">Null where nobody was changed here.</param>
    public void Renew(Guid? person) => _changedHere.UnionWith(person is { } id ? [id] : []);

    /// <summary>Takes over rows that were read just now.</summary>
    public void Read(IEnumerable<UserRow> rows, RowSelection selection)
    {
        foreach (var person in _changedHere)
        {
            _versions.Remove(person);
        }

        _changedHere.Clear();
        Remember(rows, selection);
    }

    /// <summary>Of a ticked person the version that was seen then, of others on the page the one that is shown.</summary>
    public void Remember(IEnumerable<UserRow> rows, RowSelection selection)
    {
        foreach (var gone in _versions.Keys.Where(id => !selection.Ids.Contains(id)).ToList())
        {
            _versions.Remove(gone);
        }

        foreach (var row in rows)
        {
            _versions.TryAdd(row.Id, row.Version);
        }
    }
}
