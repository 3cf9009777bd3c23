using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class RowSelectionTests
{
    private static readonly Guid[] Page = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];

    private readonly RowSelection _selection = new();

    [Fact]
    public void Toggle_TicksAndUnticks_WhateverThePage()
    {
        _selection.Toggle(Page[0], Page);
        _selection.Toggle(Page[1], Page);
        _selection.Toggle(Page[0], Page);

        Assert.Equal([Page[1]], _selection.Ids);
        Assert.False(_selection.HoldsPage(Page));
    }

    [Fact]
    public void TogglePage_TicksAll_ThenNone()
    {
        var elsewhere = Guid.NewGuid();
        _selection.Toggle(elsewhere, []);

        _selection.TogglePage(Page);
        Assert.True(_selection.HoldsPage(Page));
        Assert.Equal(4, _selection.Count);

        _selection.TogglePage(Page);
        Assert.Equal([elsewhere], _selection.Ids);
    }

    [Fact]
    public void Toggle_OfEverything_LeavesTheOthersOfTheShownPage()
    {
        // Everything was chosen on another page.
        _selection.TogglePage([Guid.NewGuid(), Guid.NewGuid()]);
        _selection.Everything = true;
        Assert.True(_selection.HoldsPage(Page));

        _selection.Toggle(Page[1], Page);

        Assert.False(_selection.Everything);
        Assert.Equal(new[] { Page[0], Page[2] }.Order(), _selection.Ids.Order());
        Assert.False(_selection.Holds(Page[1]));
    }

    [Fact]
    public void TogglePage_OfEverything_LeavesNothing()
    {
        _selection.TogglePage([Guid.NewGuid(), Guid.NewGuid()]);
        _selection.Everything = true;

        _selection.TogglePage(Page);

        Assert.False(_selection.Everything);
        Assert.Empty(_selection.Ids);
    }
}
