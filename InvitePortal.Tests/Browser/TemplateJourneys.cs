using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>An administrator words the invitation anew, in a real browser and through a real mail server.</summary>
public sealed class TemplateJourneys(MailingPortal mailing) : IClassFixture<MailingPortal>
{
    private const string Templates = "/section-settings/dashboard?tab=templates";

    [Fact]
    public async Task InvitationChanged_InviteeGetsTheNewWords_UntilReset()
    {
        var admin = await mailing.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: admin), async tab =>
        {
            var page = tab.Page;
            await tab.GoAsync(Templates);
            await page.GetByRole(AriaRole.Link, new() { Name = "Invitation, Email", Exact = true }).ClickAsync();
            await Expect(page.FrameLocator(".mail-frame").GetByText("Maria Stone invites you to join").Last).ToBeVisibleAsync();
            await page.GetByLabel("Subject", new() { Exact = true }).FillAsync("Greetings from ");
            await page.GetByRole(AriaRole.Button, new() { Name = "{{portal}}" }).ClickAsync();
            await Expect(page.GetByLabel("Subject", new() { Exact = true })).ToHaveValueAsync("Greetings from {{portal}}");
            await page.Locator("#template-body").FillAsync("Our school waits for you.\n\n{{nobody}}\n{{link}}");
            await Expect(page.GetByText("Line 3, column 1: There is no placeholder {{nobody}}.")).ToBeVisibleAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeDisabledAsync();
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.Locator("#template-body").FillAsync("Our school waits for you.\n\n{{message}}\n\n{{link}}");
            await Expect(page.FrameLocator(".mail-frame").GetByText("Our school waits for you.", new() { Exact = true }).Last).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Send this to me" }).ClickAsync();
            await Expect(page.GetByText("On its way to your own address.")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
            await Expect(page.GetByText("Saved. It holds from the next message on.")).ToBeVisibleAsync();

            // "See it as the invitee" shows them too.
            await tab.GoAsync("/users?tab=invites");
            await page.GetByRole(AriaRole.Button, new() { Name = "Invite people" }).First.ClickAsync();
            await page.Locator("#invite-addresses").FillAsync("own.words@example.org");
            await page.GetByRole(AriaRole.Button, new() { Name = "See it as the invitee" }).ClickAsync();
            await Expect(page.FrameLocator(".mail-frame").GetByText("Our school waits for you.", new() { Exact = true }).Last).ToBeVisibleAsync();
        });
        var test = await mailing.Sink.WaitForMailAsync(admin.Email);
        Assert.Equal("[Test] Greetings from InvitePortal", test.Subject);
        Assert.Contains("Our school waits for you.", test.Text, StringComparison.Ordinal);
        await InviteAsync(admin, "own.words@example.org");
        var mail = await mailing.Sink.WaitForMailAsync("own.words@example.org");
        Assert.Equal("Greetings from InvitePortal", mail.Subject);
        Assert.Contains("Our school waits for you.", mail.Html, StringComparison.Ordinal);
        Assert.Contains("/accept-invitation?token=", mail.Link("/accept-invitation"), StringComparison.Ordinal);

        await BrowserTab.JourneyAsync(mailing.Portal, new Look(Person: admin), async tab =>
        {
            var page = tab.Page;
            await tab.GoAsync(Templates);
            await page.GetByRole(AriaRole.Link, new() { Name = "Invitation, Email", Exact = true }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
            await Expect(page.Locator(".compared ins").First).ToHaveTextAsync("Greetings from {{portal}}");
            await PageExpectations.ExpectNoAxeViolationsAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Reset to delivered" }).ClickAsync();
            await page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Reset to delivered" }).ClickAsync();
            await Expect(page.GetByText("The words as delivered hold again.")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
            await Expect(page.GetByText("The earlier words hold again.")).ToBeVisibleAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "Reset to delivered" }).ClickAsync();
            await page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Reset to delivered" }).ClickAsync();
            await Expect(page.GetByText("The words as delivered hold again.")).ToBeVisibleAsync();

            // A reload, be it by a lost connection, loses nothing; discarding does.
            await page.Locator("#template-heading").PressSequentiallyAsync("Come: ", new() { Delay = 40 });
            await Expect(page.Locator("#template-heading")).ToHaveValueAsync("Come: You are invited to {{portal}}");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToBeEnabledAsync();
            page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
            await page.ReloadAsync();
            await tab.ReadyAsync();
            await Expect(page.Locator("#template-heading")).ToHaveValueAsync("Come: You are invited to {{portal}}");
            await page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
            await Expect(page.Locator("#template-heading")).ToHaveValueAsync("You are invited to {{portal}}");
            await page.ReloadAsync();
            await tab.ReadyAsync();
            await Expect(page.Locator("#template-heading")).ToHaveValueAsync("You are invited to {{portal}}");

            // Whoever leaves with something unsaved is asked.
            await page.GetByLabel("Subject", new() { Exact = true }).FillAsync("Lost");
            await page.GetByRole(AriaRole.Link, new() { Name = "Русский" }).ClickAsync();
            await page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
            await Expect(page.GetByLabel("Subject", new() { Exact = true })).ToHaveValueAsync("{{inviter}} приглашает вас в {{portal}}");
        });
        await InviteAsync(admin, "delivered.words@example.org");
        Assert.Equal("Ada Admin invites you to InvitePortal", (await mailing.Sink.WaitForMailAsync("delivered.words@example.org")).Subject);
    }

    [Theory]
    [InlineData(Languages.English, false, 360)]
    [InlineData(Languages.Russian, true, 360)]
    [InlineData(Languages.English, true, 700)]
    public async Task Mail_OnEveryScreen_FitsAndCanBeRead(string language, bool dark, int width)
    {
        var admin = await mailing.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        var address = $"looks-{language}-{width}@example.org";
        await InviteAsync(admin, address, language, "Come soon.\nWe wait for you, https://example.org/a-very-long-address-without-any-blank-in-it-whatever-the-screen");
        var mail = await mailing.Sink.WaitForMailAsync(address);
        await BrowserTab.JourneyAsync(mailing.Portal, new Look(language, dark, width), async tab =>
        {
            await tab.Page.SetContentAsync(mail.Html);
            var wide = await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth");
            Assert.True(wide <= width, $"{wide} px");
            var button = tab.Page.Locator(".action a");
            Assert.True((await button.BoundingBoxAsync())!.Height >= 40);
            Assert.DoesNotContain(await PageExpectations.AxeViolationsAsync(tab.Page), v => v.Contains("color-contrast", StringComparison.Ordinal));
            await tab.PictureAsync($"mail-{language}-{(dark ? "dark" : "light")}-{width}");
        });
    }

    private async Task InviteAsync(TestPerson by, string email, string language = "en", string? words = null)
    {
        await using var scope = mailing.Portal.Services.CreateAsyncScope();
        var sent = await scope.ServiceProvider.GetRequiredService<InvitationSendingService>()
            .SendAsync(by.Actor, new SendInvitations([email], Role.Teacher, words, Language: language), null, default);
        Assert.True(sent.Succeeded, sent.Error?.Code);
    }
}
