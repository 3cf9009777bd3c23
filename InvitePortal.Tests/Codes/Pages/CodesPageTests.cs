using Bunit;
using InvitePortal.Codes;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes.Pages;

public sealed class CodesPageTests
{
    [Theory]
    [InlineData(CodeKind.Individual, CodeState.Active, 0, "Show big,Send the code,Edit,Replace the code,Close joining,Delete the code")]
    [InlineData(CodeKind.Individual, CodeState.Used, 1, "Show big,Edit")]
    [InlineData(CodeKind.Individual, CodeState.Closed, 0, "Show big,Edit,Replace the code,Open again,Delete the code")]
    [InlineData(CodeKind.Group, CodeState.Active, 24, "Show big,Students of the group,Send the code,Edit,Replace the code,Close joining,Delete the group")]
    public async Task Menu_OffersWhatTheStateAllows(CodeKind kind, CodeState state, int uses, string expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Teacher));
        var group = kind is CodeKind.Group ? Guid.NewGuid() : (Guid?)null;
        var menu = ui.Render<CodeMenu>(p => p.Add(m => m.Handle, new CodeHandle(Guid.NewGuid(), "K7PM2QXA", kind, state, uses, "Algebra", group, group is null ? null : "9A")));

        await menu.Find("button").ClickAsync(new());

        Assert.Equal(expected, string.Join(',', menu.FindAll("[role=menuitem]").Select(i => i.TextContent.Trim())));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Regenerate_AsksFirst(bool answer)
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);
        var asked = ui.AnswerDialogs(answer);
        var menu = ui.Render<CodeMenu>(p => p.Add(m => m.Handle, CodeHandle.Of(code)));
        await menu.Find("button").ClickAsync(new());

        await menu.FindAll("[role=menuitem]").Single(i => i.TextContent.Trim() == "Replace the code").ClickAsync(new());

        Assert.Equal([typeof(ConfirmDialog)], asked);
        Assert.Equal(answer, (await host.ReadAsync(code.Id)).Code != code.Code);
    }

    [Fact]
    public async Task Create_One_ClosesWithIt_AndUsesTheReadersZone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new CodesUi(host, teacher);
        object? closed = null;
        ui.Dialogs.OnClose += value => closed = value;
        var dialog = ui.Render<CreateCodesDialog>();
        _ = ui.Dialogs.OpenAsync("t", _ => _ => { });

        dialog.Find("#create-subject").Change("Algebra");
        dialog.Find("#create-expires").Change("2030-05-10T18:30:00");
        await dialog.Find("form").SubmitAsync();

        var made = Assert.Single(Good(await host.Get<CodeQueries>().ListAsync(teacher.Actor, new CodeFilter(), new PageRequest(), Ct)).Items);
        Assert.Equal(new DateTimeOffset(2030, 5, 10, 15, 30, 0, TimeSpan.Zero), made.ExpiresAt);
        Assert.Equal(made.Id, closed);
    }

    [Fact]
    public async Task Create_Many_ShowsThemAll_AndCopiesThem()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Teacher));
        var dialog = ui.Render<CreateCodesDialog>();

        dialog.Find("#create-subject").Change("Algebra");
        dialog.Find("#create-count").Change("30");
        await dialog.Find("form").SubmitAsync();

        Assert.Equal(30, dialog.FindAll(".code-list li").Count);
        Assert.Equal(30, dialog.Find("[data-copy]").GetAttribute("data-copy")!.Split('\n').Distinct().Count());
        Assert.EndsWith("q=Algebra&take=30", dialog.Find("a.primary").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cards_MoreThanOnePage_GoOnWhereTheFirstEnded()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await host.CodesAsync(teacher, "Algebra", 20);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var made = await host.CodesAsync(teacher, "Algebra", 250);
        await using var ui = new CodesUi(host, teacher);
        ui.Navigation.NavigateTo("/codes/cards?tab=active&q=Algebra&take=250");
        var first = ui.Render<CodeCardsPage>();
        var printed = first.FindAll(".card-code").Select(c => c.TextContent).ToList();
        Assert.Equal(200, printed.Count);

        ui.Navigation.NavigateTo(first.Find(".paper-bar a[href*=cursor]").GetAttribute("href")!);
        var second = ui.Render<CodeCardsPage>();

        printed.AddRange(second.FindAll(".card-code").Select(c => c.TextContent));
        Assert.Equal(made.Select(c => CodeText.Grouped(c.Code)), printed);
        Assert.Empty(second.FindAll(".paper-bar a[href*=cursor]"));
    }

    [Fact]
    public async Task BigView_ShowsWhoJoins_WithoutReload()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher, maxUses: 28);
        await using var ui = new CodesUi(host, teacher);
        var page = ui.Render<CodePage>(p => p.Add(c => c.Id, group.CodeId));
        await page.WaitForElementAsync(".stage-text");
        Assert.Equal(CodeText.Grouped(group.Code), page.Find(".stage-text").TextContent);
        Assert.Equal("0 of 28", page.Find(".joined-count").TextContent);

        Good(await host.JoinAsync((await host.AddPersonAsync(Role.Student, name: "Tom Okafor")).Actor, group.Code));

        await page.WaitForStateAsync(() => page.Find(".joined-count").TextContent == "1 of 28", TimeSpan.FromSeconds(10));
        Assert.Contains("Tom Okafor", page.Find(".joiner").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BigView_OfAnotherTeachersCode_IsNotFound()
    {
        await using var host = await ServiceHost.CreateAsync();
        var code = await host.CodeAsync(await host.AddPersonAsync(Role.Teacher));
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Teacher));

        var page = ui.Render<CodePage>(p => p.Add(c => c.Id, code.Id));

        Assert.Contains(CodeErrors.NotFound.Message, page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain(CodeText.Grouped(code.Code), page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_Seats_KeepsAnExpiryThatWasNotTouched_ToTheSecond()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var until = host.Clock.Now.AddDays(3).AddSeconds(37);
        var code = await host.CodeAsync(teacher, expiresAt: until);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<EditCodeDialog>(p => p.Add(d => d.Id, code.Id));

        dialog.WaitForElement("#edit-uses").Change("5");
        await dialog.Find("form").SubmitAsync();

        var stored = await host.ReadAsync(code.Id);
        Assert.Equal((5, until), (stored.MaxUses, stored.ExpiresAt));
    }

    [Theory]
    [InlineData("/codes?tab=groups&q=9A", CodesView.Groups, "9A")]
    [InlineData("/codes?tab=nonsense&page=-4&weeks=999", CodesView.Active, null)]
    public void Url_IsReadAndWritten(string url, CodesView view, string? search)
    {
        var query = System.Web.HttpUtility.ParseQueryString(url.Split('?')[1]);
        var read = CodesUrl.Read(query["tab"], query["q"], query["sort"], query["page"], query["cursor"], query["subject"], query["group"], query["weeks"]);

        Assert.Equal((view, search, 1, 12), (read.View, read.Search, read.Page, read.Weeks));
        Assert.StartsWith($"/codes?tab={view.ToString().ToLowerInvariant()}", read.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Period_OfChosenDays_IsThatOfTheReadersZone()
    {
        Assert.True(TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Istanbul", out var zone));
        var reader = new ReaderZone("Europe/Istanbul", zone);
        var now = new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal(
            new CodePeriod(new DateTimeOffset(2026, 10, 31, 21, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 2, 21, 0, 0, TimeSpan.Zero)),
            Read("2026-11-01", "2026-11-02").Period(reader, now));
        Assert.Equal(new CodePeriod(new DateTimeOffset(2026, 11, 2, 0, 0, 0, TimeSpan.Zero)), Read(null, "nonsense").Period(reader, now));
        Assert.EndsWith("weeks=4&from=2026-11-01&to=2026-11-02", Read("2026-11-01", "2026-11-02").ToString(), StringComparison.Ordinal);

        static CodesUrl Read(string? from, string? to) => CodesUrl.Read("statistics", null, null, null, null, null, null, "4", from, to);
    }

    [Fact]
    public async Task Statistics_Days_AreChosen_AndTheFileIsOfTheSame()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await host.CodesAsync(teacher, "Algebra", 3);
        await using var ui = new CodesUi(host, teacher);
        var tab = ui.Render<StatisticsTab>(p => p.Add(t => t.Url, new CodesUrl { View = CodesView.Statistics, To = new DateOnly(2400, 1, 1) }));
        Assert.Equal(2, tab.FindAll("details.more table").Count);
        Assert.Empty(tab.FindAll(".chip.on"));
        Assert.Equal("/codes/statistics/export?table=WEEKS&to=2400-01-01", tab.Find("a[href*='statistics/export']").GetAttribute("href"));

        await tab.Find("#stats-from").ChangeAsync(new() { Value = "2026-02-03" });

        Assert.EndsWith("/codes?tab=statistics&from=2026-02-03&to=2400-01-01", ui.Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 10)]
    [InlineData(20, 20)]
    [InlineData(21, 40)]
    [InlineData(401, 1000)]
    public void Axis_EndsAtARoundNumber(int largest, int end) => Assert.Equal(end, ChartSeries.AxisEnd([new ChartSeries("a", [largest])]));
}
