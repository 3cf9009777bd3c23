using System.Diagnostics;
using System.Text.RegularExpressions;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>Two nodes over one database, and pages of one person open on both.</summary>
public sealed partial class EffectAtOnceJourneys
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task I05_I06_OpenPagesOnTwoNodes_EndOrChangeWithinTenSeconds()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        await using var db = database.Open();

        // A role that is switched, then taken away: the menu and what may be seen follow in every tab.
        var staff = await one.Services.AddPersonAsync(Role.Staff, name: "Stella Staff");
        await db.Users.Where(u => u.Id == staff.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of([Role.Staff, Role.Teacher])));
        await using (var here = await BrowserTab.OpenAsync(one, new Look(Person: staff)))
        await using (var there = await BrowserTab.OpenAsync(two, new Look(Person: staff)))
        {
            await here.GoAsync("/users?tab=invites");
            await there.GoAsync("/profile");
            await Expect(there.Page.Locator("nav").GetByRole(AriaRole.Link, new() { Name = "People" })).ToBeVisibleAsync();
            await there.Page.GetByRole(AriaRole.Button, new() { Name = "Switch" }).First.ClickAsync();
            await WithinAsync(async () => await Expect(here.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("not for your role", Patience()));
            await Expect(here.Page.Locator("nav").GetByRole(AriaRole.Link, new() { Name = "People" })).ToHaveCountAsync(0);
            await db.Users.Where(u => u.Id == staff.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of(Role.Staff)).SetProperty(u => u.ActiveRole, Role.Staff));
            await WithinAsync(async () => await Expect(there.Page.Locator("nav").GetByRole(AriaRole.Link, new() { Name = "People" })).ToBeVisibleAsync(new() { Timeout = Milliseconds }));
        }

        // A person who is banned, and one who is deleted.
        foreach (var delete in new[] { false, true })
        {
            var person = await one.Services.AddPersonAsync(Role.Staff);
            await using var here = await BrowserTab.OpenAsync(one, new Look(Person: person));
            await using var there = await BrowserTab.OpenAsync(two, new Look(Person: person));
            await here.GoAsync("/users?tab=invites");
            await there.GoAsync("/profile");

            var user = db.Users.Where(u => u.Id == person.Id);
            _ = delete ? await user.ExecuteDeleteAsync() : await user.ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned));

            // By the address: a page that is sent to sign-in while it reconnects may begin that navigation twice.
            await WithinAsync(() => Task.WhenAll(
                Expect(here.Page).ToHaveURLAsync(SignIn(), new() { Timeout = Milliseconds }), Expect(there.Page).ToHaveURLAsync(SignIn(), new() { Timeout = Milliseconds })));
            await Expect(here.Page.Locator("#email")).ToBeVisibleAsync();
            await Expect(here.Page.Locator("#blazor-error-ui")).ToHaveCountAsync(0);
            here.AssertNoComplaints();
            there.AssertNoComplaints();
        }
    }

    private static float Milliseconds => (float)(Promised + TimeSpan.FromSeconds(5)).TotalMilliseconds;

    [GeneratedRegex(@"/sign-in\?returnUrl=")]
    private static partial Regex SignIn();

    private static LocatorAssertionsToContainTextOptions Patience() => new() { Timeout = Milliseconds };

    private static async Task WithinAsync(Func<Task> change)
    {
        var started = Stopwatch.GetTimestamp();
        await change();
        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalSeconds:0.0} s");
        Assert.True(took <= Promised, $"took {took.TotalSeconds:0.0} s");
    }

    private static Task<PortalFactory> StartAsync(TestDatabase database) =>
        PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true, Database = database });
}
