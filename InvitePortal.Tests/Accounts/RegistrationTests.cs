using System.Net;
using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Accounts.SignInPagesTests;

namespace InvitePortal.Tests.Accounts;

/// <summary>People who make an account on their own, on the way to a page that newcomers are sent to.</summary>
public sealed class RegistrationTests
{
    private const string Address = "new@people.example";
    private static readonly CancellationToken Ct = CancellationToken.None;
    private static readonly Actor Nobody = Actor.Anonymous("192.0.2.1");
    private static readonly SessionWanted Browser = new(SessionKind.Browser, false, null);

    [Theory]
    [InlineData("/join?code=K7PM2QXA&role=SUPER_ADMIN", Role.Student)]
    [InlineData("/", Role.Business)]
    [InlineData("/profile?x=/join", Role.Business)]
    public async Task D06_Register_NewAddress_MakesTheAccountWithThePagesRoleAndReturns(string returnUrl, Role role)
    {
        await using var portal = await StartAsync();
        using var browser = portal.CreateBrowser();

        var asked = await browser.PostFormAsync("/register?returnUrl=" + Uri.EscapeDataString(returnUrl), Fields(("email", Address), ("role", "SuperAdmin")), "main form");
        Assert.Equal((HttpStatusCode.SeeOther, "/register/code"), (asked.StatusCode, asked.Headers.Location?.OriginalString));
        var proven = await browser.PostFormAsync("/register/code", Fields(("code", await SignInPagesTests.CodeAsync(portal, Address)), ("how", "enter")), "main form");
        Assert.Equal((HttpStatusCode.SeeOther, "/register/name"), (proven.StatusCode, proven.Headers.Location?.OriginalString));
        var nameless = await browser.PostFormAsync("/register/name", Fields(("name", " ")), "main form");
        Assert.Equal(HttpStatusCode.BadRequest, nameless.StatusCode);
        var made = await browser.PostFormAsync("/register/name", Fields(("name", " Ада Лавлейс "), ("email", "other@people.example")), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, returnUrl), (made.StatusCode, made.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/profile")).StatusCode);
        await using var db = portal.Database.Open();
        var person = await db.Users.SingleAsync(u => u.NormalizedEmail == Address);
        Assert.Equal(("Ада Лавлейс", PersonStatus.Active, role, RoleBits.Of(role), true), (person.DisplayName, person.Status, person.ActiveRole, person.RoleBits, person.EmailConfirmed));
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.registered" && a.SubjectId == person.Id));
        Assert.Empty(await db.Newcomers.ToListAsync());
    }

    [Fact]
    public async Task Register_KnownAddress_SignsIn()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, email: Address);
        using var browser = portal.CreateBrowser();

        await browser.PostFormAsync("/register?returnUrl=%2Fjoin%3Fcode%3DX", Fields(("email", "NEW@people.example")), "main form");
        var entered = await browser.PostFormAsync("/register/code", Fields(("code", await SignInPagesTests.CodeAsync(portal, Address)), ("how", "enter")), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, "/join?code=X"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
        await using var db = portal.Database.Open();
        var stored = await db.Users.SingleAsync(u => u.NormalizedEmail == Address);
        Assert.Equal((person.Id, RoleBits.Of(Role.Teacher)), (stored.Id, stored.RoleBits));
    }

    [Fact]
    public async Task A05_Register_AnyAddress_SameAnswerAndNoMailToWhoMayNotSignIn()
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
            var asked = await browser.PostFormAsync("/register", Fields(("email", $"{who}@people.example")), "main form");
            Assert.Equal((HttpStatusCode.SeeOther, "/register/code"), (asked.StatusCode, asked.Headers.Location?.OriginalString));
            pages.Add(Content(await browser.GetStringAsync("/register/code"), who));
            var wrong = await browser.PostFormAsync("/register/code", Fields(("code", "000000"), ("how", "enter")), "main form");
            Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
            Assert.Equal("/register", (await browser.GetAsync("/register/name")).Headers.Location?.OriginalString);
        }

        Assert.Single(pages.Distinct());
        await using var db = portal.Database.Open();
        Assert.Equal(
            ["Active@people.example", "Invited@people.example", "Nobody@people.example"],
            await db.OutboxMessages.Select(m => m.Recipient).OrderBy(r => r).ToListAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CreateAsync_TwentyAtOnce_OneAccount(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var flow = await ProvenAsync(host);

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<RegistrationService>().CreateAsync(Nobody, flow, "Ada", Browser, Ct))));

        Assert.Single(made, m => m.Succeeded);
        Assert.All(made.Where(m => !m.Succeeded), m => Assert.Equal("register.gone", m.Error?.Code));
        await using var db = host.Open();
        Assert.Equal(1, await db.Users.CountAsync());
        Assert.Equal(1, await db.Sessions.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CreateAsync_WhoIsInvited_KeepsThePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var invited = await host.AddPersonAsync(Role.Teacher, PersonStatus.Invited, Address);

        Assert.True((await host.Get<RegistrationService>().CreateAsync(Nobody, await ProvenAsync(host), "Ada", Browser, Ct)).Succeeded);

        await using var db = host.Open();
        var person = await db.Users.SingleAsync();
        Assert.Equal((invited.Id, PersonStatus.Active, RoleBits.Of(Role.Business)), (person.Id, person.Status, person.RoleBits));
    }

    [Fact]
    public async Task CreateAsync_AccountMadeMeanwhile_SignsInOnlyWhoMay()
    {
        await using var host = await ServiceHost.CreateAsync();
        var flow = await ProvenAsync(host);
        await host.AddPersonAsync(Role.Teacher, PersonStatus.Banned, Address);

        Assert.Equal("sign_in.failed", (await host.Get<RegistrationService>().CreateAsync(Nobody, flow, "Ada", Browser, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C04_ProveAsync_ManyGuessesAtOnce_FiveAreCompared(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, new Dictionary<string, string?> { ["Limits:CodeRequestsPerAddressPerMinute"] = "1000" });
        var flow = await AskAsync(host);
        var code = await CodeAsync(host);
        var wrong = code == "111111" ? "222222" : "111111";

        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Task.Run(() => host.Get<RegistrationService>().ProveAsync(Nobody, flow, wrong, Browser, Ct))));

        Assert.Equal("code_invalid", (await host.Get<RegistrationService>().ProveAsync(Nobody, flow, code, Browser, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(5, (await db.Newcomers.SingleAsync()).Attempts);
    }

    [Fact]
    public async Task ProveAsync_OtherFlowOldCodeOrTooLate_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var mine = await AskAsync(host);
        var code = await CodeAsync(host);
        Assert.Equal("code_invalid", (await host.Get<RegistrationService>().ProveAsync(Nobody, mine with { Flow = Secrets.New() }, code, Browser, Ct)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("code_invalid", (await host.Get<RegistrationService>().ProveAsync(Nobody, mine, code, Browser, Ct)).Error?.Code);
        var again = (await host.Get<RegistrationService>().AskAsync(Nobody, Address, "/", Ct, mine.Flow)).Value!;
        var newest = await CodeAsync(host);
        Assert.True((await host.Get<RegistrationService>().ProveAsync(Nobody, again, newest, Browser, Ct)).Succeeded);
        Assert.Equal("code_invalid", (await host.Get<RegistrationService>().ProveAsync(Nobody, again, newest, Browser, Ct)).Error?.Code);
        Assert.Equal("register.gone", (await host.Get<RegistrationService>().CreateAsync(Nobody, mine with { Flow = Secrets.New() }, "Ada", Browser, Ct)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal("register.gone", (await host.Get<RegistrationService>().CreateAsync(Nobody, again, "Ada", Browser, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData("/join", "/join", true)]
    [InlineData("/join", "/join?code=x", true)]
    [InlineData("/join", "/join/T_x", false)]
    [InlineData("/join/", "/join/T_x", true)]
    [InlineData("/join/", "/join", false)]
    [InlineData("/join", "/?x=/join", false)]
    public void Covers_Path_IsThePagesOwn(string path, string url, bool expected) => Assert.Equal(expected, new NewcomerPage(path, null).Covers(url));

    private static async Task<SignInFlow> AskAsync(ServiceHost host)
    {
        var asked = await host.Get<RegistrationService>().AskAsync(Nobody, Address, "/", Ct);
        Assert.True(asked.Succeeded);
        return asked.Value;
    }

    private static async Task<SignInFlow> ProvenAsync(ServiceHost host)
    {
        var flow = await AskAsync(host);
        var proven = await host.Get<RegistrationService>().ProveAsync(Nobody, flow, await CodeAsync(host), Browser, Ct);
        Assert.True(proven is { Succeeded: true, Value.Session: null });
        return flow;
    }

    private static async Task<string> CodeAsync(ServiceHost host)
    {
        await using var db = host.Open();
        var body = await db.OutboxMessages.Where(m => m.Kind == CodeMessage.KindName && m.Body != null).OrderByDescending(m => m.Id).Select(m => m.Body!).FirstAsync();
        return JsonSerializer.Deserialize<CodeData>(host.Get<Outbox>().Unprotect(body))!.Code;
    }

    private static string Content(string page, string who) => System.Text.RegularExpressions.Regex.Replace(
        page[page.IndexOf("<h1", StringComparison.Ordinal)..page.IndexOf("</form></main>", StringComparison.Ordinal)]
            .Replace($"{who}@people.example", "X", StringComparison.OrdinalIgnoreCase),
        "CfDJ8[A-Za-z0-9_+/=-]+",
        "");
}
