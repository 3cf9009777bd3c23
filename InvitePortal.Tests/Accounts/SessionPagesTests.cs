using System.Net;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Accounts.SignInPagesTests;

namespace InvitePortal.Tests.Accounts;

/// <summary>Where sessions of browsers begin and end.</summary>
public sealed class SessionPagesTests
{
    [Fact]
    public async Task B09_SignOut_CopiedCookie_IsDead()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateBrowser();
        var entered = await SignInAsync(browser, person.Email, Password);
        var copied = entered.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("portal=", StringComparison.Ordinal)).Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, (await GetWithCookieAsync(portal, copied)).StatusCode);

        var left = await browser.PostFormAsync("/sign-out", Fields(), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in?notice=signed-out"), (left.StatusCode, left.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Redirect, (await GetWithCookieAsync(portal, copied)).StatusCode);
        await using var db = portal.Database.Open();
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == person.Id));
    }

    [Fact]
    public async Task SessionStart_TicketOfACircuit_BecomesACookieOnce()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        string ticket;
        await using (var scope = portal.Services.CreateAsyncScope())
        await using (var db = portal.Database.Open())
        {
            var sessions = scope.ServiceProvider.GetRequiredService<SessionService>();
            var session = sessions.Add(db, person.Id, person.Role, SessionKind.Browser, remember: true, person.Actor, null);
            await db.SaveChangesAsync();
            ticket = sessions.Ticket(session);
        }

        using var browser = portal.CreateBrowser();
        using var again = portal.CreateBrowser();

        var started = await StartSessionAsync(browser, ticket, "/profile");
        var replayed = await StartSessionAsync(again, ticket, "/profile");

        Assert.Equal((HttpStatusCode.SeeOther, "/profile"), (started.StatusCode, started.Headers.Location?.OriginalString));
        Assert.Contains(started.Headers.GetValues("Set-Cookie"), c => c.StartsWith("portal=", StringComparison.Ordinal) && c.Contains("expires", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal("/sign-in?notice=ticket", replayed.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, (await again.GetAsync("/")).StatusCode);
    }

    private static async Task<HttpResponseMessage> StartSessionAsync(HttpClient browser, string ticket, string returnUrl)
    {
        var page = await (await browser.GetAsync("/sign-in")).Content.ReadAsStringAsync();
        var token = System.Text.RegularExpressions.Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)").Groups[1].Value;
        using var form = new FormUrlEncodedContent(Fields(("__RequestVerificationToken", token), ("ticket", ticket), ("returnUrl", returnUrl)));
        return await browser.PostAsync("/session/start", form);
    }

    private static async Task<HttpResponseMessage> GetWithCookieAsync(PortalFactory portal, string cookie)
    {
        using var client = portal.CreateClient(new WebApplicationFactoryClientOptions { HandleCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", cookie);
        return await client.SendAsync(request);
    }
}
