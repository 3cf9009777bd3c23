namespace InvitePortal.Shell.Ui;

/// <summary>Which rows of a list are ticked: some, or everything that the filter matches.</summary>
public sealed class RowSelection
{
    public HashSet<Guid> Ids { get; } = [];

    /// <summary>All that match the filter, also on pages not shown.</summary>
    public bool Everything { get; set; }

    public int Count => Ids.Count;

    public bool Holds(Guid id) => Everything || Ids.Contains(id);

    /// <summary>Whether every row of the page is ticked.</summary>
    public bool HoldsPage(IEnumerable<Guid> page) => page.All(Holds);

    /// <summary>Ticks a row, or no longer. Of everything, the other rows of its page stay: nobody has seen the rest.</summary>
    /// <param name="id">Of the row.</param>
    /// <param name="page">All rows that are shown with it.</param>
    public void Toggle(Guid id, IEnumerable<Guid> page)
    {
        if (Everything)
        {
            Clear();
            Ids.UnionWith(page);
        }

        if (!Ids.Remove(id))
        {
            Ids.Add(id);
        }
    }

    /// <summary>Ticks every row of the page, or none where all were; of everything, nothing stays.</summary>
    public void TogglePage(IReadOnlyCollection<Guid> page)
    {
        if (Everything)
        {
            Clear();
            return;
        }

        var all = HoldsPage(page);
        foreach (var id in page)
        {
            _ = all ? Ids.Remove(id) : Ids.Add(id);
        }
    }

    public void Clear()
    {
        Everything = false;
        Ids.Clear();
    }
}
