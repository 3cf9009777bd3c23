using System.Net;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Accounts.SignInPagesTests;

namespace InvitePortal.Tests.Accounts;

/// <summary>The pages of passwords, as a browser without scripts meets them.</summary>
public sealed class PasswordPagesTests
{
    [Fact]
    public async Task A08_ForgotPassword_AnyAddress_SameAnswer()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        using var browser = portal.CreateBrowser();

        var known = await browser.PostFormAsync("/forgot-password", Fields(("email", person.Email)), "main form");
        var unknown = await browser.PostFormAsync("/forgot-password", Fields(("email", "nobody@people.example")), "main form");

        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(HttpStatusCode.OK, unknown.StatusCode);
        Assert.Equal(WithoutTokens(await known.Content.ReadAsStringAsync()), WithoutTokens(await unknown.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task B11_ResetPassword_NewestLinkOnce_WorksAndEndsSessions()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var elsewhere = portal.CreateBrowser();
        await SignInAsync(elsewhere, person.Email, Password);
        using var browser = portal.CreateBrowser();
        var first = await AskForLinkAsync(portal, browser, person.Email);
        var second = await AskForLinkAsync(portal, browser, person.Email);

        var older = await OpenLinkAsync(browser, first);
        Assert.Equal(HttpStatusCode.Gone, older.StatusCode);
        using var page = await OpenLinkAsync(browser, second);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var set = await browser.PostFormAsync(page, Fields(("password", "new battery horse"), ("repeated", "new battery horse")), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in?notice=password"), (set.StatusCode, set.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await OpenLinkAsync(browser, second)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await SignInAsync(browser, person.Email, Password)).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, (await SignInAsync(browser, person.Email, "new battery horse")).StatusCode);
    }

    [Fact]
    public async Task ResetPassword_WeakOrDifferent_KeepsTheLink()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        using var browser = portal.CreateBrowser();
        var link = await AskForLinkAsync(portal, browser, person.Email);

        using var page = await OpenLinkAsync(browser, link);
        var weak = await browser.PostFormAsync(page, Fields(("password", "short"), ("repeated", "short")), "main form");
        using var again = await browser.GetAsync("/reset-password");
        var different = await browser.PostFormAsync(again, Fields(("password", Password), ("repeated", Password + "!")), "main form");

        Assert.Contains("Use 12 to 256 characters.", await weak.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("The two passwords differ.", await different.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/reset-password")).StatusCode);
    }

    [Fact]
    public async Task B10_ChangePassword_InTheBrowser_KeepsThisOneAndEndsTheOthers()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateBrowser();
        using var elsewhere = portal.CreateBrowser();
        await SignInAsync(browser, person.Email, Password);
        await SignInAsync(elsewhere, person.Email, Password);

        var changed = await browser.PostFormAsync(
            "/profile/password", Fields(("current", Password), ("password", "another horse battery"), ("repeated", "another horse battery")), "form:has(#password)");

        Assert.Equal((HttpStatusCode.SeeOther, "/profile?notice=password"), (changed.StatusCode, changed.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await elsewhere.GetAsync("/")).StatusCode);
    }

    private static async Task<string> AskForLinkAsync(PortalFactory portal, HttpClient browser, string email)
    {
        await browser.PostFormAsync("/forgot-password", Fields(("email", email)), "main form");
        return await FromMailAsync(portal, email, "token=([A-Za-z0-9_-]+)");
    }

    private static async Task<HttpResponseMessage> OpenLinkAsync(HttpClient browser, string token)
    {
        var opened = await browser.GetAsync("/reset-password?token=" + token);
        Assert.Equal((HttpStatusCode.SeeOther, "/reset-password"), (opened.StatusCode, opened.Headers.Location?.OriginalString));
        return await browser.GetAsync("/reset-password");
    }
}
