using System.Net;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

public sealed class MailboxPageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_OutsideDevelopment_IsNotFound()
    {
        await using var portal = await PortalFactory.StartAsync();
        var id = await AddAsync(portal, "ann@example.com", 1);
        using var browser = portal.CreateBrowser();

        foreach (var path in new[] { "/dev/mailbox", $"/dev/mailbox/{id}" })
        {
            using var answer = await browser.GetAsync(path, Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.DoesNotContain("secret-link", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Get_InDevelopment_ListsFiltersPagesAndShows()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development" });
        using var browser = portal.CreateBrowser();
        Assert.Contains("No mail yet", await browser.GetStringAsync("/dev/mailbox", Ct), StringComparison.Ordinal);
        var id = await AddAsync(portal, "ann@example.com", 1);
        await AddAsync(portal, "bob@example.com", 26);

        var all = await browser.GetStringAsync("/dev/mailbox", Ct);
        Assert.Contains("Mail 26", all, StringComparison.Ordinal);
        Assert.DoesNotContain("ann@example.com", all, StringComparison.Ordinal);
        Assert.Contains("page=2", all, StringComparison.Ordinal);
        Assert.Contains("ann@example.com", await browser.GetStringAsync("/dev/mailbox?page=2", Ct), StringComparison.Ordinal);
        var filtered = await browser.GetStringAsync("/dev/mailbox?to=ANN", Ct);
        Assert.Contains("ann@example.com", filtered, StringComparison.Ordinal);
        Assert.DoesNotContain("bob@example.com", filtered, StringComparison.Ordinal);

        var mail = await browser.GetStringAsync($"/dev/mailbox/{id}", Ct);
        Assert.Contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation\"", mail, StringComparison.Ordinal);
        Assert.Contains("&lt;base target=&quot;_top&quot;&gt;", mail, StringComparison.Ordinal);
        Assert.Contains("secret-link", mail, StringComparison.Ordinal);
        var text = await browser.GetStringAsync($"/dev/mailbox/{id}?view=text", Ct);
        Assert.Contains("Plain words", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<iframe", text, StringComparison.Ordinal);
    }

    private static async Task<Guid> AddAsync(PortalFactory portal, string recipient, int count)
    {
        await using var db = portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        var at = new DateTimeOffset(2030, 1, 1, recipient[0] - 'a', 0, 0, TimeSpan.Zero);
        var mails = Enumerable.Range(1, count).Select(i => new MailboxMessage
        {
            Id = Guid.NewGuid(),
            At = at.AddMinutes(i),
            Recipient = recipient,
            Subject = $"Mail {i}",
            Html = "<html><head></head><body><a href=\"https://portal.example.org/secret-link\">Open</a></body></html>",
            Text = "Plain words",
        }).ToList();
        db.MailboxMessages.AddRange(mails);
        await db.SaveChangesAsync(Ct);
        return mails[0].Id;
    }
}
