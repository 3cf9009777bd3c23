using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>An administrator sets channels up, breaks them, pauses them, and watches the outbox, in a real browser.</summary>
public sealed class ChannelJourneys
{
    [Fact]
    public async Task SetUpMail_TestIt_BreakIt_Pause_Resume_Retry()
    {
        await using var sink = SmtpSink.Start();
        sink.On("BODY", SmtpReply.Of("250 2.0.0 Ok: queued as 4F1A7"), containing: "dot");
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Environment = "Development" });
        var admin = await portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Olga Stern");
        await BrowserTab.JourneyAsync(portal, new Look(Person: admin), async tab =>
        {
            await SetUpAsync(tab, sink);
            await BreakAsync(tab, sink);
            await PauseAndResumeAsync(tab, portal, sink);
            await RetryAsync(tab, portal, sink);
        });
    }

    [Fact]
    public async Task SetUpSlack_WrongToken_ShowsSlacksOwnWords_AndTheKeyIsNeverShown()
    {
        await using var slack = await HttpDouble.StartAsync();
        slack.Says(200, """{"ok":false,"error":"invalid_auth"}""");
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Environment = "Development" });
        var admin = await portal.Services.AddPersonAsync(Role.SuperAdmin);
        await BrowserTab.JourneyAsync(portal, new Look(Width: 360, Person: admin), async tab =>
        {
            await tab.GoAsync("/section-settings/dashboard?tab=channels");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set up Slack" }).ClickAsync();
            await tab.Page.Locator("#Slack-BotToken").FillAsync("xoxb-canary-4711-token");
            await tab.Page.Locator("#Slack-BaseUrl").FillAsync(slack.Url);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Expect(tab.Page.GetByText("Saved. It holds from now on.")).ToBeVisibleAsync();
            await tab.Page.Locator("#test-Slack").FillAsync("U024BE7LH");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();

            await Expect(tab.Page.GetByText("The provider refuses the portal's keys or sender: invalid_auth")).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            Assert.Equal("Bearer xoxb-canary-4711-token", Assert.Single(slack.Seen).Headers["Authorization"]);
            await tab.GoAsync("/section-settings/dashboard?tab=channels&channel=SLACK");
            await Expect(tab.Page.Locator("#Slack-BotToken")).ToHaveAttributeAsync("placeholder", "Set. Type to replace it");
            Assert.DoesNotContain("canary-4711", await tab.Page.ContentAsync(), StringComparison.Ordinal);
            Assert.Equal("", await tab.Page.Locator("#Slack-BotToken").InputValueAsync());
        });
        Assert.DoesNotContain("canary-4711", portal.Logs.Text, StringComparison.Ordinal);
        await using var db = portal.Database.Open();
        Assert.DoesNotContain(await db.Settings.Select(s => s.Value).ToListAsync(), v => v.Contains("canary-4711", StringComparison.Ordinal));
        Assert.DoesNotContain(await db.AuditEntries.Select(e => e.After).ToListAsync(), v => v?.Contains("canary-4711", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task TeacherSendsACodeBySms_ThePhoneGetsIt()
    {
        await using var twilio = await Twilio.StartAsync();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Environment = "Development", Settings = Twilio.Settings(twilio) });
        var teacher = await portal.Services.AddPersonAsync(Role.Teacher, name: "Elena Stone");
        await using var scope = portal.Services.CreateAsyncScope();
        var code = Assert.Single((await scope.ServiceProvider.GetRequiredService<CodeService>().CreateAsync(teacher.Actor, new CreateCodes("Music"), default)).Value!);
        await BrowserTab.JourneyAsync(portal, new Look(Width: 360, Person: teacher), async tab =>
        {
            await tab.GoAsync($"/codes/{code.Id}");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send the code" }).ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Radio, new() { Name = "Email" })).ToBeFocusedAsync();
            await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "SMS" }).CheckAsync();
            await tab.Page.GetByLabel("To whom").PressSequentiallyAsync("+49 151 23456789, 0151 1");
            await Expect(tab.Page.Locator(".chip.bad")).ToContainTextAsync("0151 1 · This is not a phone number");
            await Expect(tab.Page.GetByText("1 to send to")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByLabel("To whom")).ToHaveValueAsync("+49 151 23456789, 0151 1");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.PictureAsync("send-code-sms");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "See it as the student" }).ClickAsync();
            await Expect(tab.Page.Locator(".bubble")).ToContainTextAsync("/join?code=" + code.Code);
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back to the form" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send", Exact = true }).ClickAsync();
            await Expect(tab.Page.Locator(".rz-dialog tbody tr")).ToContainTextAsync("0151 1");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
            var row = tab.Page.Locator("tr", new() { HasText = "+4915123456789" });
            await Expect(row.GetByText("by SMS")).ToBeVisibleAsync();
            await Expect(row.GetByText("Sent", new() { Exact = true })).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
        var (to, text) = Assert.Single(twilio.Texts());
        Assert.Equal("+4915123456789", to);
        Assert.Contains("/join?code=" + code.Code, text, StringComparison.Ordinal);
    }

    private static async Task SetUpAsync(BrowserTab tab, SmtpSink sink)
    {
        await tab.GoAsync("/section-settings/dashboard?tab=channels");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Settings Email" }).ClickAsync();
        await tab.Page.GetByLabel("Server", new() { Exact = true }).FillAsync(SmtpSink.Host);
        await tab.Page.GetByLabel("Port", new() { Exact = true }).FillAsync($"{sink.Port}");
        await tab.Page.GetByLabel("From", new() { Exact = true }).FillAsync("portal@example.org");
        await tab.Page.GetByLabel("Demand encryption").UncheckAsync();
        await SaveAndTestAsync(tab);
        await Expect(tab.Page.GetByText("Accepted for ann@example.com")).ToBeVisibleAsync();
        await Expect(tab.Page.GetByText("250 ")).ToBeVisibleAsync();
        Assert.Contains("Olga Stern", (await sink.WaitForMailAsync("ann@example.com", 1)).Text, StringComparison.Ordinal);
        await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
    }

    private static async Task BreakAsync(BrowserTab tab, SmtpSink sink)
    {
        sink.Close();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await Expect(tab.Page.GetByText($"The mail server cannot be reached: Connection refused (127.0.0.1:{sink.Port})")).ToBeVisibleAsync();
        sink.Open();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await Expect(tab.Page.GetByText("Accepted for ann@example.com")).ToBeVisibleAsync();
    }

    private static async Task PauseAndResumeAsync(BrowserTab tab, PortalFactory portal, SmtpSink sink)
    {
        await tab.GoAsync("/outbox");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause Email" }).ClickAsync();
        await tab.Page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator(".channels").GetByText("Paused by Olga Stern")).ToBeVisibleAsync();
        await EnqueueAsync(portal, "waits@example.com");
        var row = tab.Page.Locator("tr", new() { HasText = "waits@example.com" });
        await Expect(row).ToContainTextAsync("Queued");
        await Expect(row).ToContainTextAsync("The channel is paused.");
        await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        Assert.DoesNotContain(sink.Mails, m => m.Recipient == "waits@example.com");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume Email" }).ClickAsync();
        await Expect(row.Locator(".badge")).ToHaveTextAsync("Sent");
        await sink.WaitForMailAsync("waits@example.com", 1);
    }

    private static async Task RetryAsync(BrowserTab tab, PortalFactory portal, SmtpSink sink)
    {
        sink.On("RCPT", SmtpReply.Of("451 4.7.1 Greylisted"), containing: "slow@", times: 1);
        sink.On("RCPT", SmtpReply.Of("550 5.1.1 No such user"), containing: "gone@");
        await EnqueueAsync(portal, "slow@example.com");
        await EnqueueAsync(portal, "gone@example.com");
        var row = tab.Page.Locator("tr", new() { HasText = "slow@example.com" });
        await Expect(row).ToContainTextAsync("451 4.7.1 Greylisted");
        await Expect(tab.Page.Locator("tr", new() { HasText = "gone@example.com" })).ToContainTextAsync("550 5.1.1 No such user");
        await tab.Page.Locator(".chips").GetByRole(AriaRole.Link, new() { Name = "Delayed", Exact = true }).ClickAsync();
        await Expect(tab.Page.Locator(".outbox tbody tr")).ToHaveCountAsync(1);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Try now: slow@example.com" }).ClickAsync();
        await sink.WaitForMailAsync("slow@example.com", 1);
        await Expect(tab.Page.GetByText("Nothing matches")).ToBeVisibleAsync();
        await tab.GoAsync("/outbox?q=SLOW&state=SENT");
        await Expect(tab.Page.Locator(".outbox tbody tr").First).ToContainTextAsync("slow@example.com");
    }

    private static async Task SaveAndTestAsync(BrowserTab tab)
    {
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(tab.Page.GetByText("Saved. It holds from now on.")).ToBeVisibleAsync();
        await tab.Page.Locator("#test-Email").FillAsync("ann@example.com");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
    }

    private static async Task EnqueueAsync(PortalFactory portal, string recipient)
    {
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        portal.Services.GetRequiredService<Outbox>().Enqueue(db, new MessageDraft("test", recipient, "en", new ChannelTestData("Olga")));
        await db.SaveChangesAsync();
        portal.Services.GetRequiredService<Outbox>().Wake();
    }
}
