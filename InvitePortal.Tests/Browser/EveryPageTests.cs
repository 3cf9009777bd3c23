using System.Reflection;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>Every page that the router knows, as everybody who may see it, in both languages, both schemes, on a phone and a desk.</summary>
public sealed class EveryPageTests(DemoPortal demo) : IClassFixture<DemoPortal>
{
    public static TheoryData<string, int> Looks { get; } = new(
        from language in Languages.All
        from width in new[] { 360, 1280 }
        select (language, width));

    [Theory]
    [InlineData(Languages.English)]
    [InlineData(Languages.Russian)]
    public async Task EveryPage_OnPhoneAndDesk_InBothSchemes_IsSound(string language)
    {
        var admin = await demo.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: PageSampleData.WalkerName, language: language);
        // Beside each other: one waits for the portal while the other looks.
        var mistakes = await Task.WhenAll(WalkAsync(new Look(language, Width: 360), admin), WalkAsync(new Look(language, Width: 1280), admin));

        Assert.True(mistakes.All(m => m.Count == 0), string.Join('\n', mistakes.SelectMany(m => m)));
    }

    [Fact]
    public async Task SchemeAsync_PageThatStands_IsColouredLikeOneThatIsOpened()
    {
        const string Colours = "() => [...document.querySelectorAll('body, body *')].map(e => getComputedStyle(e)).map(s => [s.color, s.backgroundColor, s.borderColor, s.display].join()).join('|')";
        await using var opened = await BrowserTab.OpenAsync(demo.Portal, new Look(Dark: true));
        await using var turned = await BrowserTab.OpenAsync(demo.Portal, new Look());
        foreach (var path in new[] { "/sign-in", "/join?code=0OIL" })
        {
            await opened.GoAsync(path);
            await turned.GoAsync(path);
            var light = await turned.Page.EvaluateAsync<string>(Colours);
            await turned.SchemeAsync(dark: true);
            var dark = await turned.Page.EvaluateAsync<string>(Colours);
            await turned.SchemeAsync(dark: false);

            Assert.NotEqual(light, dark);
            Assert.Equal(await opened.Page.EvaluateAsync<string>(Colours), dark);
            Assert.Equal(light, await turned.Page.EvaluateAsync<string>(Colours));
        }
    }

    [Fact]
    public void EveryRoute_WithParameters_HasASample() => Assert.DoesNotContain(
        PageSamples.Pages().Select(p => p.Template), t => t.Contains('{', StringComparison.Ordinal) && !PageSamples.Has(t));

    [Fact]
    public async Task RoleByRole_HomePage_IsSound()
    {
        var mistakes = new List<string>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var look = new Look(Person: await demo.Portal.Services.AddPersonAsync(role));
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, look);
            foreach (var path in new[] { "/", "/profile" })
            {
                mistakes.AddRange((await new Visit(path).MistakesAsync(tab, look, $"role{path}")).Select(m => $"as {role}: {m}"));
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [Fact]
    public async Task MistakesAsync_BadPage_AreAllFound()
    {
        await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(Width: 360));
        await tab.GoAsync("/sign-in");
        await tab.Page.EvaluateAsync(
            """
            () => {
              document.documentElement.lang = 'de';
              document.querySelector('h1').insertAdjacentHTML('afterend', '<h1>Two</h1><img src="/favicon.svg"><p>sign-in.no-such-text {0}</p><div id="wide">x</div>');
              document.getElementById('wide').style.minWidth = '2000px';
              console.error('complaint');
            }
            """);

        var mistakes = await PageExpectations.MistakesAsync(tab.Page, Languages.English);

        Assert.Contains(mistakes, m => m.StartsWith("axe image-alt", StringComparison.Ordinal));
        Assert.Contains(mistakes, m => m.StartsWith("scrolls sideways", StringComparison.Ordinal));
        Assert.Contains("html lang is de", mistakes);
        Assert.Contains("2 h1", mistakes);
        Assert.Contains("shows the key sign-in.no-such-text", mistakes);
        Assert.Contains("shows a placeholder: {0}", mistakes);
        Assert.Contains("console: complaint", tab.Complaints);
    }

    [Theory]
    [InlineData(Languages.English, false, 1280)]
    [InlineData(Languages.Russian, true, 360)]
    public async Task EmptyPortal_Setup_IsSound(string language, bool dark, int width)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true });
        var look = new Look(language, dark, width);
        await using var tab = await BrowserTab.OpenAsync(portal, look);

        var mistakes = await new Visit("/setup").MistakesAsync(tab, look, "setup");

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    private async Task<List<string>> WalkAsync(Look width, TestPerson admin)
    {
        var mistakes = new List<string>();
        foreach (var signedIn in new[] { false, true })
        {
            var look = width with { Person = signedIn ? admin : null };
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, look);
            foreach (var (template, type) in PageSamples.Pages())
            {
                // Public pages look the same to somebody signed in, but for the one that greets them.
                var isPublic = type.GetCustomAttribute<AllowAnonymousAttribute>() is not null;
                if (signedIn == isPublic && template is not "/accept-invitation")
                {
                    continue;
                }

                foreach (var visit in await PageSamples.OfAsync(template, demo.Portal, look.Language))
                {
                    var wrong = await visit.MistakesInBothSchemesAsync(tab, look, $"page{visit.Path.Split('?')[0]}");
                    mistakes.AddRange(wrong.Select(m => $"{(signedIn ? "signed in" : "nobody")}: {m}"));
                }
            }
        }

        return mistakes;
    }
}
