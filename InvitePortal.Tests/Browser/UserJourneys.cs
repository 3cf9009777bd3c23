using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A portal on a port, for all journeys of this file.</summary>
public sealed class PeoplePortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true });

    public ValueTask DisposeAsync() => Portal.DisposeAsync();
}

/// <summary>Managing people in a real browser, often in two at once.</summary>
public sealed class UserJourneys(PeoplePortal people) : IClassFixture<PeoplePortal>
{
    private IServiceProvider Services => people.Portal.Services;

    [Fact]
    public async Task Filter_Share_SelectAllThatMatch_Suspend_ReportSaysWhoWasRefusedAndWhy()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        var staff = await Services.AddPersonAsync(Role.Staff);
        for (var i = 0; i < 40; i++)
        {
            await Services.AddPersonAsync(i == 17 ? Role.SuperAdmin : Role.Student, name: $"Crowd {i:00}", email: $"crowd{i:00}@example.org");
        }

        var shared = "";
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=users");
            await tab.Page.GetByLabel("Search by name or address").FillAsync("crowd");
            await Expect(tab.Page.GetByText("1–25 of 40")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Roles" }).ClickAsync();
            await tab.Page.GetByLabel("Student").CheckAsync();
            await tab.Page.GetByLabel("Super admin").CheckAsync();
            await tab.Page.Keyboard.PressAsync("Escape");
            // A link leads to what the page shows when it is pressed: the page has to have followed.
            await tab.Page.ReachAsync(new Regex("role=STUDENT&role=SUPER_ADMIN&q=crowd$"));
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Active", Exact = true }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("status=ACTIVE&role=STUDENT&role=SUPER_ADMIN&q=crowd$"));
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Email" }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("status=ACTIVE&role=STUDENT&role=SUPER_ADMIN&q=crowd&sort=email$"));
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
            await tab.Page.GetByLabel("Joined").UncheckAsync();
            await tab.Page.ReachAsync(new Regex("columns=EMAIL,ROLES,STATUS,LAST_SIGN_IN$"));
            await tab.Page.Keyboard.PressAsync("Escape");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Next page" }).ClickAsync();
            await Expect(tab.Page.GetByText("26–40 of 40")).ToBeVisibleAsync();
            await tab.Page.GoBackAsync();
            await Expect(tab.Page.GetByText("1–25 of 40")).ToBeVisibleAsync();
            shared = new Uri(tab.Page.Url).PathAndQuery;
        });
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: staff), async tab =>
        {
            await tab.GoAsync(shared);
            await Expect(tab.Page.GetByText("1–25 of 40")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Columnheader, new() { Name = "Joined" })).ToHaveCountAsync(0);
            await Expect(tab.Page.Locator("tbody tr").First).ToContainTextAsync("Crowd 00");
            await tab.Page.GetByLabel("Select all on this page").CheckAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select all 40 that match" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Change status" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Suspended" }).CheckAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Suspend 40 people" }).ClickAsync();
            await Expect(tab.Page.GetByText("39 of 40 done.")).ToBeVisibleAsync();
                        await Expect(tab.Page.Locator(".rz-dialog tbody tr")).ToContainTextAsync("crowd17@example.org");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
            await Expect(tab.Page.GetByText("1–1 of 1")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task TwoEditorsOfOnePerson_TheSecondIsTold_AndNothingIsLost()
    {
        var first = await Services.AddPersonAsync(Role.SuperAdmin);
        var second = await Services.AddPersonAsync(Role.Staff);
        var ann = await Services.AddPersonAsync(Role.Teacher, name: "Ann Before");
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: first), async one =>
        {
            await EditAsync(one, ann);
            await one.Page.Locator("#edit-name").FillAsync("Ann First");
            await one.Page.Locator("#edit-bio").FillAsync("Teaches physics");
            await BrowserTab.JourneyAsync(people.Portal, new Look(Person: second), async two =>
            {
                await EditAsync(two, ann);
                await two.Page.Locator("#edit-name").FillAsync("Ann Second");
                await two.Page.Locator("#edit-language").SelectOptionAsync("ru");
                await SaveAsync(one);
                await Expect(one.Page.GetByText("Saved.")).ToBeVisibleAsync();

                await SaveAsync(two);
                await Expect(two.Page.GetByText("Somebody else changed this person meanwhile")).ToBeVisibleAsync();
                await Expect(two.Page.GetByText("Stored now: Ann First")).ToBeVisibleAsync();
                await Expect(two.Page.Locator("#edit-name")).ToHaveValueAsync("Ann Second");
                await Expect(two.Page.Locator("#edit-bio")).ToHaveValueAsync("Teaches physics");
                await PageExpectations.ExpectNoAxeViolationsAsync(two.Page);
                await two.Page.GetByRole(AriaRole.Button, new() { Name = "Take this" }).ClickAsync();
                await Expect(two.Page.Locator("#edit-name")).ToHaveValueAsync("Ann First");
                await SaveAsync(two);
                await Expect(two.Page.GetByText("Saved.")).ToBeVisibleAsync();
                await Expect(two.Page.GetByText("Language: English → Русский")).ToBeVisibleAsync();
            });
        });
        await using var db = people.Portal.Database.Open();
        var stored = await db.Users.SingleAsync(u => u.Id == ann.Id);
        Assert.Equal(("Ann First", "Teaches physics", "ru"), (stored.DisplayName, stored.Bio, stored.Language));
    }

    [Fact]
    public async Task Ban_OfSomebodyWhosePageIsOpen_ClosesItWithinTenSeconds()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        var bad = await Services.AddPersonAsync(Role.Teacher, name: "Bad Actor");
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: bad), async theirs =>
        {
            theirs.Expected = _ => true;
            await theirs.GoAsync("/profile");
            await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
            {
                await tab.GoAsync($"/users?tab=users&person={bad.Id}");
                await tab.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Actions for Bad Actor" }).ClickAsync();
                await tab.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Change status" }).ClickAsync();
                await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Banned" }).CheckAsync();
                await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Ban", Exact = true }).ClickAsync();
                await Expect(tab.Page.GetByText("Bad Actor: Banned.")).ToBeVisibleAsync();
            });
            await theirs.Page.ReachAsync(new Regex("/sign-in"), within: TimeSpan.FromSeconds(10));
        });
    }

    [Fact]
    public async Task Delete_SaysWhatGoesWithIt_AndTheRowIsGone()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        var agency = await Services.AddPersonAsync(Role.Agency, name: "Leaving Agency");
        await using (var scope = Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(
                agency.Actor, new SendInvitations(["a@leaving.example", "b@leaving.example"], Role.Business), null, default);
        }

        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=users&q=leaving%20agency");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for Leaving Agency" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
            await Expect(tab.Page.Locator(".points li")).ToHaveCountAsync(2);
            await Expect(tab.Page.Locator(".points")).ToContainTextAsync("2");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
            await Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(1);

            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Actions for Leaving Agency" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete Leaving Agency" }).ClickAsync();
            await Expect(tab.Page.GetByText("Nobody matches")).ToBeVisibleAsync();
        });
        await using var db = people.Portal.Database.Open();
        Assert.False(await db.Users.AnyAsync(u => u.Id == agency.Id));
    }

    [Fact]
    public async Task Panel_HasAnAddress_ClosesAndComesBack()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin, name: "Link Admin");
        var kim = await Services.AddPersonAsync(Role.Parent, name: "Kim Link");
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin, Width: 360), async tab =>
        {
            await tab.GoAsync("/users?tab=users&q=link");
            await tab.Page.EvaluateAsync("() => { document.body.style.minHeight = '3000px'; scrollTo(0, 120); }");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Kim Link" }).ClickAsync();
            await tab.Page.ReachAsync(new Regex($"q=link&person={kim.Id}$"));
            var panel = tab.Page.GetByRole(AriaRole.Dialog);
            await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = "Kim Link" })).ToBeVisibleAsync();
            await Expect(panel.GetByText("Without an invitation.")).ToBeVisibleAsync();
            Assert.InRange(await tab.Page.EvaluateAsync<double>("scrollY"), 60, 3000);
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GoBackAsync();
            await Expect(panel).ToHaveCountAsync(0);
            await Expect(tab.Page.Locator("tbody tr")).ToHaveCountAsync(2);
            await tab.Page.GoForwardAsync();
            await Expect(panel.GetByRole(AriaRole.Heading, new() { Name = "Kim Link" })).ToBeVisibleAsync();
            await panel.GetByRole(AriaRole.Button, new() { Name = "End the session" }).ClickAsync();
            await Expect(panel.GetByText("Nowhere at the moment.")).ToBeVisibleAsync();
            // The button that had the focus is gone.
            await panel.GetByRole(AriaRole.Button).First.PressAsync("Escape");
            await tab.Page.ReachAsync(new Regex("q=link$"));
        });
    }

    [Fact]
    public async Task Create_OpensTheNewPerson_AndItsRolesChangeAfterAFreshProof()
    {
        const string password = "correct horse battery";
        var admin = await Services.AddPersonAsync(Role.SuperAdmin, password: password);
        await using (var db = people.Portal.Database.Open())
        {
            var past = DateTimeOffset.UtcNow.AddHours(-2);
            await db.Sessions.Where(s => s.UserId == admin.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, past));
        }

        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=users");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add person" }).ClickAsync();
            await tab.Page.Locator("#new-email").FillAsync("made.by.hand@example.org");
            await tab.Page.Locator("#new-name").FillAsync("Made By Hand");
            await tab.Page.GetByRole(AriaRole.Dialog).GetByLabel("Teacher").CheckAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Made By Hand" })).ToBeVisibleAsync();
            await Expect(tab.Page.GetByText("Account made by hand")).ToBeVisibleAsync();

            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Dialog).GetByLabel("Business").UncheckAsync();
            await SaveAsync(tab);
            await tab.Page.Locator("#confirm-password").FillAsync(password);
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.Locator("#confirm-password").PressAsync("Enter");
            await Expect(tab.Page.GetByText("Roles: Business, Teacher → Teacher")).ToBeVisibleAsync();
        });
        await using var check = people.Portal.Database.Open();
        Assert.Equal([Role.Teacher], (await check.Users.SingleAsync(u => u.Email == "made.by.hand@example.org")).Roles);
    }

    [Fact]
    public async Task Dialog_TakesTheFocusAsItOpens_LeavesItWhereItGoes_AndGivesItBack()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=users");
            var opener = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add person" });
            await opener.ClickAsync();
            await Expect(tab.Page.Locator("#new-email")).ToBeFocusedAsync();
            await tab.Page.Keyboard.PressAsync("Escape");
            await Expect(opener).ToBeFocusedAsync();

            await opener.ClickAsync();
            await tab.Page.Locator("#new-name").FocusAsync();
            await tab.Page.Keyboard.TypeAsync("Kim");
            // Longer than the half second after which Radzen would move the focus.
            await Task.Delay(TimeSpan.FromSeconds(1));
            await tab.Page.Keyboard.TypeAsync(" Early");
            await Expect(tab.Page.Locator("#new-name")).ToHaveValueAsync("Kim Early");
            await Expect(tab.Page.Locator("#new-email")).ToHaveValueAsync("");
        });
    }

    private static async Task EditAsync(BrowserTab tab, TestPerson person)
    {
        await tab.GoAsync($"/users?tab=users&person={person.Id}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator("#edit-name")).ToBeVisibleAsync();
    }

    private static Task SaveAsync(BrowserTab tab) => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
}
