using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>From a portal that has no channel to the figures of its first invitations, in a real browser, with an SMTP server and a double of Twilio.</summary>
public sealed partial class WholeLoopJourney
{
    private const string Own = "olga@school.example";
    private const string Password = "correct horse battery";
    private const string MailAnswer = "2.0.0 Ok: queued as 4F1A7";
    private const string SmsId = "SM0123456789abcdef0123456789abcdef";
    private const string Refused = "refused@example.org";
    private const string Instead = "+4915133334444";
    private const string Reached = "reached@example.org";
    private const string BySms = "+4915155556666";

    // Several portals, browsers and databases share the machine; what is right does not wait anyway.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task NoChannels_SetUpWordInviteFallBackOpen_FiguresAndProvidersAgree()
    {
        await using var sink = SmtpSink.Start();
        sink.On("BODY", SmtpReply.Of("250 " + MailAnswer));
        sink.On("RCPT", SmtpReply.Of("550 5.1.1 No such user"), containing: "refused@");
        await using var twilio = await HttpDouble.StartAsync();
        twilio.Says(201, $$"""{"sid":"{{SmsId}}","status":"queued","error_code":null,"error_message":null}""");
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Environment = "Development" });
        var admin = await portal.Services.AddPersonAsync(Role.SuperAdmin, email: Own, name: "Olga Stern", password: Password);
        await using var db = portal.Database.Open();
        var past = DateTimeOffset.UtcNow.AddHours(-2);
        await db.Sessions.Where(s => s.UserId == admin.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, past));

        await BrowserTab.JourneyAsync(portal, new Look(Person: admin), async tab =>
        {
            await SetUpMailAsync(tab, sink);
            await SetUpSmsAsync(tab, twilio);
            await WordAsync(tab);
            await InviteAsync(tab, "Email", Refused, Instead);
            await SeeFallBackAsync(tab);
            await InviteAsync(tab, "Email", Reached);
            await InviteAsync(tab, "SMS", BySms);
            await SeeOutboxAsync(tab);
        });
        var mail = await sink.WaitForMailAsync(Reached, 1, Patience);
        Assert.Equal("Greetings from InvitePortal", mail.Subject);
        Assert.Contains("Our school waits for you.", mail.Text, StringComparison.Ordinal);
        Assert.StartsWith("Olga Stern invites you to InvitePortal: " + portal.Url, Assert.Single(Texts(twilio, BySms)), StringComparison.Ordinal);

        await OpenAsync(portal, Assert.Single(Texts(twilio, Instead)));
        await Eventually.TrueAsync(
            () => db.InvitationEvents.AnyAsync(e => e.Kind == InvitationEventKind.Started && db.Invitations.Any(i => i.Id == e.InvitationId && i.NormalizedRecipient == Refused)), Patience);
        await BrowserTab.JourneyAsync(portal, new Look(Person: admin), SeeFiguresAsync);

        // Never both at once, and nothing twice: the refused mail was offered once, and each number had one message.
        Assert.Single(sink.Sessions.SelectMany(s => s.Lines), l => l.StartsWith("C: RCPT", StringComparison.Ordinal) && l.Contains(Refused, StringComparison.Ordinal));
        Assert.Equal([Own, Reached], sink.Mails.Select(m => m.Recipient));
        Assert.Equal(["+4915100000001", Instead, BySms], twilio.Seen.Select(s => Form(s)["To"]));
    }

    private static async Task SetUpMailAsync(BrowserTab tab, SmtpSink sink)
    {
        await tab.GoAsync("/section-settings/dashboard?tab=channels");
        await Expect(tab.Page.Locator("section", new() { Has = tab.Page.GetByRole(AriaRole.Heading, new() { Name = "SMS", Exact = true }) }).Locator(".badge")).ToHaveTextAsync("Not set up");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Settings Email" }).ClickAsync();
        await tab.Page.Locator("#Smtp-Host").FillAsync(SmtpSink.Host);
        await tab.Page.Locator("#Smtp-Port").FillAsync($"{sink.Port}");
        await tab.Page.Locator("#Smtp-From").FillAsync("portal@example.org");
        await tab.Page.GetByLabel("Demand encryption").UncheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        // The session is old: such a change wants to know once more who it is.
        await tab.Page.Locator("#confirm-password").FillAsync(Password);
        await tab.Page.Locator("#confirm-password").PressAsync("Enter");
        await SeeAsync(tab.Page.GetByText("Saved. It holds from now on."));
        await TestAsync(tab, "Email", Own, MailAnswer);
    }

    private static async Task SetUpSmsAsync(BrowserTab tab, HttpDouble twilio)
    {
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Set up SMS" }).ClickAsync();
        await tab.Page.Locator("#Sms-AccountSid").FillAsync("AC42");
        await tab.Page.Locator("#Sms-AuthToken").FillAsync("tw-secret-0123456789");
        await tab.Page.Locator("#Sms-From").FillAsync("+12025550100");
        await tab.Page.Locator("#Sms-AllowedCountries").FillAsync("+49");
        await tab.Page.Locator("#Sms-BaseUrl").FillAsync(twilio.Url);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await SeeAsync(tab.Page.GetByText("Saved. It holds from now on."));
        await TestAsync(tab, "Sms", "+4915100000001", "queued " + SmsId);
        var seen = Assert.Single(twilio.Seen);
        Assert.Equal(("POST", "/2010-04-01/Accounts/AC42/Messages.json", "+12025550100"), (seen.Method, seen.Path, Form(seen)["From"]));
    }

    private static async Task TestAsync(BrowserTab tab, string channel, string recipient, string answer)
    {
        await tab.Page.Locator($"#test-{channel}").FillAsync(recipient);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
        await SeeAsync(tab.Page.GetByText($"Accepted for {recipient}"));
        await SeeAsync(tab.Page.GetByText(answer));
    }

    private static async Task WordAsync(BrowserTab tab)
    {
        await tab.GoAsync("/section-settings/dashboard?tab=templates");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Invitation, Email", Exact = true }).ClickAsync();
        var preview = tab.Page.FrameLocator(".mail-frame");
        await SeeAsync(preview.GetByText("Maria Stone invites you to join").Last);
        await tab.Page.GetByLabel("Subject", new() { Exact = true }).FillAsync("Greetings from {{portal}}");
        await tab.Page.Locator("#template-body").FillAsync("Our school waits for you.\n\n{{message}}\n\n{{link}}");
        await SeeAsync(preview.GetByText("Our school waits for you.", new() { Exact = true }).Last);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await SeeAsync(tab.Page.GetByText("Saved. It holds from the next message on."));
    }

    private static async Task InviteAsync(BrowserTab tab, string channel, string recipient, string? second = null)
    {
        await tab.GoAsync("/users?tab=invites");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).First.ClickAsync();
        await tab.Page.GetByRole(AriaRole.Radio, new() { Name = channel, Exact = true }).CheckAsync();
        await tab.Page.Locator("#invite-addresses").FillAsync(recipient);
        await SeeAsync(tab.Page.GetByText("1 to invite"));
        await tab.Page.Locator("#invite-role").SelectOptionAsync("Teacher");
        if (second is not null)
        {
            await tab.Page.Locator("details.more summary").ClickAsync();
            await tab.Page.Locator("#invite-second-channel").SelectOptionAsync("Sms");
            await tab.Page.Locator("#invite-second-recipient").FillAsync(second);
        }

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Invite 1" }).ClickAsync();
        await SeeAsync(tab.Page.GetByText("1 of 1 invited"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Done" }).ClickAsync();
        await SeeAsync(Row(tab, recipient).GetByText("Sent", new() { Exact = true }));
    }

    private static async Task SeeFallBackAsync(BrowserTab tab)
    {
        await SeeAsync(Row(tab, Refused).GetByText("by SMS", new() { Exact = true }));
        await Row(tab, Refused).Locator("button.link").ClickAsync();
        var timeline = tab.Page.Locator(".panel .timeline");
        await SeeAsync(timeline.Locator("li", new() { HasText = "Delivery failed" }).GetByText("550 5.1.1 No such user"));
        await SeeAsync(timeline.GetByText("Sent by SMS instead"));
        await SeeAsync(timeline.GetByText("Message sent"));
    }

    private static async Task SeeOutboxAsync(BrowserTab tab)
    {
        await tab.GoAsync("/outbox?kind=invitation");
        await Expect(tab.Page.Locator(".outbox tbody tr")).ToHaveCountAsync(3);
        foreach (var (recipient, channel) in new[] { (Instead, "SMS"), (Reached, "Email"), (BySms, "SMS") })
        {
            await Expect(Row(tab, recipient)).ToContainTextAsync($"{channel} · Invitation");
            await Expect(Row(tab, recipient).Locator(".badge")).ToHaveTextAsync("Sent");
        }

        // The one message left its first way before it took the second.
        await Expect(Row(tab, Refused)).ToHaveCountAsync(0);
    }

    private static Task OpenAsync(PortalFactory portal, string text) => BrowserTab.JourneyAsync(portal, new Look(Width: 360), async tab =>
    {
        await tab.GoAsync(new Uri(Link().Match(text).Value).PathAndQuery);
        await SeeAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "You are invited to InvitePortal" }));
        Assert.DoesNotContain("token=", tab.Page.Url, StringComparison.Ordinal);
        await tab.Page.GetByLabel("Your name").ClickAsync();
        await tab.Page.GetByLabel("Your name").FillAsync("Nina New");
        await tab.Page.GetByLabel("Your name").PressAsync("Tab");
    });

    private static async Task SeeFiguresAsync(BrowserTab tab)
    {
        await tab.GoAsync("/users?tab=insights");
        await Expect(tab.Page.Locator(".funnel .name")).ToHaveTextAsync(["Sent", "Delivered", "Opened", "Started", "Accepted"]);
        await Expect(tab.Page.Locator(".funnel .count")).ToHaveTextAsync(["3", "3", "1", "1", "0"]);
        await tab.GoAsync($"/users?tab=invites&q={Refused}");
        await Row(tab, Refused).Locator("button.link").ClickAsync();
        await SeeAsync(tab.Page.Locator(".panel .timeline").GetByText("Opened by a person"));
        await SeeAsync(tab.Page.Locator(".panel .timeline").GetByText("Began to fill in the form"));
    }

    private static Task SeeAsync(ILocator there) => Expect(there).ToBeVisibleAsync(new() { Timeout = (float)Patience.TotalMilliseconds });

    private static ILocator Row(BrowserTab tab, string recipient) => tab.Page.Locator("tbody tr", new() { HasText = recipient });

    private static IEnumerable<string> Texts(HttpDouble twilio, string number) => twilio.Seen.Select(Form).Where(f => f["To"] == number).Select(f => f["Body"]);

    private static Dictionary<string, string> Form(HttpSeen seen) => QueryHelpers.ParseQuery(seen.Body).ToDictionary(f => f.Key, f => f.Value.ToString());

    [GeneratedRegex(@"https?://\S+token=[A-Za-z0-9_-]+")]
    private static partial Regex Link();
}
