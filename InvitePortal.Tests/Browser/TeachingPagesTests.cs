using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>The pages of those who teach, learn and pay, with the demo's codes.</summary>
public sealed class TeachingPagesTests(DemoPortal demo) : IClassFixture<DemoPortal>
{
    [Theory]
    [InlineData(Languages.English, false, 1280)]
    [InlineData(Languages.Russian, true, 360)]
    public async Task TeachingPages_AreSound(string language, bool dark, int width)
    {
        await using var db = demo.Portal.Database.Open();
        var group = await db.InviteCodes.Where(c => c.GroupId != null && c.Phase == CodePhase.Open).OrderByDescending(c => c.Uses).FirstAsync();
        var used = await db.InviteCodes.Where(c => c.Phase == CodePhase.UsedUp).FirstAsync();
        var mistakes = new List<string>();
        foreach (var (mailbox, visits) in new[]
        {
            ("teacher@example.com", (Visit[])
            [
                new("/"), new("/codes"), new("/codes?tab=used"), new("/codes?tab=expired"), new("/codes?tab=groups"), new("/codes?tab=students"),
                new("/codes?tab=statistics&weeks=52"), new("/codes?tab=statistics&from=2026-01-01&to=2400-01-01"), new("/codes?tab=statistics&to=1990-01-01"), new("/codes?q=nothing-like-it"), new("/codes/cards?tab=active"),
                new($"/codes/{group.Id}"), new($"/codes/{used.Id}"), new($"/codes/{Guid.NewGuid()}"),
                new("/codes", 200, page => page.Locator(".page-header .btn.primary").ClickAsync()),
                new($"/codes/{group.Id}", 200, page => page.Locator(".page-header .btn").First.ClickAsync()),
            ]),
            ("student@example.com", (Visit[])[new("/"), new("/join"), new("/join?code=" + group.Code), new("/codes"), new("/profile")]),
            ("parent@example.com", (Visit[])[new("/")]),
            ("admin@example.com", (Visit[])[new("/"), new("/users?tab=invites&delivery=FAILED"), new("/users?tab=invites&expiring=1&sort=expiresAt")]),
        })
        {
            var look = new Look(language, dark, width, await demo.SessionOfAsync(mailbox, language));
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, look);
            foreach (var visit in visits)
            {
                mistakes.AddRange(await visit.MistakesAsync(tab, look, $"teaching{visit.Path.Split('?')[0]}"));
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }
}
