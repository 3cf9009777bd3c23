using System.Net;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Accounts;

/// <summary>The pages of signing in, as a browser without scripts meets them.</summary>
public sealed class SignInPagesTests
{
    internal const string Password = "correct horse battery";

    [Fact]
    public async Task SignIn_RightPassword_OpensThePageThatWasAskedFor()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateBrowser();

        var asked = await browser.GetAsync("/profile?x=1");
        Assert.Equal("/sign-in?returnUrl=%2Fprofile%3Fx%3D1", asked.Headers.Location?.PathAndQuery);
        var entered = await SignInAsync(browser, person.Email, Password, asked.Headers.Location!.PathAndQuery);

        Assert.Equal((HttpStatusCode.SeeOther, "/profile?x=1"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal("/", (await browser.GetAsync("/sign-in")).Headers.Location?.OriginalString);
        await using var db = portal.Database.Open();
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.signed_in" && a.ActorId == person.Id));
    }

    [Theory]
    [InlineData("Production", "https://localhost", "__Host-portal")]
    [InlineData("Development", "http://localhost", "portal")]
    public async Task SignIn_AnyEnvironment_SetsACookieNobodyElseCanReadOrSet(string environment, string address, string name)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = environment, Settings = Fast() });
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = new Uri(address), AllowAutoRedirect = false });

        var entered = await SignInAsync(browser, person.Email, Password);

        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"), c => c.StartsWith(name + "=", StringComparison.Ordinal));
        Assert.Contains("; path=/", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Equal(environment == "Production", cookie.Contains("; secure", StringComparison.Ordinal));
        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(PersonStatus.Active)]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Invited)]
    public async Task A06_SignIn_UnknownWrongOrBanned_SameAnswer(PersonStatus? status)
    {
        await using var portal = await StartAsync();
        if (status is { } known)
        {
            await portal.Services.AddPersonAsync(Role.Teacher, known, "somebody@people.example", password: Password);
        }

        using var browser = portal.CreateBrowser();
        var answer = await SignInAsync(browser, "somebody@people.example", status is PersonStatus.Active ? "something else" : Password);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Address and password do not match.", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(c => c.StartsWith("portal=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A05_SignIn_CodeForAnyAddress_SameAnswerAndMailToActivePeopleOnly()
    {
        await using var portal = await StartAsync();
        foreach (var status in Enum.GetValues<PersonStatus>())
        {
            await portal.Services.AddPersonAsync(Role.Teacher, status, $"{status}@people.example");
        }

        var pages = new List<string>();
        foreach (var who in Enum.GetNames<PersonStatus>().Append("Nobody"))
        {
            using var browser = portal.CreateBrowser();
            var asked = await AskForCodeAsync(browser, $"{who}@people.example");
            Assert.Equal((HttpStatusCode.SeeOther, "/sign-in/code"), (asked.StatusCode, asked.Headers.Location?.OriginalString));
            var page = await (await browser.GetAsync("/sign-in/code")).Content.ReadAsStringAsync();
            pages.Add(page[page.IndexOf("<h1", StringComparison.Ordinal)..page.IndexOf("</form></main>", StringComparison.Ordinal)]
                .Replace($"{who}@people.example", "X", StringComparison.OrdinalIgnoreCase));
        }

        Assert.Single(pages.Select(WithoutTokens).Distinct());
        await using var db = portal.Database.Open();
        Assert.Equal(["Active@people.example"], await db.OutboxMessages.Select(m => m.Recipient).ToListAsync());
    }

    [Fact]
    public async Task SignIn_ByCode_Enters()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        using var browser = portal.CreateBrowser();

        var entered = await EnterByCodeAsync(portal, browser, person.Email, "/profile");

        Assert.Equal((HttpStatusCode.SeeOther, "/profile"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task B05_SignInCode_OtherAddressInTheForm_IsIgnored()
    {
        await using var portal = await StartAsync();
        var mine = await portal.Services.AddPersonAsync(Role.Teacher);
        var victim = await portal.Services.AddPersonAsync(Role.SuperAdmin);
        using var browser = portal.CreateBrowser();
        await AskForCodeAsync(browser, mine.Email);

        var code = await CodeAsync(portal, mine.Email);
        var entered = await browser.PostFormAsync("/sign-in/code", Fields(("code", code), ("email", victim.Email), ("userId", victim.Id.ToString())), "main form");

        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        await using var db = portal.Database.Open();
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == victim.Id));
        Assert.Equal(2, await db.Sessions.CountAsync(s => s.UserId == mine.Id));
    }

    [Fact]
    public async Task B06_SignInCode_InAnotherBrowser_IsRefused()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        using var victim = portal.CreateBrowser();
        using var attacker = portal.CreateBrowser();
        await AskForCodeAsync(attacker, person.Email);
        var code = await CodeAsync(portal, person.Email);
        await AskForCodeAsync(victim, person.Email);

        var entered = await victim.PostFormAsync("/sign-in/code", Fields(("code", code)), "main form");

        Assert.Equal(HttpStatusCode.BadRequest, entered.StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.example")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("/профиль?ё=1")]
    public async Task G01_SignIn_ReturnUrl_StaysHere(string returnUrl)
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateBrowser();

        var entered = await SignInAsync(browser, person.Email, Password, $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        var target = new Uri(new Uri("http://localhost/sign-in"), entered.Headers.Location!.OriginalString);
        Assert.Equal("localhost", target.Host);
        Assert.True((int)(await browser.GetAsync(target)).StatusCode < 500);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/sign-out")]
    [InlineData("/session/start")]
    [InlineData("/forgot-password")]
    [InlineData("/reset-password")]
    [InlineData("/sign-in/link")]
    public async Task G04_Post_WithoutAntiforgery_IsRefused(string path)
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, password: Password);
        using var browser = portal.CreateBrowser();
        await SignInAsync(browser, person.Email, Password);
        await using var db = portal.Database.Open();
        var before = await db.Sessions.CountAsync();

        var answer = await browser.PostAsync(path, new FormUrlEncodedContent(
            [new("_handler", path[1..]), new("email", person.Email), new("password", Password), new("ticket", "x"), new("repeated", Password)]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(before, await db.Sessions.CountAsync());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task SignIn_InRussian_SpeaksRussian()
    {
        await using var portal = await StartAsync();
        using var browser = portal.CreateBrowser();
        browser.DefaultRequestHeaders.Add("Accept-Language", "ru");

        var page = WebUtility.HtmlDecode(await (await browser.GetAsync("/sign-in")).Content.ReadAsStringAsync());

        Assert.Contains("Прислать код<", page, StringComparison.Ordinal);
    }

    internal static Dictionary<string, string?> Fast() => new() { ["Limits:PasswordWorkFactor"] = "4" };

    internal static Task<PortalFactory> StartAsync(IDictionary<string, string?>? settings = null)
    {
        var all = Fast();
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>())
        {
            all[key] = value;
        }

        return PortalFactory.StartAsync(new PortalSetup { Environment = "Development", Settings = all });
    }

    internal static Dictionary<string, string> Fields(params (string Name, string Value)[] fields) => fields.ToDictionary(f => f.Name, f => f.Value);

    internal static Task<HttpResponseMessage> SignInAsync(HttpClient browser, string email, string password, string page = "/sign-in") =>
        browser.PostFormAsync(page, Fields(("email", email), ("password", password), ("how", "password")), "main form");

    private static Task<HttpResponseMessage> AskForCodeAsync(HttpClient browser, string email, string page = "/sign-in") =>
        browser.PostFormAsync(page, Fields(("email", email), ("how", "code")), "main form");

    private static async Task<HttpResponseMessage> EnterByCodeAsync(PortalFactory portal, HttpClient browser, string email, string returnUrl)
    {
        await AskForCodeAsync(browser, email, "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl));
        var code = await CodeAsync(portal, email);
        return await browser.PostFormAsync("/sign-in/code", Fields(("code", code), ("how", "enter")), "main form");
    }

    internal static Task<string> CodeAsync(PortalFactory portal, string email) => FromMailAsync(portal, email, @"\b(\d{6})\b");

    /// <summary>Waits for a mail in the mailbox of Development, takes it out, and gives what the pattern's group matches in it.</summary>
    internal static async Task<string> FromMailAsync(PortalFactory portal, string email, string pattern)
    {
        MailboxMessage? mail = null;
        var recipient = email.ToLowerInvariant();
        await Eventually.TrueAsync(async () =>
        {
            await using var db = portal.Database.Open();
            mail = await db.MailboxMessages.Where(m => m.Recipient == recipient).OrderByDescending(m => m.Id).FirstOrDefaultAsync();
            return mail is not null && await db.MailboxMessages.Where(m => m.Id == mail.Id).ExecuteDeleteAsync() == 1;
        });
        return System.Text.RegularExpressions.Regex.Match(mail!.Text, pattern).Groups[1].Value;
    }

    /// <summary>A page without what is random in every answer.</summary>
    internal static string WithoutTokens(string html) => System.Text.RegularExpressions.Regex.Replace(html, "CfDJ8[A-Za-z0-9_+/=-]+", "");
}
