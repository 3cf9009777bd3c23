using AngleSharp.Dom;
using Bunit;
using InvitePortal.Common;
using InvitePortal.Insights;
using InvitePortal.Insights.Pages;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Shell;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Tests.Insights.Pages;

public sealed class InsightsTabTests
{
    [Fact]
    public async Task Tab_ShowsTheFunnelFirst_WithRates_AndATableBehindEachChart()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada");
        var at = host.Clock.Now.AddDays(-2);
        await host.StoreAsync(
            Told.Make(at, admin.Id, state: InvitationState.Accepted, answeredAfter: TimeSpan.FromHours(5)),
            Told.Make(at, admin.Id, role: Role.Teacher, events: [InvitationEventKind.Opened]),
            Told.Make(at, admin.Id, role: Role.Teacher, events: [InvitationEventKind.Fetched]),
            Told.Make(at, Guid.NewGuid(), role: Role.Teacher, messages: [(DeliveryState.Failed, "550 5.1.1 x")]));
        await using var ui = new InsightsUi(host, admin);

        var tab = ui.Render<InsightsTab>();

        Assert.Equal(["Sent", "Delivered", "Opened", "Started", "Accepted"], Texts(tab, ".funnel .name"));
        Assert.Equal(["4", "3", "2", "1", "1"], Texts(tab, ".funnel .count"));
        Assert.Equal(["75%", "67%", "50%", "100%"], tab.FindAll(".funnel .rate").Select(r => r.TextContent.Replace("→", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
        Assert.Contains("5 hours half accept within", string.Concat(Texts(tab, ".figures li")), StringComparison.Ordinal);
        Assert.Equal(4, tab.FindAll("details .table").Count);
        Assert.Equal(["Business", "Teacher"], tab.FindAll(".breakdown")[0].QuerySelectorAll("td.lead-cell").Select(c => c.TextContent).Order());
        Assert.Equal(["There is no such mailbox"], Texts(tab, ".failures .two-lines > span:first-child"));
        Assert.Contains(tab.FindAll("a[href]"), a => a.GetAttribute("href") == "/users/insights/export?table=PERIODS");
        Assert.Equal("4 invitations counted", tab.Find("[role=status]").TextContent.Trim());
    }

    [Fact]
    public async Task Tab_AnotherAddress_CountsAnew_AndDaysAreTheReaders()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        // 23:30 UTC is the next day in Moscow.
        await host.StoreAsync(Told.Make(new DateTimeOffset(2030, 4, 30, 23, 30, 0, TimeSpan.Zero), admin.Id), Told.Make(new DateTimeOffset(2030, 4, 30, 20, 30, 0, TimeSpan.Zero), admin.Id));
        await using var ui = new InsightsUi(host, admin);
        ui.Navigation.NavigateTo("/users?tab=insights&from=2030-05-01");
        var tab = ui.Render<InsightsTab>();
        Assert.Equal("1", tab.Find(".funnel .count").TextContent);

        ui.Navigation.NavigateTo("/users?tab=insights&from=2030-04-30&to=2030-05-01");

        await tab.WaitForAssertionAsync(() => Assert.Equal("2", tab.Find(".funnel .count").TextContent));
        Assert.Equal(["1 May 2030", "30 Apr 2030"], Texts(tab, ".chart td.lead-cell"));
    }

    [Fact]
    public async Task Tab_WithoutInvitations_SaysSo_AndOffersAllTime()
    {
        await using var host = await ServiceHost.CreateAsync();
        var agency = await host.AddPersonAsync(Role.Agency);
        await using var ui = new InsightsUi(host, agency);

        var tab = ui.Render<InsightsTab>();

        Assert.Equal("No invitations in this time", tab.Find(".empty h2").TextContent);
        Assert.Equal("/users?tab=insights&range=all", tab.Find(".empty a").GetAttribute("href"));
        // Nobody else's names are offered to an agency.
        Assert.Equal(["Role", "Channel"], tab.FindAll(".filters select").Select(s => s.GetAttribute("aria-label")));
    }

    [Fact]
    public async Task Filters_AreAddresses()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new InsightsUi(host, admin);
        var tab = ui.Render<InsightsTab>();

        await tab.Find(".filters select").ChangeAsync(new() { Value = "TEACHER" });
        Assert.EndsWith("/users?tab=insights&role=TEACHER", ui.Navigation.Uri, StringComparison.Ordinal);
        await tab.FindAll("input[type=date]")[1].ChangeAsync(new() { Value = "2030-05-01" });
        Assert.EndsWith("/users?tab=insights&from=2030-04-07&to=2030-05-01&role=TEACHER", ui.Navigation.Uri, StringComparison.Ordinal);
        // A year that is being typed.
        await tab.FindAll("input[type=date]")[0].ChangeAsync(new() { Value = "0203-05-01" });
        Assert.EndsWith("&from=2030-04-07&to=2030-05-01&role=TEACHER", ui.Navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("/users?tab=insights&range=7&role=TEACHER", tab.Find(".chip").GetAttribute("href"));
    }

    [Theory]
    [InlineData("550 5.1.1", "There is no such mailbox")]
    [InlineData("552 5.2.2", "The mailbox is full")]
    [InlineData("554 5.7.1", "Refused as unwanted, or by a rule of theirs")]
    [InlineData("421 4.3.2", "The mail server refused it")]
    [InlineData("smtp.timeout", "The mail server did not answer in time")]
    [InlineData("sms.unheard-of", "sms.unheard-of")]
    [InlineData("", "Other reasons")]
    public void Failures_AreSaidInWords(string key, string expected)
    {
        using var ui = UiContext.In(Languages.English);

        Assert.Equal(expected, FailureWords.Of(key, ui.Services.GetRequiredService<IStringLocalizer<InsightsTexts>>()));
    }

    [Fact]
    public void Funnel_OfNothing_DividesNothing()
    {
        using var ui = UiContext.In(Languages.English);

        var funnel = ui.Render<Funnel>(p => p.Add(f => f.Steps, [new FunnelStep("Sent", 0), new FunnelStep("Accepted", 0)]));

        Assert.Contains("—", funnel.Find(".rate").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", funnel.Markup, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Texts(IRenderedComponent<InsightsTab> tab, string selector) => tab.FindAll(selector).Select(e => e.TextContent.Trim());
}
