using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>Links of teachers and students, and what they make of three kinds of people, in a real browser.</summary>
public sealed class LinkJourneys(MailingPortal mailing) : IClassFixture<MailingPortal>
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(Role.Teacher, "You are now a student of {0}", "My subjects")]
    [InlineData(Role.Student, "You are now a parent of {0}", "My children")]
    public async Task NewPerson_RegistersOnTheWay_AndIsBoundToTheOwner(Role role, string result, string home)
    {
        var owner = await mailing.Portal.Services.AddPersonAsync(role, name: "Elena Stone");
        var link = "";
        // The owner takes the link out of the profile, as a text and as a picture.
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: owner), async tab =>
        {
            await tab.GoAsync("/profile");
            var copy = tab.Page.Locator("section[aria-labelledby=my-link] [data-copy]");
            link = new Uri((await copy.GetAttributeAsync("data-copy"))!).PathAndQuery;
            await copy.ClickAsync();
            await Expect(copy.GetByText("Copied")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "QR code" }).ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Img, new() { Name = "QR code of your link" })).ToBeVisibleAsync();
        });

        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360), async phone =>
        {
            await phone.GoAsync(link);
            await Expect(phone.Page.GetByText("Elena Stone")).ToBeVisibleAsync();
            await phone.Page.GetByRole(AriaRole.Link, new() { Name = "I am new here" }).ClickAsync();
            await mailing.RegisterAsync(phone, $"new-{role}@example.org".ToLowerInvariant(), "Kim Newcomer");
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Accept the invitation" }).ClickAsync();
            var dialog = phone.Page.GetByRole(AriaRole.Dialog);
            await Expect(dialog.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Invitation accepted!");
            await Expect(dialog).ToContainTextAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, result, "Elena Stone"));
            await PageExpectations.ExpectNoAxeViolationsAsync(phone.Page);
            await dialog.GetByRole(AriaRole.Link, new() { Name = "Got it" }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = home })).ToBeVisibleAsync();
            if (role is Role.Student)
            {
                await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "Elena Stone" })).ToBeVisibleAsync();
            }
        });
    }

    [Theory]
    [InlineData(Role.Teacher, "Сейчас вы вошли как ученик", "Присоединиться", "Ученик")]
    [InlineData(Role.Student, "Сейчас вы вошли как родитель", null, "Родитель")]
    public async Task AnotherRole_IsAddedAndActive_InEveryTabAtOnce_AndSwitchedBack(Role role, string result, string? menu, string name)
    {
        var link = await LinkAsync(role);
        var person = await mailing.Portal.Services.AddPersonAsync(role is Role.Teacher ? Role.Staff : Role.Teacher, language: Languages.Russian);
        var before = role is Role.Teacher ? "Люди" : "Коды";
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Languages.Russian, Person: person), async tab =>
        {
            // Another tab of the same browser, and another browser: each has the menu of the old role.
            var second = await tab.Page.Context.NewPageAsync();
            await second.GotoAsync(mailing.Portal.Url + "/profile");
            await using var elsewhere = await BrowserTab.OpenAsync(mailing.Portal, new Look(Languages.Russian, Person: person with { Secret = (await mailing.Portal.Services.OpenSessionAsync(person.Id)).Secret }));
            await elsewhere.GoAsync("/");
            var pages = new[] { second, elsewhere.Page };
            await MenuAsync(pages, before, shown: true);
            await elsewhere.ReadyAsync();
            await Expect(second.Locator("#roles-section")).ToBeVisibleAsync();

            await tab.GoAsync(link);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Принять приглашение" }).ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(result);
            await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Чтобы сменить роль, перейдите в Профиль → Сменить роль");
            await MenuAsync(pages, before, shown: false, within: AtOnce);
            if (menu is not null)
            {
                await MenuAsync(pages, menu, shown: true, within: AtOnce);
            }

            await Expect(elsewhere.Page.Locator("main header")).ToContainTextAsync(name);
            // Back again, from one of them.
            await elsewhere.GoAsync("/profile");
            await elsewhere.Page.Locator("#roles-section").GetByRole(AriaRole.Button).First.ClickAsync();
            await elsewhere.Page.ReachAsync(new Regex("/profile\\?notice=role$"));
            await MenuAsync(pages, before, shown: true, within: AtOnce);
            elsewhere.AssertNoComplaints();
        });
    }

    [Theory]
    [InlineData(Role.Teacher, Role.Student, "New teacher!", "You have a new teacher: Vera Hill")]
    [InlineData(Role.Student, Role.Parent, "New child!", "You have a new child: Vera Hill")]
    public async Task SameRole_OneMoreOwner_ThenTheLinkIsReplaced(Role role, Role member, string title, string text)
    {
        var first = await LinkAsync(role);
        var owner = await mailing.Portal.Services.AddPersonAsync(role, name: "Vera Hill");
        var person = await mailing.Portal.Services.AddPersonAsync(member);
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        var links = scope.ServiceProvider.GetRequiredService<LinkService>();
        var link = "/join/" + (await links.GetOrMakeAsync(owner.Actor, default)).Value!.Code;
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360, Dark: true, Person: person), async phone =>
        {
            foreach (var (path, heading) in new[] { (first, title), (link, title) })
            {
                await phone.GoAsync(path);
                await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Accept the invitation" }).ClickAsync();
                await Expect(phone.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Heading)).ToHaveTextAsync(heading);
            }

            await Expect(phone.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync(text);
            await using (var db = mailing.Portal.Database.Open())
            {
                Assert.Equal((2, RoleBits.Of(member)), (await db.Bonds.CountAsync(b => b.MemberId == person.Id), await db.Users.Where(u => u.Id == person.Id).Select(u => u.RoleBits).SingleAsync()));
            }

            phone.Expected = complaint => complaint.Contains(" 409 ", StringComparison.Ordinal) || complaint.Contains(" 410 ", StringComparison.Ordinal);
            await phone.GoAsync(link);
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Accept the invitation" }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the home page" })).ToBeVisibleAsync();
            Assert.True((await links.ReplaceAsync(owner.Actor, default)).Succeeded);
            await phone.GoAsync(link);
            await Expect(phone.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("replaced");
            await phone.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the home page" }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(person.Name);
        });
    }

    private static async Task MenuAsync(IEnumerable<IPage> pages, string entry, bool shown, TimeSpan? within = null)
    {
        var patience = (float?)within?.TotalMilliseconds;
        await Task.WhenAll(pages.Select(p => Expect(p.Locator("aside.side").GetByRole(AriaRole.Link, new() { Name = entry, Exact = false })).ToHaveCountAsync(shown ? 1 : 0, new() { Timeout = patience })));
    }

    private async Task<string> LinkAsync(Role role)
    {
        var owner = await mailing.Portal.Services.AddPersonAsync(role);
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        return "/join/" + (await scope.ServiceProvider.GetRequiredService<LinkService>().GetOrMakeAsync(owner.Actor, default)).Value!.Code;
    }
}
