using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>What somebody sees whose page may not open a circuit.</summary>
public sealed class RefusedCircuitTests
{
    [Fact]
    public async Task I11_OneTabTooMany_SaysSoAndTriesAgain()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Environment = "Development",
            OnPort = true,
            Settings = new Dictionary<string, string?> { ["Limits:CircuitsPerPerson"] = "1" },
        });
        var admin = await portal.Services.AddPersonAsync(Role.SuperAdmin);
        await BrowserTab.JourneyAsync(portal, new Look(Person: admin), async tab =>
        {
            // The browser writes the refusal to its console.
            tab.Expected = _ => true;
            await tab.GoAsync("/users?tab=invites");
            var second = await tab.Page.Context.NewPageAsync();
            await second.GotoAsync(portal.Url + "/users?tab=invites");
            var failed = second.Locator("#blazor-error-ui");
            await Expect(failed).ToBeVisibleAsync();
            await second.EvaluateAsync("() => window.before = true");
            await failed.GetByRole(AriaRole.Button).ClickAsync();
            await second.WaitForFunctionAsync("() => window.before === undefined");
        });
    }
}
