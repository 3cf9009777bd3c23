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

/// <summary>Links to sign in that administrators send.</summary>
public sealed class SignInLinksTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;
    private static readonly SessionWanted Browser = new(SessionKind.Browser, false, null);
    private static readonly Actor Nobody = Actor.Anonymous("192.0.2.9");

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B11_EnterAsync_NewestLinkOnce_SignsInAndEndsNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.Staff);
        var person = await host.AddPersonAsync(Role.Teacher);
        var older = await SendAsync(host, admin, person);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var newer = await SendAsync(host, admin, person);
        var links = host.Get<SignInLinks>();

        Assert.Equal("sign_in.link_gone", (await links.EnterAsync(Nobody, older, Browser, Ct)).Error?.Code);
        Assert.Null(await links.FindAsync(older, Ct));
        Assert.Equal((person.Id, person.Name), (await links.FindAsync(newer, Ct)) is { } owner ? (owner.UserId, owner.Name) : default);
        var entered = await links.EnterAsync(Nobody, newer, Browser, Ct);

        Assert.True(entered.Succeeded);
        Assert.Equal("sign_in.link_gone", (await links.EnterAsync(Nobody, newer, Browser, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(2, await db.Sessions.CountAsync(s => s.UserId == person.Id));
        Assert.Equal(host.Clock.Now, await db.Sessions.Where(s => s.Id == entered.Value.SessionId).Select(s => s.ProvenAt).SingleAsync());
        Assert.Equal(2, await db.AuditEntries.CountAsync(a => a.Action == "account.sign_in_link_sent" && a.ActorId == admin.Id && a.SubjectId == person.Id));
        Assert.Contains("link", (await db.AuditEntries.SingleAsync(a => a.Action == "account.signed_in")).After, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C01_EnterAsync_TwentyAtOnce_OneSession(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);
        var token = await SendAsync(host, await host.AddPersonAsync(Role.Staff), person);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<SignInLinks>().EnterAsync(Nobody, token, Browser, Ct))));

        Assert.Single(results, r => r.Succeeded);
        await using var db = host.Open();
        Assert.Equal(2, await db.Sessions.CountAsync(s => s.UserId == person.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B08_EnterAsync_AtTheEndOfTheHour_IsGone(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.Staff);
        var (one, other) = (await host.AddPersonAsync(Role.Teacher), await host.AddPersonAsync(Role.Teacher));
        var (first, second) = (await SendAsync(host, admin, one), await SendAsync(host, admin, other));

        host.Clock.Advance(TimeSpan.FromMinutes(59) + TimeSpan.FromSeconds(59));
        Assert.True((await host.Get<SignInLinks>().EnterAsync(Nobody, first, Browser, Ct)).Succeeded);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("sign_in.link_gone", (await host.Get<SignInLinks>().EnterAsync(Nobody, second, Browser, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(PersonStatus.Inactive)]
    [InlineData(PersonStatus.Pending)]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Invited)]
    public async Task D09_SendAsync_NotActive_IsRefusedAndLivingLinksDie(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        var token = await SendAsync(host, admin, person);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, status));

        Assert.Equal("account.not_active", (await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct)).Error?.Code);
        Assert.Equal("account.not_active", (await host.Get<SignInLinks>().EnqueueAsync(db, await db.Users.SingleAsync(u => u.Id == person.Id), welcome: true, Ct)).Error?.Code);
        Assert.Equal("sign_in.link_gone", (await host.Get<SignInLinks>().EnterAsync(Nobody, token, Browser, Ct)).Error?.Code);
        Assert.Equal(1, await db.OutboxMessages.CountAsync());
    }

    [Theory]
    [InlineData(Role.Staff, Role.SuperAdmin, "user.forbidden")]
    [InlineData(Role.Agency, Role.Business, "user.forbidden")]
    [InlineData(Role.Teacher, Role.Student, "user.forbidden")]
    [InlineData(Role.SuperAdmin, Role.SuperAdmin, null)]
    [InlineData(Role.Staff, Role.Staff, null)]
    public async Task D10_SendAsync_ByRole_OnlyToThoseWhomTheyManage(Role sender, Role target, string? expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        var (admin, person) = (await host.AddPersonAsync(sender), await host.AddPersonAsync(target));

        Assert.Equal(expected, (await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(expected is null ? 1 : 0, await db.OutboxMessages.CountAsync());
        Assert.Equal(expected is null ? 1 : 0, await db.UserTokens.CountAsync());
    }

    [Fact]
    public async Task SendAsync_UnknownPersonOrSignedOut_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.Staff);

        Assert.Equal("user.not_found", (await host.Get<SignInLinks>().SendAsync(admin.Actor, Guid.NewGuid(), Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<SignInLinks>().SendAsync(Nobody, admin.Id, Ct)).Error?.Code);
    }

    [Fact]
    public async Task J08_SendAsync_OneMailbox_FiveAnHour()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.Staff);
        var person = await host.AddPersonAsync(Role.Teacher);
        for (var i = 0; i < 5; i++)
        {
            await SendAsync(host, admin, person);
        }

        Assert.Equal("code.too_many", (await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EnqueueAsync_PersonOfTheSameTransaction_GetsALink(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        Assert.True(EmailAddress.TryParse("new@people.example", out var email));
        var person = AppUser.Create("New Person", email, PersonStatus.Active, Role.Teacher, host.Clock.Now);

        var added = await host.Databases.InTransactionAsync(
            async db =>
            {
                db.Users.Add(person);
                var queued = await host.Get<SignInLinks>().EnqueueAsync(db, person, welcome: true, Ct);
                await db.SaveChangesAsync(Ct);
                return queued;
            },
            Ct);

        Assert.True(added.Succeeded);
        Assert.True((await host.Get<SignInLinks>().EnterAsync(Nobody, await TokenAsync(host), Browser, Ct)).Succeeded);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  ")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\t\n AAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%")]
    public async Task EnterAsync_NoneOfOurs_IsGone(string? token)
    {
        await using var host = await ServiceHost.CreateAsync();

        Assert.Null(await host.Get<SignInLinks>().FindAsync(token, Ct));
        Assert.Equal("sign_in.link_gone", (await host.Get<SignInLinks>().EnterAsync(Nobody, token, Browser, Ct)).Error?.Code);
        Assert.False(await host.Get<PasswordResetService>().IsLiveAsync(token, Ct));
        Assert.Equal("password.link_gone", (await host.Get<PasswordResetService>().SetAsync(Nobody, token, "correct horse battery", "correct horse battery", Ct)).Error?.Code);
    }

    [Fact]
    public async Task B06_EnterAsync_ResetLink_IsGone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var token = await SendAsync(host, await host.AddPersonAsync(Role.Staff), person);

        Assert.False(await host.Get<PasswordResetService>().IsLiveAsync(token, Ct));
        Assert.Equal("password.link_gone", (await host.Get<PasswordResetService>().SetAsync(Nobody, token, "correct horse battery", "correct horse battery", Ct)).Error?.Code);
        Assert.NotNull(await host.Get<SignInLinks>().FindAsync(token, Ct));
    }

    [Fact]
    public async Task R32_Link_FetchedByScanners_IsStillThereForThePerson()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        var token = await SendAsync(portal, person);
        for (var i = 0; i < 20; i++)
        {
            using var scanner = portal.CreateBrowser();
            using var head = new HttpRequestMessage(HttpMethod.Head, "/sign-in/link?token=" + token);
            Assert.Equal(HttpStatusCode.SeeOther, (await scanner.SendAsync(head)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await OpenLinkAsync(scanner, token)).StatusCode);
            using var again = new HttpRequestMessage(HttpMethod.Head, "/sign-in/link");
            Assert.Equal(HttpStatusCode.OK, (await scanner.SendAsync(again)).StatusCode);
        }

        await using var db = portal.Database.Open();
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == person.Id));
        using var browser = portal.CreateBrowser();
        using var page = await OpenLinkAsync(browser, token);
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Contains(person.Name, html, StringComparison.Ordinal);
        Assert.DoesNotContain(token, html, StringComparison.Ordinal);
        Assert.DoesNotContain(person.Email, html, StringComparison.Ordinal);
        var entered = await browser.PostFormAsync(page, Fields(), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (entered.StatusCode, entered.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await OpenLinkAsync(browser, token)).StatusCode);
    }

    [Fact]
    public async Task E07_Link_SignedInAsSomebodyElse_SaysSoAndSwitchesByTheButton()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        var other = await portal.Services.AddPersonAsync(Role.Student, name: "Somebody Else", password: "correct horse battery");
        using var browser = portal.CreateBrowser();
        await SignInAsync(browser, other.Email, "correct horse battery");

        using var page = await OpenLinkAsync(browser, await SendAsync(portal, person));
        var html = WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync());
        Assert.Contains("Somebody Else", html, StringComparison.Ordinal);
        Assert.Contains("Somebody Else", await browser.GetStringAsync("/profile"), StringComparison.Ordinal);
        await browser.PostFormAsync(page, Fields(), "main form");

        Assert.Contains(person.Name, await browser.GetStringAsync("/profile"), StringComparison.Ordinal);
        await using var db = portal.Database.Open();
        // The session that the test opened for them elsewhere goes on; that of this browser has ended.
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == other.Id));
        Assert.Equal(2, await db.Sessions.CountAsync(s => s.UserId == person.Id));
    }

    [Theory]
    [InlineData("en", "Your link to sign in to InvitePortal", "The link works once, for 60 minutes.", "Sign in")]
    [InlineData("ru", "Ссылка для входа в InvitePortal", "Ссылка сработает один раз, в течение 60 минут.", "Войти")]
    public async Task Mail_InThePersonsLanguage_HasBothForms(string language, string subject, string life, string button)
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher, language: language);
        var admin = await portal.Services.AddPersonAsync(Role.Staff);
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct)).Succeeded);
        MailboxMessage? mail = null;

        await Eventually.TrueAsync(async () =>
        {
            await using var db = portal.Database.Open();
            return (mail = await db.MailboxMessages.FirstOrDefaultAsync(m => m.Recipient == person.Email)) is not null;
        });

        Assert.Equal(subject, mail!.Subject);
        Assert.Contains(life, mail.Text, StringComparison.Ordinal);
        Assert.Contains(life, WebUtility.HtmlDecode(mail.Html), StringComparison.Ordinal);
        Assert.Contains($">{button}</a>", WebUtility.HtmlDecode(mail.Html), StringComparison.Ordinal);
        Assert.Contains("http://localhost/sign-in/link?token=", mail.Text, StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(ServiceHost host, TestPerson admin, TestPerson person)
    {
        var sent = await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct);
        Assert.True(sent.Succeeded, sent.Error?.Code);
        return await TokenAsync(host);
    }

    private static async Task<string> TokenAsync(ServiceHost host)
    {
        await using var db = host.Open();
        var message = await db.OutboxMessages.Where(m => m.Kind == SignInLinkMessage.KindName).OrderByDescending(m => m.Id).FirstAsync();
        var token = JsonSerializer.Deserialize<SignInLinkData>(host.Get<Outbox>().Unprotect(message.Body!))!.Token;
        Assert.DoesNotContain(await db.UserTokens.Select(t => t.Value).ToListAsync(), value => value!.Contains(token[..20], StringComparison.Ordinal));
        return token;
    }

    private static async Task<string> SendAsync(PortalFactory portal, TestPerson person)
    {
        var admin = await portal.Services.AddPersonAsync(Role.Staff);
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct)).Succeeded);
        return await FromMailAsync(portal, person.Email, "token=([A-Za-z0-9_-]+)");
    }

    private static async Task<HttpResponseMessage> OpenLinkAsync(HttpClient browser, string token)
    {
        var opened = await browser.GetAsync("/sign-in/link?token=" + token);
        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in/link"), (opened.StatusCode, opened.Headers.Location?.OriginalString));
        Assert.Equal(["no-referrer"], opened.Headers.GetValues("Referrer-Policy"));
        return await browser.GetAsync("/sign-in/link");
    }
}
