using System.Text;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A file of people, and one of invitations, from the upload to the way back in a real browser.</summary>
public sealed class ImportJourneys(PeoplePortal people) : IClassFixture<PeoplePortal>
{
    private IServiceProvider Services => people.Portal.Services;

    [Fact]
    public async Task Upload_MendOne_Run_Report_Download_TheSameFileAgainChangesNothing_Undo()
    {
        var admin = await Services.AddPersonAsync(Role.SuperAdmin);
        var known = await Services.AddPersonAsync(Role.Teacher);
        var lacking = await Services.AddPersonAsync(Role.Parent);
        var file = new FilePayload
        {
            Name = "staff room.csv",
            MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes($"Почта;Имя;Роль\r\nanna@import.example;Анна;Преподаватель\r\nben.import.example;Ben;Teacher\r\nanna@import.example;Anna;Teacher\r\n{known.Email};Known;Teacher\r\n{lacking.Email};Lacking;Teacher\r\n"),
        };
        await BrowserTab.JourneyAsync(people.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=users");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Import", Exact = true }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("/users/import\\?kind=people$"));
            await tab.ReadyAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.Locator("#import-file").SetInputFilesAsync(file);
            await tab.Page.ReachAsync(new Regex("/users/import/[0-9a-f-]{36}$"));

            await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "staff room.csv" })).ToBeVisibleAsync();
            await Expect(tab.Page.Locator(".rows tbody tr")).ToHaveCountAsync(5);
            await Expect(tab.Page.Locator(".chips")).ToContainTextAsync(new Regex("To be mended\\s*1.*Repeated\\s*1.*New account\\s*1.*Gets the role\\s*1.*Unchanged\\s*1"));
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByText("How the file was read").ClickAsync();
            await Expect(tab.Page.Locator("#import-separator")).ToHaveValueAsync("semicolon");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);

            // Where the work is left and come back to, it stands as it was.
            await tab.GoAsync(new Uri(tab.Page.Url).AbsolutePath);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Mend line 3" }).ClickAsync();
            await tab.Page.GetByLabel("Email").FillAsync("ben@import.example");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByLabel("Email").PressAsync("Enter");
            await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Import 3 people" })).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Import 3 people" }).ClickAsync();
            await Expect(tab.Page.GetByText("3 people imported", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 20_000 });
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);

            var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Download result" }).ClickAsync());
            var result = await File.ReadAllTextAsync(await download.PathAsync());
            Assert.Contains("3,ben@import.example,Ben,Teacher,,,,NEW,DONE,,", result, StringComparison.Ordinal);
            Assert.Contains(",DUPLICATE,,import.duplicate,", result, StringComparison.Ordinal);
            var done = tab.Page.Url;

            await tab.GoAsync("/users/import?kind=people");
            await tab.Page.Locator("#import-file").SetInputFilesAsync(file);
            await tab.Page.ReachAsync(new Regex("/users/import/[0-9a-f-]{36}$"));
            await Expect(tab.Page.GetByText("nothing would change")).ToBeVisibleAsync();
            await Expect(tab.Page.Locator(".chips")).ToContainTextAsync(new Regex("Unchanged\\s*3"));

            await tab.GoAsync(new Uri(done).AbsolutePath);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Undo for 3 people" }).ClickAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Undo for 3 people" }).ClickAsync();
            await Expect(tab.Page.GetByText("3 rows undone", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 20_000 });
        });
        await using var db = people.Portal.Database.Open();
        Assert.Equal([], await db.Users.Where(u => u.NormalizedEmail!.EndsWith("@import.example")).Select(u => u.NormalizedEmail + " " + u.Status).ToListAsync());
        Assert.Equal([Role.Parent], (await db.Users.SingleAsync(u => u.Id == lacking.Id)).Roles);
    }

    [Fact]
    public async Task OnAPhone_InRussian_InvitationsGoOutInTenMinutes_UnlessTakenBack()
    {
        var agency = await Services.AddPersonAsync(Role.Agency, language: Languages.Russian);
        await BrowserTab.JourneyAsync(people.Portal, new Look(Languages.Russian, Dark: true, Width: 360, Person: agency), async tab =>
        {
            await tab.GoAsync("/users?tab=invites");
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Импорт", Exact = true }).ClickAsync();
            await tab.ReadyAsync();
            await tab.Page.GetByText("Или вставьте строки").ClickAsync();
            await tab.Page.Locator("#import-text").FillAsync("почта\nphone.one@import.example\nphone.two@import.example\n");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Проверить строки" }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("/users/import/[0-9a-f-]{36}$"));
            await Expect(tab.Page.Locator("#import-send")).ToHaveValueAsync("Soon");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Отправить 2 приглашения" }).ClickAsync();
            await Expect(tab.Page.GetByText("Создано 2 приглашения")).ToBeVisibleAsync(new() { Timeout = 20_000 });
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Отозвать 2 приглашения" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Отозвать 2 приглашения" }).ClickAsync();
            await Expect(tab.Page.GetByText("Отменены 2 строки")).ToBeVisibleAsync(new() { Timeout = 20_000 });
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
        await using var db = people.Portal.Database.Open();
        Assert.False(await db.Invitations.AnyAsync(i => i.InvitedById == agency.Id));
    }
}
