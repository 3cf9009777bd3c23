using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Webhooks;
using InvitePortal.Webhooks;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>A portal that delivers to an endpoint on this machine.</summary>
public sealed class HookedPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    internal WebhookReceiver Receiver { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Receiver = WebhookReceiver.Start();
        Portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true, Settings = WebhookCase.Loopback() });
    }

    public async ValueTask DisposeAsync()
    {
        await Portal.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}

/// <summary>From a new endpoint to a replayed delivery, in a real browser.</summary>
public sealed class WebhookJourneys(HookedPortal hooked) : IClassFixture<HookedPortal>
{
    private const string Tab = "/section-settings/dashboard?tab=webhooks";

    [Fact]
    public async Task NewEndpoint_Test_AcceptedInvitation_Delivery_Replay()
    {
        var admin = await hooked.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        await BrowserTab.JourneyAsync(hooked.Portal, new Look(Person: admin), async tab =>
        {
            var page = tab.Page;
            await tab.GoAsync(Tab);
            await page.GetByRole(AriaRole.Button, new() { Name = "New endpoint" }).ClickAsync();
            await page.GetByLabel("Address").FillAsync("https://192.168.1.4/hook");
            await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
            await Expect(page.GetByText("The address leads to this machine or a private network.")).ToBeVisibleAsync();
            await page.GetByLabel("Address").FillAsync(hooked.Receiver.Url);
            await page.GetByLabel("Description").FillAsync("Our CRM");
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
            var secret = await page.GetByRole(AriaRole.Textbox, new() { Name = "Signing secret" }).InputValueAsync();
            Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "127.0.0.1" })).ToBeVisibleAsync();

            await page.GetByRole(AriaRole.Button, new() { Name = "Send a test" }).ClickAsync();
            await Expect(page.GetByText("It arrived")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
            await Expect(page.Locator("tbody tr", new() { HasText = "Test" })).ToBeVisibleAsync();
            Assert.True(Assert.Single(hooked.Receiver.Received).IsSignedBy(secret));

            var email = "journey@example.org";
            await InviteAsync(admin, email);
            await AcceptAsync(email);
            // The log follows by itself.
            var accepted = page.Locator("tbody tr", new() { HasText = "Invitation accepted" });
            await Expect(accepted).ToContainTextAsync("200");
            await accepted.GetByRole(AriaRole.Button, new() { Name = "Invitation accepted", Exact = true }).ClickAsync();
            await Expect(page.Locator("pre.payload")).ToContainTextAsync("j•••@e•••.org");
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await tab.PictureAsync("webhook-panel");
            await page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
            await Expect(accepted.Locator("td.number")).ToHaveTextAsync("2");
            var deliveries = hooked.Receiver.Received.Where(r => r.Type == "invitation.accepted").ToList();
            Assert.Equal(2, deliveries.Count);
            Assert.Equal(deliveries[0].Id, deliveries[1].Id);
        });
    }

    [Fact]
    public async Task RotateAndDelete_AskFirst_AndTheSecretIsGoneAfterwards()
    {
        var admin = await hooked.Portal.Services.AddPersonAsync(Role.SuperAdmin);
        await using var scope = hooked.Portal.Services.CreateAsyncScope();
        var made = (await scope.ServiceProvider.GetRequiredService<WebhookService>().CreateAsync(admin.Actor, new CreateWebhook(hooked.Receiver.Url + "/other", [WebhookEvent.LinkUsed]), default)).Value!;
        await BrowserTab.JourneyAsync(hooked.Portal, new Look(Width: 360, Person: admin), async tab =>
        {
            var page = tab.Page;
            await tab.GoAsync($"{Tab}&endpoint={made.Id}");
            await page.GetByRole(AriaRole.Button, new() { Name = "More actions for this endpoint" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "New secret" }).ClickAsync();
            await page.GetByLabel("Let both sign for 24 hours").CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Make a new secret" }).ClickAsync();
            var fresh = await page.GetByRole(AriaRole.Textbox, new() { Name = "Signing secret" }).InputValueAsync();
            Assert.NotEqual(made.Secret, fresh);
            await page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
            // The dialog says it too, until it has gone.
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await Expect(page.GetByText("The one before still signs too")).ToBeVisibleAsync();
            Assert.DoesNotContain("whsec_", await page.ContentAsync(), StringComparison.Ordinal);

            await page.GetByRole(AriaRole.Button, new() { Name = "More actions for this endpoint" }).ClickAsync();
            await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Delete endpoint" }).ClickAsync();
            await page.ReachAsync(new Regex("tab=webhooks$"));
            await Expect(page.GetByText("/hook/other")).ToHaveCountAsync(0);
        });
    }

    private async Task InviteAsync(TestPerson admin, string email)
    {
        await using var scope = hooked.Portal.Services.CreateAsyncScope();
        var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations([email], Role.Teacher), null, default);
        Assert.True(sent.Succeeded, sent.Error?.Code);
    }

    private async Task AcceptAsync(string email)
    {
        // Taken out of the mailbox, so that the next mail is the one with the code.
        var link = await SignInPagesTests.FromMailAsync(hooked.Portal, email, @"(/accept-invitation\?token=[A-Za-z0-9_-]+)");
        await BrowserTab.JourneyAsync(hooked.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(link);
            await tab.Page.GetByLabel("Your name").FillAsync("Robin Field");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Get a code" }).ClickAsync();
            await tab.Page.Locator("#accept-code").FillAsync(await SignInPagesTests.CodeAsync(hooked.Portal, email));
            await tab.Page.ReachAsync(new Regex(@"/(\?welcome=1)?$"));
        });
    }
}
