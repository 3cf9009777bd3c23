using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Insights;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>Figures and the audit log in a real browser.</summary>
public sealed class InsightsJourneys(PeoplePortal people) : IClassFixture<PeoplePortal>
{
    private IServiceProvider Services => people.Portal.Services;

    [Fact]
    public async Task AnotherTime_OtherNumbers_AndTheAddressIsShared()
    {
        var agency = await Services.AddPersonAsync(Role.Agency);
        var staff = await Services.AddPersonAsync(Role.Staff);
        var now = Services.GetRequiredService<TimeProvider>().GetUtcNow();
        await StoreAsync(
            Told.Make(now.AddHours(-30), agency.Id, state: InvitationState.Accepted),
            Told.Make(now.AddHours(-31), agency.Id, events: [InvitationEventKind.Opened]),
            Told.Make(now.AddDays(-20), agency.Id, role: Role.Teacher),
            Told.Make(now.AddDays(-80), agency.Id, messages: [(DeliveryState.Failed, "550 5.1.1 x")]),
            Told.Make(now.AddHours(-3), staff.Id));
        var shared = "";
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: agency), async tab =>
        {
            await tab.GoAsync("/users?tab=insights");
            await Expect(Count(tab).First).ToHaveTextAsync("3");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "7 days" }).ClickAsync();
            await Expect(Count(tab).First).ToHaveTextAsync("2");
            await Expect(Count(tab).Last).ToHaveTextAsync("1");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "All time" }).ClickAsync();
            await Expect(Count(tab).First).ToHaveTextAsync("4");
            await Expect(tab.Page.GetByText("There is no such mailbox")).ToBeVisibleAsync();
            await tab.Page.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync("BUSINESS");
            await Expect(Count(tab).First).ToHaveTextAsync("3");
            shared = new Uri(tab.Page.Url).PathAndQuery;
            Assert.EndsWith("?tab=insights&range=all&role=BUSINESS", shared, StringComparison.Ordinal);
            await tab.Page.GoBackAsync();
            await Expect(Count(tab).First).ToHaveTextAsync("4");
            await tab.Page.GetByText("Show as a table").First.ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Export as CSV" }).First).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
        await BrowserTab.JourneyAsync(people.Portal, new Look(Width: 360, Person: agency), async phone =>
        {
            await phone.GoAsync(shared);
            await Expect(Count(phone).First).ToHaveTextAsync("3");
            await phone.Page.GetByLabel("To", new() { Exact = true }).FillAsync(now.AddDays(-60).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            await Expect(Count(phone).First).ToHaveTextAsync("1");
            await phone.Page.ReachAsync(new Regex("to=[0-9-]{10}&role=BUSINESS$"));
        });
    }

    [Fact]
    public async Task AuditLog_FoundByName_ByAClickOnSomebody_AndByDays()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Auditor");
        await using (var scope = Services.CreateAsyncScope())
        {
            var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["audited@example.org"], Role.Teacher), null, default);
            Assert.True(sent.Succeeded);
        }

        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Audit log" }).ClickAsync();
            await tab.Page.GetByLabel("Who: name or address").FillAsync("ada aud");
            await tab.Page.ReachAsync(new Regex("who=ada%20aud$"));
            await Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(1);
            await Expect(tab.Page.Locator("tbody tr")).ToContainTextAsync("audited@example.org");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Ada Auditor" }).ClickAsync();
            await Expect(tab.Page.Locator(".toolbar .chip")).ToContainTextAsync("Ada Auditor");
            await tab.Page.GetByLabel("Change", new() { Exact = true }).SelectOptionAsync("user");
            await Expect(tab.Page.GetByText("Nothing fits these filters")).ToBeVisibleAsync();
            await tab.Page.GoBackAsync();
            await Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(1);
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByLabel("To", new() { Exact = true }).FillAsync("2020-01-01");
            await Expect(tab.Page.GetByText("Nothing fits these filters")).ToBeVisibleAsync();
        });
    }

    private static ILocator Count(BrowserTab tab) => tab.Page.Locator(".funnel .count");

    private async Task StoreAsync(params Told[] told)
    {
        await using var db = people.Portal.Database.Open();
        foreach (var one in told)
        {
            db.Invitations.Add(one.Invitation);
            db.OutboxMessages.AddRange(one.Messages);
            foreach (var kind in one.Events)
            {
                InvitationEvents.Add(db, one.Invitation.Id, kind, one.Invitation.CreatedAt);
            }
        }

        await db.SaveChangesAsync();
    }
}
