using Bunit;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class ActionMenuTests
{
    [Fact]
    public void Items_BeforeTheFirstOpening_AreNotMade()
    {
        using var ui = UiContext.In("en");
        var menu = Menu(ui, () => { });

        Assert.Empty(menu.FindAll("[role=menuitem]"));

        menu.Find("button").Click();

        Assert.Equal("Resend", Assert.Single(menu.FindAll("[role=menuitem]")).TextContent.Trim());
    }

    [Fact]
    public void Button_NamesAndControlsItsMenu()
    {
        using var ui = UiContext.In("en");
        var menu = Menu(ui, () => { });

        var button = menu.Find("button");
        var popover = menu.Find("[role=menu]");
        Assert.Equal("Actions for anna@example.org", button.GetAttribute("aria-label"));
        Assert.Equal("menu", button.GetAttribute("aria-haspopup"));
        Assert.Equal("false", button.GetAttribute("aria-expanded"));
        Assert.Equal(popover.Id, button.GetAttribute("popovertarget"));
        Assert.True(popover.HasAttribute("popover"));
    }

    [Fact]
    public void Menus_OnOnePage_HaveTheirOwnIds()
    {
        using var ui = UiContext.In("en");

        Assert.NotEqual(Menu(ui, () => { }).Find("[role=menu]").Id, Menu(ui, () => { }).Find("[role=menu]").Id);
    }

    [Fact]
    public void Item_Pressed_Acts()
    {
        using var ui = UiContext.In("en");
        var pressed = 0;
        var menu = Menu(ui, () => pressed++);

        menu.Find("button").Click();
        menu.Find("[role=menuitem]").Click();

        Assert.Equal(1, pressed);
    }

    [Fact]
    public void Item_WithAddress_IsALink()
    {
        using var ui = UiContext.In("en");

        var item = ui.Render<ActionItem>(p => p.Add(i => i.Href, "/profile").AddChildContent("Profile")).Find("[role=menuitem]");

        Assert.Equal("/profile", item.GetAttribute("href"));
        Assert.Equal("-1", item.GetAttribute("tabindex"));
    }

    private static IRenderedComponent<ActionMenu> Menu(UiContext ui, Action act) => ui.Render<ActionMenu>(p => p
        .Add(m => m.Label, "Actions for anna@example.org")
        .AddChildContent<ActionItem>(i => i.Add(x => x.OnClick, act).AddChildContent("Resend")));
}
