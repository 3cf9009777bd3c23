using Bunit;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class SelectionBarTests
{
    [Fact]
    public void Bar_NothingSelected_IsLeftOut()
    {
        using var ui = UiContext.In("en");

        Assert.Empty(ui.Render<SelectionBar>(p => p.Add(b => b.Count, 0)).Markup.Trim());
    }

    [Theory]
    [InlineData("en", 12345, "12,345 selected")]
    [InlineData("ru", 2, "Выбрано: 2")]
    public void Bar_SomeSelected_SaysHowMany(string language, int count, string expected)
    {
        using var ui = UiContext.In(language);

        var bar = ui.Render<SelectionBar>(p => p.Add(b => b.Count, count));

        Assert.Equal(expected, bar.Find("[aria-live=polite]").TextContent);
        Assert.Empty(bar.FindAll("button"));
    }

    [Fact]
    public void Clear_Pressed_TellsThePage()
    {
        using var ui = UiContext.In("en");
        var cleared = false;
        var bar = ui.Render<SelectionBar>(p => p.Add(b => b.Count, 3).Add(b => b.OnClear, () => cleared = true));

        bar.Find("button[aria-label='Clear selection']").Click();

        Assert.True(cleared);
    }
}
