using System.Text.RegularExpressions;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>What is done on a page before its circuit is there.</summary>
public sealed class SlowLineJourneys(PeoplePortal people) : IClassFixture<PeoplePortal>
{
    private IServiceProvider Services => people.Portal.Services;

    [Fact]
    public async Task PressedBeforeThePageIsLive_IsDoneOnceWhenItIs()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        await EarlyAsync(admin, "/users?tab=users", async (page, live) =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Columns" }).ClickAsync();
            await page.GetByLabel("Joined").UncheckAsync();
            await live();
            await page.ReachAsync(new Regex("columns=EMAIL,ROLES,STATUS,LAST_SIGN_IN"));
            await Expect(page.GetByLabel("Joined")).Not.ToBeCheckedAsync();
            await Expect(page.Locator("html[data-held]")).ToHaveCountAsync(0);
        });
        await EarlyAsync(admin, "/users?tab=users", async (page, live) =>
        {
            // Whoever gets no answer presses again.
            await page.GetByRole(AriaRole.Button, new() { Name = "Add person" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Add person" }).ClickAsync();
            await live();
            await Expect(page.Locator("#new-email")).ToBeFocusedAsync();
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(1);
        });

        var teacher = await Services.AddPersonAsync(Role.Teacher);
        await using var scope = Services.CreateAsyncScope();
        var code = Assert.Single((await scope.ServiceProvider.GetRequiredService<CodeService>().CreateAsync(teacher.Actor, new CreateCodes("Music"), default)).Value!);
        await EarlyAsync(teacher, $"/codes/{code.Id}", async (page, live) =>
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Actions for" }).ClickAsync();
            await Expect(page.Locator("html[data-held]")).ToHaveCountAsync(1);
            await live();
            await Expect(page.GetByRole(AriaRole.Menuitem).First).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task SubmittedBeforeThePageIsLive_IsNotLoadedAnewAndDoneOnceWhenItIs()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        await Services.AddPersonAsync(Role.Student, name: "Slow Search");
        await EarlyAsync(admin, "/users?tab=users", async (page, live) =>
        {
            await page.EvaluateAsync("window.sameDocument = true");
            await page.GetByLabel("Search by name or address").FillAsync("slow search");
            await page.Keyboard.PressAsync("Enter");
            await live();
            await page.ReachAsync(new Regex("q=slow%20search"));
            await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
            await Expect(page.GetByLabel("Search by name or address")).ToHaveValueAsync("slow search");
            Assert.True(await page.EvaluateAsync<bool>("window.sameDocument === true"));
        });
        await EarlyAsync(admin, "/profile", async (page, live) =>
        {
            await page.Locator("#name").FillAsync("Renamed Early");
            await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
            await live();
            await Eventually.TrueAsync(
                async () =>
                {
                    await using var db = people.Portal.Database.Open();
                    return (await db.Users.FindAsync(admin.Id))!.DisplayName == "Renamed Early";
                },
                TimeSpan.FromSeconds(20));
        });
    }

    [Fact]
    public async Task RoleSwitchedOverASlowLine_TheTabGoesWhereTheSwitchLeads()
    {
        var person = await Services.AddPersonAsync(Role.Staff);
        await using (var db = people.Portal.Database.Open())
        {
            await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of([Role.Staff, Role.Teacher])));
        }

        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: person), async tab =>
        {
            await tab.GoAsync("/profile");
            // The answer to the switch takes its time, while the page hears at once that its rights have gone.
            await tab.Page.RouteAsync(new Regex("/session/role$"), async route =>
            {
                var answer = await route.FetchAsync(new() { MaxRedirects = 0 });
                await Task.Delay(TimeSpan.FromSeconds(2));
                await route.FulfillAsync(new() { Response = answer });
            });
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Teacher" }).ClickAsync();
            await tab.Page.ReachAsync(tab.Url + "/");
        });
    }

    /// <summary>A page whose circuit waits until <c>live</c> is called; everything before happens on the prerendered one.</summary>
    private Task EarlyAsync(TestPerson person, string path, Func<IPage, Func<Task>, Task> journey) =>
        BrowserTab.JourneyAsync(people.Portal, new Look(Person: person), async tab =>
        {
            var line = new TaskCompletionSource();
            await tab.Page.RouteAsync(new Regex("/_blazor/negotiate"), async route =>
            {
                await line.Task;
                await route.ContinueAsync();
            });
            await tab.Page.GotoAsync(tab.Url + path);
            await Expect(tab.Page.Locator("html[data-live]")).ToHaveCountAsync(0);
            await journey(tab.Page, () =>
            {
                line.SetResult();
                return tab.ReadyAsync();
            });
        });
}
