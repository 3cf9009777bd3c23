using Bunit;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class PagerTests
{
    [Fact]
    public void Links_MiddlePage_LeadEverywhere()
    {
        using var ui = UiContext.In("en");

        var pager = Pager(ui, new PageResult<int>([.. Enumerable.Range(0, 25)], 12345, 3, 25, "n", "p", "l"));

        Assert.Equal("51–75 of 12,345", pager.Find(".pager > span").TextContent);
        Assert.Equal(["/list?page=1&cursor=", "/list?page=2&cursor=p", "/list?page=4&cursor=n", "/list?page=494&cursor=l"], pager.FindAll("nav a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void Links_FirstPage_CannotGoBack()
    {
        using var ui = UiContext.In("en");

        var pager = Pager(ui, new PageResult<int>([1, 2], 3, 1, 2, "n", null, "l"));

        Assert.Equal(["true", "true", null, null], pager.FindAll("nav a").Select(a => a.GetAttribute("aria-disabled")));
        Assert.Equal([null, null, "/list?page=2&cursor=n", "/list?page=2&cursor=l"], pager.FindAll("nav a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void Links_LastPage_CannotGoOn()
    {
        using var ui = UiContext.In("ru");

        var pager = Pager(ui, new PageResult<int>([3], 3, 2, 2, null, "p", null));

        Assert.Equal("3–3 из 3", pager.Find(".pager > span").TextContent);
        Assert.Equal([null, null, "true", "true"], pager.FindAll("nav a").Select(a => a.GetAttribute("aria-disabled")));
    }

    [Theory]
    [InlineData("en", "26–50 of more than 10,000")]
    [InlineData("ru", "26–50, всего больше 10\u00a0000")]
    public void Range_CappedTotal_SaysThatThereAreMore(string language, string text)
    {
        using var ui = UiContext.In(language);

        var pager = Pager(ui, new PageResult<int>([.. Enumerable.Range(0, 25)], 10_000, 2, 25, "n", "p", null, TotalIsCapped: true));

        Assert.Equal(text, pager.Find(".pager > span").TextContent);
        Assert.Equal([null, null, null, "true"], pager.FindAll("nav a").Select(a => a.GetAttribute("aria-disabled")));
    }

    [Fact]
    public void Links_OnePage_AreLeftOut()
    {
        using var ui = UiContext.In("en");

        var pager = Pager(ui, new PageResult<int>([1, 2], 2, 1, 25));

        Assert.Equal("1–2 of 2", pager.Find(".pager > span").TextContent);
        Assert.Empty(pager.FindAll("nav"));
    }

    [Fact]
    public void Pager_NothingFound_IsLeftOut()
    {
        using var ui = UiContext.In("en");

        Assert.Empty(Pager(ui, new PageResult<int>([], 0, 1, 25)).Markup.Trim());
    }

    private static IRenderedComponent<Pager<int>> Pager(UiContext ui, PageResult<int> result) => ui.Render<Pager<int>>(p => p
        .Add(x => x.Result, result)
        .Add(x => x.Href, t => $"/list?page={t.Page}&cursor={t.Cursor}"));
}
