using System.Text;
using System.Text.RegularExpressions;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A lesson in two browsers: the teacher's screen and the phone of a student.</summary>
public sealed partial class TeachingJourneys(MailingPortal mailing) : IClassFixture<MailingPortal>
{
    [Fact]
    public async Task CodeMade_NewcomerRegistersByItsLink_Joins_AndTheTeacherSeesItWithoutReload()
    {
        var teacher = await mailing.Portal.Services.AddPersonAsync(Role.Teacher, name: "Elena Stone");
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: teacher), async screen =>
        {
            await screen.GoAsync("/codes");
            await screen.Page.GetByRole(AriaRole.Button, new() { Name = "New group" }).ClickAsync();
            await screen.Page.GetByLabel("Name of the group").FillAsync("9A");
            await screen.Page.Locator("#group-subject").FillAsync("Geometry");
            await screen.Page.GetByLabel("Seats").FillAsync("28");
            await PageExpectations.ExpectNoAxeViolationsAsync(screen.Page);
            await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Make the group" }).ClickAsync();
            await Expect(screen.Page.Locator(".stage-text")).ToHaveTextAsync(new Regex("^[A-Z2-9]{4}-[A-Z2-9]{4}$"));
            await Expect(screen.Page.Locator(".joined-count")).ToHaveTextAsync("0 of 28");
            var link = (await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Copy link" }).GetAttributeAsync("data-copy"))!;

            await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360), async phone =>
            {
                await phone.GoAsync(new Uri(link).PathAndQuery + "&role=admin");
                await phone.Page.GetByRole(AriaRole.Link, new() { Name = "I am new here" }).ClickAsync();
                await mailing.RegisterAsync(phone, "newcomer@example.org", "Tom Okafor");
                await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Geometry");
                await Expect(phone.Page.GetByText("Elena Stone", new() { Exact = true })).ToBeVisibleAsync();
                await PageExpectations.ExpectNoAxeViolationsAsync(phone.Page);
                await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Join", Exact = true }).ClickAsync();
                await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You have joined");
                await phone.Page.GetByRole(AriaRole.Link, new() { Name = "To my subjects" }).ClickAsync();
                await Expect(phone.Page.Locator(".subject-list").GetByText("Geometry")).ToBeVisibleAsync();
            });

            await Expect(screen.Page.Locator(".joined-count")).ToHaveTextAsync("1 of 28");
            await Expect(screen.Page.Locator(".joiner")).ToContainTextAsync("Tom Okafor");
        });
    }

    [Fact]
    public async Task CodeReplaced_WhileItsPreviewIsOpen_StudentIsToldWhy_AndJoinsByTheNewOne()
    {
        var (code, _) = await CodeAsync("Chemistry");
        var student = await mailing.Portal.Services.AddPersonAsync(Role.Student);
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360, Person: student), async phone =>
        {
            await phone.GoAsync("/join");
            await phone.Page.GetByLabel("Code from your teacher").FillAsync($"{code.Row.Code[..3].ToLowerInvariant()} {code.Row.Code[3..]}");
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Show the subject" }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Chemistry");
            await using var scope = mailing.Portal.Services.CreateAsyncScope();
            var made = await scope.ServiceProvider.GetRequiredService<CodeService>().RegenerateAsync(code.Teacher.Actor, code.Row.Id, default);

            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Join", Exact = true }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The teacher has just replaced this code. Ask for the new one.");
            await phone.Page.GetByLabel("Code from your teacher").FillAsync(made.Value!.Code);
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Show the subject" }).ClickAsync();
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Join", Exact = true }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You have joined");
        });
    }

    [Fact]
    public async Task CodeClosed_WhileItsPreviewIsOpen_StudentIsToldWhy()
    {
        var (code, _) = await CodeAsync("Drawing");
        var student = await mailing.Portal.Services.AddPersonAsync(Role.Student, language: Languages.Russian);
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Languages.Russian, Width: 360, Person: student), async phone =>
        {
            await phone.GoAsync("/join?code=" + code.Row.Code);
            await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Drawing");
            await using var scope = mailing.Portal.Services.CreateAsyncScope();
            Assert.True((await scope.ServiceProvider.GetRequiredService<CodeService>().CloseAsync(code.Teacher.Actor, code.Row.Id, default)).Succeeded);

            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Присоединиться", Exact = true }).ClickAsync();
            await Expect(phone.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("закрыл");
        });
        await using var db = mailing.Portal.Database.Open();
        Assert.False(await db.Enrollments.AnyAsync(e => e.StudentId == student.Id));
    }

    [Fact]
    public async Task BigView_FullScreen_ShowsWhoJoins_AndTakesANameOut()
    {
        var teacher = await mailing.Portal.Services.AddPersonAsync(Role.Teacher);
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        var group = (await scope.ServiceProvider.GetRequiredService<GroupService>().CreateAsync(teacher.Actor, new CreateGroup("9A", "Geometry", 28), default)).Value!;
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: teacher), async screen =>
        {
            await screen.GoAsync($"/codes/{group.CodeId}");
            await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Full screen" }).ClickAsync();
            await Expect(screen.Page.Locator("html[data-big=stage]")).ToHaveCountAsync(1);
            for (var i = 0; i < 3; i++)
            {
                var pupil = await mailing.Portal.Services.AddPersonAsync(Role.Student, name: i == 1 ? "Mickey Mouse" : $"Pupil {i}");
                Assert.True((await scope.ServiceProvider.GetRequiredService<JoinService>().JoinAsync(pupil.Actor, new JoinByCode(group.Code), default)).Succeeded);
            }

            await Expect(screen.Page.Locator(".joined-count")).ToHaveTextAsync("3 of 28");
            await screen.Page.Locator(".joiner", new() { HasText = "Mickey Mouse" }).HoverAsync();
            await screen.PictureAsync("big-view");
            await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Remove Mickey Mouse" }).ClickAsync();
            // What asks stands above the code, full screen or not.
            await screen.Page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
            await Expect(screen.Page.Locator(".joiner")).ToHaveCountAsync(2);
            await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Leave full screen" }).ClickAsync();
            await Expect(screen.Page.Locator("html[data-big]")).ToHaveCountAsync(0);
        });
    }

    [Fact]
    public async Task Cards_TenOnASheet()
    {
        var teacher = await mailing.Portal.Services.AddPersonAsync(Role.Teacher);
        await using (var scope = mailing.Portal.Services.CreateAsyncScope())
        {
            Assert.True((await scope.ServiceProvider.GetRequiredService<CodeService>().CreateAsync(teacher.Actor, new CreateCodes("Biology", 21), default)).Succeeded);
        }

        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: teacher), async tab =>
        {
            await tab.GoAsync("/codes/cards?tab=active&q=Biology&take=21");
            await Expect(tab.Page.Locator(".code-card")).ToHaveCountAsync(21);
            var shown = await tab.Page.Locator(".card-code").AllInnerTextsAsync();
            var pdf = await tab.Page.PdfAsync(new PagePdfOptions { Format = "A4", PreferCSSPageSize = true });
            Assert.Equal(3, Sheet().Count(Encoding.Latin1.GetString(pdf)));
            var printed = PdfText.Read(pdf);
            Assert.Equal(21, shown.Distinct().Count());
            Assert.All(shown, code => Assert.Contains(code, printed, StringComparison.Ordinal));
            // What is for the screen only stays there.
            Assert.DoesNotContain("All codes", printed, StringComparison.Ordinal);
            if (Environment.GetEnvironmentVariable("PORTAL_PICTURES") is not null)
            {
                await File.WriteAllBytesAsync(Path.Combine(Repository.Root, "TestResults", "cards.pdf"), pdf);
            }
        });
    }

    [Fact]
    public async Task SentCode_ShowsItsDelivery_AndTheLinkWorks()
    {
        var (code, teacher) = await CodeAsync("Music");
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: teacher), async tab =>
        {
            await tab.GoAsync($"/codes/{code.Row.Id}");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send the code" }).ClickAsync();
            await tab.Page.GetByLabel("To whom").FillAsync("ann@example.org");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
            await tab.Page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
            await Expect(tab.Page.Locator("tr", new() { HasText = "ann@example.org" }).GetByText("Sent", new() { Exact = true })).ToBeVisibleAsync();
        });
        Assert.EndsWith("/join?code=" + code.Row.Code, (await mailing.Sink.WaitForMailAsync("ann@example.org", 1)).Link("/join"), StringComparison.Ordinal);
    }

    private async Task<((CodeRow Row, TestPerson Teacher) Code, TestPerson Teacher)> CodeAsync(string subject)
    {
        var teacher = await mailing.Portal.Services.AddPersonAsync(Role.Teacher);
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<CodeService>().CreateAsync(teacher.Actor, new CreateCodes(subject), default);
        return ((Assert.Single(made.Value!), teacher), teacher);
    }

    [GeneratedRegex(@"/Type\s*/Page\b(?!s)")]
    private static partial Regex Sheet();
}
