using System.Net;
using AngleSharp.Html.Parser;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Telegram;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Telegram;

/// <summary>The Mini App's page, and going on from it into the portal.</summary>
public sealed class TelegramPageTests
{
    [Fact]
    public async Task G07_Page_MayBeFramedByTelegramOnly_AndIsAsStrictOtherwise()
    {
        await using var portal = await StartAsync();
        using var client = portal.CreateApiClient();

        var page = await client.GetAsync("/telegram");
        var other = await client.GetAsync("/sign-in");

        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(Assert.Single(other.Headers.GetValues("Content-Security-Policy")).Replace("frame-ancestors 'none'", "frame-ancestors https://web.telegram.org", StringComparison.Ordinal), policy);
        Assert.False(page.Headers.Contains("X-Frame-Options"));
        Assert.Equal("no-referrer", Assert.Single(page.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-store", page.Headers.CacheControl?.ToString());
        Assert.Contains("frame-ancestors 'none'", Assert.Single((await client.GetAsync("/telegram/other")).Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ru", "Принимаем приглашение...")]
    [InlineData("en", "Accepting the invitation...")]
    public async Task Page_IsStatic_LoadsNothingFromElsewhere_AndKnowsBothLanguages(string language, string progress)
    {
        await using var portal = await StartAsync();
        using var client = portal.CreateApiClient();
        client.DefaultRequestHeaders.Add("Accept-Language", language);

        using var page = await new HtmlParser().ParseDocumentAsync(await client.GetStringAsync("/telegram"));

        Assert.Equal(language, page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(progress, page.QuerySelector("h1")?.TextContent);
        Assert.Null(page.QuerySelector("#components-reconnect-modal"));
        Assert.DoesNotContain(page.QuerySelectorAll("[src], link[href]").Select(e => e.GetAttribute("src") ?? e.GetAttribute("href") ?? ""), url => url.Contains("//", StringComparison.Ordinal));
        Assert.Equal("Приглашение принято!", page.QuerySelector("[data-language=ru]")?.GetAttribute("data-title"));
        Assert.Equal("You are now a student of {0}", page.QuerySelector("[data-language=en]")?.GetAttribute("data-new-person-teacher"));
    }

    [Fact]
    public async Task Enter_TheTokenOfJoining_BecomesTheBrowsersSession_Once()
    {
        await using var portal = await StartAsync();
        using var browser = portal.CreateBrowser();
        var joined = await JoinAsync(portal, 1);

        var entered = await EnterAsync(browser, joined.Session.Secret);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
        Assert.Contains("Ada Lovelace", await browser.GetStringAsync("/profile"), StringComparison.Ordinal);
        using var api = portal.CreateApiClient(joined.Session.Secret);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.GetAsync("/api/individual-invite-codes/joined")).StatusCode);
        using var thief = portal.CreateBrowser();
        Assert.Equal("/telegram?notice=late", (await EnterAsync(thief, joined.Session.Secret)).Headers.Location?.OriginalString);
        await using var db = portal.Database.Open();
        var session = await db.Sessions.SingleAsync(s => s.UserId == joined.User.Id);
        Assert.Equal((SessionKind.Browser, false), (session.Kind, session.Remembered));
    }

    [Fact]
    public async Task G04_E07_Enter_WithoutTheFormOfThePage_OrOverSomebodyElse_DoesNothing()
    {
        await using var portal = await StartAsync();
        var teacher = await portal.Services.AddPersonAsync(Role.Teacher);
        var joined = await JoinAsync(portal, 1);
        using var elsewhere = portal.CreateBrowser();
        using var signedIn = portal.CreateBrowser(teacher);

        var forged = await elsewhere.PostAsync("/telegram/enter", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = joined.Session.Secret }));
        var other = await EnterAsync(signedIn, joined.Session.Secret);
        var nonsense = await EnterAsync(elsewhere, "nonsense");

        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal("/telegram?notice=other", other.Headers.Location?.OriginalString);
        Assert.Equal("/telegram?notice=late", nonsense.Headers.Location?.OriginalString);
        var told = await signedIn.GetStringAsync("/telegram?notice=other");
        Assert.Contains(WebUtility.HtmlEncode("Somebody else is signed in at this browser."), told, StringComparison.Ordinal);
        await using var db = portal.Database.Open();
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == teacher.Id));
        Assert.Equal(SessionKind.Api, (await db.Sessions.SingleAsync(s => s.UserId == joined.User.Id)).Kind);
    }

    private static Task<PortalFactory> StartAsync() => PortalFactory.StartAsync(new PortalSetup { Settings = Signed.Bot });

    private static Task<HttpResponseMessage> EnterAsync(HttpClient browser, string token) =>
        browser.PostFormAsync("/telegram", new Dictionary<string, string> { ["token"] = token }, "#mini-app-enter");

    private static async Task<TelegramJoined> JoinAsync(PortalFactory portal, long id)
    {
        var (_, code) = await portal.Services.LinkAsync(Role.Teacher);
        await using var scope = portal.Services.CreateAsyncScope();
        var joined = await scope.ServiceProvider.GetRequiredService<TelegramJoinService>()
            .JoinAsync(Actor.Anonymous("192.0.2.1"), new JoinFromTelegram(Signed.Of(id, TimeProvider.System.GetUtcNow()), code), "Telegram", default);
        return joined.Value!;
    }
}
