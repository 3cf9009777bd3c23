using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A portal on a port that mails through a real SMTP server, for all journeys of this file.</summary>
public sealed class MailingPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    internal SmtpSink Sink { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sink = SmtpSink.Start();
        Portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Environment = "Development",
            OnPort = true,
            Settings = new Dictionary<string, string?>
            {
                ["Smtp:Host"] = SmtpSink.Host,
                ["Smtp:Port"] = $"{Sink.Port}",
                ["Smtp:From"] = "portal@portal.example",
                ["Smtp:StartTls"] = "false",
                ["Limits:CodeResendAfter"] = "00:00:01",
            },
        });
    }

    /// <summary>From the page that asks for an address to the account, and on to where that leads.</summary>
    internal async Task RegisterAsync(BrowserTab tab, string email, string name)
    {
        await tab.Page.Locator("#email").FillAsync(email);
        await tab.Page.Locator("main form button[type=submit]").First.ClickAsync();
        await tab.Page.Locator("#code").FillAsync((await Sink.WaitForMailAsync(email, 1)).Code);
        await tab.Page.ReachAsync(new Regex("/register/(code|name)"));
        if (tab.Page.Url.Contains("/code", StringComparison.Ordinal))
        {
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        }

        await tab.Page.Locator("#name").FillAsync(name);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Make the account" }).ClickAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Sink.DisposeAsync();
    }
}

/// <summary>The portal's main job in a real browser, from the dialog that invites to the home page of the invitee.</summary>
public sealed class InvitationJourneys(MailingPortal mailing) : IClassFixture<MailingPortal>
{
    private const string Password = "correct horse battery";
    private static readonly Regex Home = new(@"/(\?welcome=1)?$");

    [Fact]
    public async Task InviteTwo_OneAcceptsByCodeOneByPassword_BothAreSignedIn()
    {
        var admin = await mailing.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).First.ClickAsync();
            await tab.Page.Locator("#invite-addresses").FillAsync("By.Code@example.org, Kim Pass <by.pass@example.org>; broken@");
            await Expect(tab.Page.GetByText("2 to invite")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByText("This is not an email address.")).ToBeVisibleAsync();
            await tab.Page.GetByLabel("Role", new() { Exact = true }).Last.SelectOptionAsync("Teacher");
            await tab.Page.GetByLabel("Personal message").FillAsync("Welcome to our school");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "See it as the invitee" }).ClickAsync();
            await Expect(tab.Page.FrameLocator("iframe").GetByText("Welcome to our school")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back to the form" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite 2" }).ClickAsync();
            await Expect(tab.Page.GetByText("2 of 3 invited")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
            await Expect(tab.Page.GetByText("2 of 2 sent")).ToBeVisibleAsync();
            await Expect(tab.Page.Locator("tr", new() { HasText = "by.pass@example.org" }).GetByText("Sent", new() { Exact = true })).ToBeVisibleAsync();
        });

        await AcceptByCodeAsync("By.Code@example.org", new Look());
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(PathOf(await mailing.Sink.WaitForMailAsync("by.pass@example.org")));
            await Expect(tab.Page.GetByText("Welcome to our school")).ToBeVisibleAsync();
            await tab.Page.GetByLabel("Your name").FillAsync("Kim Pass");
            await tab.Page.GetByLabel("With a password").CheckAsync();
            await tab.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
            await tab.Page.GetByLabel("Password again").FillAsync(Password);
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
            await tab.Page.ReachAsync(Home);
            await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Kim Pass");
        });
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites&state=ACCEPTED");
            await tab.Page.Locator("tr", new() { HasText = "By.Code@example.org" }).Locator("button.link").ClickAsync();
            await Expect(tab.Page.GetByText("Opened by a person")).ToBeVisibleAsync();
            await Expect(tab.Page.GetByText("Link fetched")).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
        });
    }

    [Fact]
    public async Task R32_MachineFetchesTwentyTimes_ThePersonStillAccepts()
    {
        var email = "scanned@example.org";
        await InviteAsync(email);
        var path = PathOf(await mailing.Sink.WaitForMailAsync(email));
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(), async tab =>
        {
            // A scanner that runs scripts and follows the link, twenty times.
            for (var i = 0; i < 20; i++)
            {
                await tab.GoAsync(path);
            }
        });
        Assert.Single(mailing.Sink.Mails, m => m.Recipient == email);
        await AcceptByCodeAsync(email, new Look("en", true));
    }

    [Fact]
    public async Task E01_WrongAccount_IsShownAndTheInvitationSurvivesTheSwitch()
    {
        var email = "right@example.org";
        var other = await mailing.Portal.Services.AddPersonAsync(Role.Business, email: "wrong.person@example.net");
        await InviteAsync(email);
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: other), async tab =>
        {
            await tab.GoAsync(PathOf(await mailing.Sink.WaitForMailAsync(email)));
            await Expect(tab.Page.GetByText("It is for r•••@e•••.org, and you are signed in as w•••@e•••.net.")).ToBeVisibleAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out and continue" }).ClickAsync();
            await Expect(tab.Page.GetByLabel("Your name")).ToBeVisibleAsync();
        });
    }

    [Fact]
    public async Task Expired_InviteeAsksForANewLink_AndAccepts()
    {
        var email = "late@example.org";
        var id = await InviteAsync(email);
        var old = await mailing.Sink.WaitForMailAsync(email);
        await using (var db = mailing.Portal.Database.Open())
        {
            var past = DateTimeOffset.UtcNow.AddMinutes(-1);
            await db.Invitations.Where(i => i.Id == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.ExpiresAt, past));
        }

        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(PathOf(old));
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send me a new link" }).ClickAsync();
            await Expect(tab.Page.GetByText("Check your messages")).ToBeVisibleAsync();
        });
        await AcceptByCodeAsync(email, new Look(), mails: 2);
    }

    [Fact]
    public async Task Decline_WithAReason_TheInviterReadsIt()
    {
        var email = "no@example.org";
        var id = await InviteAsync(email, language: "ru");
        await BrowserTab.JourneyAsync(mailing.Portal, new Look("ru"), async tab =>
        {
            await tab.GoAsync(PathOf(await mailing.Sink.WaitForMailAsync(email)));
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Отклонить" }).ClickAsync();
            await tab.Page.GetByLabel("Причина").FillAsync("Уже учусь в другой школе");
            await PageExpectations.ExpectNoAxeViolationsAsync(tab.Page);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Отклонить" }).ClickAsync();
            await Expect(tab.Page.GetByText("Вы отклонили приглашение")).ToBeVisibleAsync();
        });
        await using var db = mailing.Portal.Database.Open();
        var invitation = await db.Invitations.SingleAsync(i => i.Id == id);
        Assert.Equal((InvitationState.Declined, "Уже учусь в другой школе"), (invitation.State, invitation.DeclineReason));
    }

    [Fact]
    public async Task R28_ConnectionLostWhileAccepting_ReconnectsAndNothingIsLost()
    {
        var email = "reconnect@example.org";
        await InviteAsync(email);
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(), async tab =>
        {
            // A browser that loses the network complains about it.
            tab.Expected = _ => true;
            var sockets = new ConcurrentBag<IWebSocketRoute>();
            await tab.Page.RouteWebSocketAsync(new Regex("/_blazor"), socket =>
            {
                sockets.Add(socket);
                socket.ConnectToServer();
            });
            await tab.GoAsync(PathOf(await mailing.Sink.WaitForMailAsync(email)));
            await tab.Page.GetByLabel("Your name").FillAsync("Robin Reconnect");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Get a code" }).ClickAsync();
            await Expect(tab.Page.Locator("#accept-code")).ToBeVisibleAsync();
            await tab.Page.Context.SetOfflineAsync(true);
            await Task.WhenAll(sockets.Select(s => s.CloseAsync()));
            await Expect(tab.Page.Locator("#components-reconnect-modal")).ToHaveClassAsync(new Regex("components-reconnect-show"));
            await tab.Page.Context.SetOfflineAsync(false);
            await Expect(tab.Page.Locator("#components-reconnect-modal")).ToHaveClassAsync(new Regex("components-reconnect-hide"));
            var mail = await mailing.Sink.WaitForMailAsync(email, 2);
            await tab.Page.Locator("#accept-code").FillAsync(mail.Code);
            await tab.Page.ReachAsync(Home);
        });
        await using var check = mailing.Portal.Database.Open();
        Assert.Equal(1, await check.Users.CountAsync(u => u.NormalizedEmail == email && u.Status == PersonStatus.Active));
    }

    [Fact]
    public async Task R30_TwoTabsWithOneInvitation_MakeOneAccountAndTheSecondIsTold()
    {
        var email = "twotabs@example.org";
        await InviteAsync(email);
        var path = PathOf(await mailing.Sink.WaitForMailAsync(email));
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(), async second =>
        {
            await second.GoAsync(path);
            await second.Page.GetByLabel("Your name").FillAsync("Second Tab");
            await second.Page.GetByLabel("With a password").CheckAsync();
            await second.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
            await second.Page.GetByLabel("Password again").FillAsync(Password);
            await AcceptByCodeAsync(email, new Look());
            await second.Page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).DblClickAsync();
            await Expect(second.Page.GetByText("This invitation has been accepted")).ToBeVisibleAsync();
        });
        await using var db = mailing.Portal.Database.Open();
        Assert.NotEqual("Second Tab", (await db.Users.SingleAsync(u => u.NormalizedEmail == email)).DisplayName);
    }

    [Fact]
    public async Task List_FilterSelectAllAndCancel_ReportsAndTheUrlKeepsTheView()
    {
        var admin = await mailing.Portal.Services.AddPersonAsync(Role.Staff);
        await using (var scope = mailing.Portal.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(
                admin.Actor, new SendInvitations([.. Enumerable.Range(0, 40).Select(i => $"crowd{i:00}@example.org")], Role.Student), null, default);
        }

        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: admin), async tab =>
        {
            await tab.GoAsync("/users?tab=invites");
            await tab.Page.GetByLabel("Search by address").FillAsync("crowd");
            await tab.Page.ReachAsync(new Regex("q=crowd"));
            await Expect(tab.Page.GetByText("of 40", new() { Exact = false }).First).ToBeVisibleAsync();
            await tab.Page.GetByLabel("Select all on this page").CheckAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("Select all 40") }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Region).GetByRole(AriaRole.Button, new() { Name = "Cancel invitation" }).ClickAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel 40 invitations" }).ClickAsync();
            await Expect(tab.Page.GetByText("40 of 40 done.")).ToBeVisibleAsync();
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Cancelled" }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("state=CANCELLED"));
            await Expect(tab.Page.GetByText("of 40", new() { Exact = false }).First).ToBeVisibleAsync();
            await tab.Page.GoBackAsync();
            await tab.Page.ReachAsync(new Regex("q=crowd$"));
        });
    }

    private async Task AcceptByCodeAsync(string email, Look look, int mails = 1) => await BrowserTab.JourneyAsync(mailing.Portal, look, async tab =>
    {
        await tab.GoAsync(PathOf(await mailing.Sink.WaitForMailAsync(email, mails)));
        await tab.Page.GetByLabel("Your name").FillAsync("Robin Field");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Get a code" }).ClickAsync();
        var code = (await mailing.Sink.WaitForMailAsync(email, mails + 1)).Code;
        await tab.Page.Locator("#accept-code").FillAsync(code);
        await tab.Page.ReachAsync(Home);
        await Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Robin Field");
    });

    private async Task<Guid> InviteAsync(string email, string language = "en")
    {
        var admin = await mailing.Portal.Services.AddPersonAsync(Role.SuperAdmin);
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(
            admin.Actor, new SendInvitations([email], Role.Student, Language: language), null, default);
        return Assert.Single(sent.Value!.Verdicts).InvitationId!.Value;
    }

    private static string PathOf(SmtpMail mail) => new Uri(mail.Link("/accept-invitation")).PathAndQuery;
}
