using System.Text.RegularExpressions;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A portal that mails through a real SMTP server, with a double for SMS.</summary>
public sealed class TwoWayPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    internal SmtpSink Sink { get; private set; } = null!;

    internal FakeChannel Sms { get; } = new() { Channel = Channel.Sms };

    public async ValueTask InitializeAsync()
    {
        Sink = SmtpSink.Start();
        Sink.On("RCPT", SmtpReply.Of("550 5.1.1 No such user"), containing: "typo");
        Portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Environment = "Development",
            OnPort = true,
            Settings = Greetings.To(Sink),
            Services = services =>
            {
                services.Remove(services.Single(s => s.ImplementationType == typeof(SmsChannel)));
                services.AddSingleton<IMessageChannel>(Sms);
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Sink.DisposeAsync();
    }
}

/// <summary>Invitations by other ways than mail, and into groups, in a real browser.</summary>
public sealed partial class InvitationWaysJourneys(TwoWayPortal portal) : IClassFixture<TwoWayPortal>
{
    private static readonly Regex Home = new(@"/(\?welcome=1)?$");

    [Fact]
    public async Task InviteBySmsIntoAGroup_InviteeProvesAnAddress_IsInTheGroup()
    {
        var admin = await portal.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        var group = await GroupAsync("7B", "Physics", seats: 5);
        await BrowserTab.JourneyAsync(portal.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).First.ClickAsync();
            await tab.Page.GetByRole(AriaRole.Radio, new() { Name = "SMS" }).CheckAsync();
            await tab.Page.Locator("#invite-addresses").FillAsync("+49 151 11112222\n0151 1");
            await Expect(tab.Page.GetByText("1 to invite")).ToBeVisibleAsync();
            await tab.Page.Locator("#invite-role").SelectOptionAsync("Student");
            await tab.Page.Locator("#invite-group").SelectOptionAsync(group.ToString());
            await tab.Page.Locator("details.more summary").ClickAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "See it as the invitee" }).ClickAsync();
            await Expect(tab.Page.Locator(".bubble")).ToContainTextAsync("Ada Admin invites you to InvitePortal: http");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back to the form" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite 1" }).ClickAsync();
            await Expect(tab.Page.GetByText("1 of 2 invited")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
            await Expect(tab.Page.Locator("tr", new() { HasText = "+4915111112222" }).GetByText("Sent", new() { Exact = true })).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });

        var path = await SmsAsync("+4915111112222");
        await BrowserTab.JourneyAsync(portal.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(path);
            await Expect(tab.Page.GetByText("Group 7B · Physics")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByText("The invitation is for +49•••22")).ToBeVisibleAsync();
            await tab.Page.GetByLabel("Your name").FillAsync("Pia Pupil");
            await tab.Page.GetByLabel("To an email address").CheckAsync();
            await tab.Page.GetByLabel("Your email address").FillAsync("pia@example.org");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Get a code" }).ClickAsync();
            await tab.Page.Locator("#accept-code").FillAsync((await portal.Sink.WaitForMailAsync("pia@example.org")).Code);
            await tab.Page.ReachAsync(Home);
            await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Pia Pupil");
            await Expect(tab.Page.GetByText("Physics").First).ToBeVisibleAsync();
        });
        await using var db = portal.Portal.Database.Open();
        Assert.Equal(1, await db.Enrollments.CountAsync(e => e.GroupId == group && db.Users.Any(u => u.Id == e.StudentId && u.NormalizedEmail == "pia@example.org")));
    }

    [Fact]
    public async Task InviteBySms_InviteeProvesTheNumber_AndSignsInByItLater()
    {
        var admin = await portal.Portal.Services.AddPersonAsync(Role.SuperAdmin);
        await using (var scope = portal.Portal.Services.CreateAsyncScope())
        {
            var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>()
                .SendAsync(admin.Actor, new SendInvitations(["+4915199990001"], Role.Parent, Language: "ru", Channel: Channel.Sms), null, default);
            Assert.Equal(AddressOutcome.Invited, Assert.Single(sent.Value!.Verdicts).Outcome);
        }

        await BrowserTab.JourneyAsync(portal.Portal, new Look(Language: "ru", Width: 360), async tab =>
        {
            var page = tab.Page;
            await tab.GoAsync(await SmsAsync("+4915199990001"));
            await page.GetByLabel("Ваше имя").FillAsync("Пётр");
            await Expect(page.GetByLabel("По SMS на +49•••01")).ToBeCheckedAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Получить код" }).ClickAsync();
            await page.Locator("#accept-code").FillAsync(await SmsCodeAsync("+4915199990001", 1));
            await page.ReachAsync(Home);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Пётр");

            await tab.GoAsync("/profile");
            await Expect(page.GetByText("Код на +4915199990001 (SMS)")).ToBeVisibleAsync();
            await Expect(page.GetByText("Добавить адрес", new() { Exact = false }).First).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.Context.ClearCookiesAsync();

            await tab.GoAsync("/sign-in");
            await page.GetByLabel("Почта или номер телефона").FillAsync("+49 151 9999-0001");
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Прислать код" }).ClickAsync();
            await page.ReachAsync(new Regex("/sign-in/code"));
            await page.Locator("input[name=code]").FillAsync(await SmsCodeAsync("+4915199990001", 2));
            await page.GetByRole(AriaRole.Button, new() { Name = "Войти" }).ClickAsync();
            await page.ReachAsync(Home);
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Пётр");
        });
        await using var db = portal.Portal.Database.Open();
        Assert.Equal((PersonStatus.Active, (string?)null), await db.Users.Where(u => u.ContactKey == "+4915199990001").Select(u => ValueTuple.Create(u.Status, u.Email)).SingleAsync());
    }

    [Fact]
    public async Task MailThatCannotBeDelivered_GoesBySms_AndTheAdminSeesIt()
    {
        var admin = await portal.Portal.Services.AddPersonAsync(Role.SuperAdmin);
        await BrowserTab.JourneyAsync(portal.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).First.ClickAsync();
            await tab.Page.Locator("#invite-addresses").FillAsync("typo@example.org");
            await Expect(tab.Page.GetByText("1 to invite")).ToBeVisibleAsync();
            await tab.Page.Locator("details.more summary").ClickAsync();
            await tab.Page.Locator("#invite-second-channel").SelectOptionAsync("Sms");
            await tab.Page.Locator("#invite-second-recipient").FillAsync("+49 151 33334444");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite 1" }).ClickAsync();
            await Expect(tab.Page.GetByText("1 of 1 invited")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
            var row = tab.Page.Locator("tr", new() { HasText = "typo@example.org" });
            await Expect(row.GetByText("by SMS")).ToBeVisibleAsync();
            await row.Locator("button.link").ClickAsync();
            await Expect(tab.Page.GetByText("Sent by SMS instead")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByText("550 5.1.1 No such user").First).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
        Assert.StartsWith("/accept-invitation?token=", await SmsAsync("+4915133334444"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QrCode_OfAnInvitation_LeadsToIt()
    {
        var admin = await portal.Portal.Services.AddPersonAsync(Role.SuperAdmin);
        Guid id;
        await using (var scope = portal.Portal.Services.CreateAsyncScope())
        {
            var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(
                admin.Actor, new SendInvitations(["qr@example.org"], Role.Teacher), null, default);
            id = sent.Value!.Verdicts[0].InvitationId!.Value;
        }

        var link = "";
        await BrowserTab.JourneyAsync(portal.Portal, new Look(Dark: true, Width: 360, Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites&address=qr%40example.org");
            await tab.Page.Locator("button.link", new() { HasText = "qr@example.org" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "QR code" }).ClickAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Img, new() { Name = "QR code of the invitation of qr@example.org" })).ToBeVisibleAsync();
            link = await tab.Page.GetByLabel("Link", new() { Exact = true }).InputValueAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
        await BrowserTab.JourneyAsync(portal.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(new Uri(link).PathAndQuery);
            await Expect(tab.Page.GetByLabel("Your name")).ToBeVisibleAsync();
        });
        await using var db = portal.Portal.Database.Open();
        Assert.Equal(1, await db.InvitationEvents.CountAsync(e => e.InvitationId == id && e.Kind == InvitationEventKind.LinkCopied));
    }

    private async Task<Guid> GroupAsync(string name, string subject, int seats)
    {
        var teacher = await portal.Portal.Services.AddPersonAsync(Role.Teacher);
        await using var scope = portal.Portal.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<GroupService>().CreateAsync(teacher.Actor, new CreateGroup(name, subject, seats), default)).Value!.Id;
    }

    private async Task<string> SmsAsync(string number)
    {
        var text = "";
        await Eventually.TrueAsync(() => Task.FromResult((text = portal.Sms.Sent.FirstOrDefault(m => m.Recipient == number)?.Text ?? "").Length > 0));
        return new Uri(Link().Match(text).Value).PathAndQuery;
    }

    // The newest of so many codes.
    private async Task<string> SmsCodeAsync(string number, int count)
    {
        List<string> codes = [];
        await Eventually.TrueAsync(() => Task.FromResult(
            (codes = [.. portal.Sms.Sent.Where(m => m.Recipient == number).Select(m => Digits().Match(m.Text)).Where(m => m.Success).Select(m => m.Value)]).Count == count));
        return codes[^1];
    }

    [GeneratedRegex(@"\A[0-9]{6}\b")]
    private static partial Regex Digits();

    [GeneratedRegex(@"https?://\S+token=[A-Za-z0-9_-]+")]
    private static partial Regex Link();
}
