using System.Net;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Accounts;

/// <summary>Profile, passwords of people signed in, limits on signing in, first start.</summary>
public sealed class AccountServicesTests
{
    private const string Password = "correct horse battery";
    private static readonly CancellationToken Ct = CancellationToken.None;
    private static readonly SessionWanted Browser = new(SessionKind.Browser, false, null);

    [Fact]
    public void D05_UpdateProfile_Members_AreOnlyWhatAPersonMayChange() =>
        Assert.Equal(["Bio", "Language", "Name", "TimeZone"], typeof(UpdateProfile).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task UpdateAsync_GoodValues_AreStoredAndAudited(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher, name: "Old Name");

        Assert.True((await host.Get<ProfileService>().UpdateAsync(person.Actor, new UpdateProfile(" Новое Имя ", "Line\nline", "ru", "Europe/Berlin"), Ct)).Succeeded);

        var view = (await host.Get<ProfileService>().GetAsync(person.Actor, Ct)).Value!;
        Assert.Equal(("Новое Имя", "Line\nline", "ru", "Europe/Berlin", Role.Teacher), (view.Name, view.Bio, view.Language, view.TimeZone, view.ActiveRole));
        await using var db = host.Open();
        var entry = await db.AuditEntries.SingleAsync(a => a.Action == "account.profile_edited");
        Assert.Contains("Old Name", entry.Before, StringComparison.Ordinal);
        Assert.Contains("Новое Имя", entry.After, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, "en", "UTC", "account.name_invalid")]
    [InlineData("A\u202Eb", null, "en", "UTC", "account.name_invalid")]
    [InlineData("A", "a\0b", "en", "UTC", "account.bio_invalid")]
    [InlineData("A", null, "de", "UTC", "account.language_invalid")]
    [InlineData("A", null, "en", "Mars/Base", "account.time_zone_invalid")]
    [InlineData("A", null, "en", "../../etc/passwd", "account.time_zone_invalid")]
    public async Task UpdateAsync_BadValues_NamesTheField(string name, string? bio, string language, string zone, string expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);

        Assert.Equal(expected, (await host.Get<ProfileService>().UpdateAsync(person.Actor, new UpdateProfile(name, bio, language, zone), Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SwitchRoleAsync_HeldAndNotHeld_SwitchesOnlyToHeld(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);
        await GrantAsync(host, person, Role.Parent);

        Assert.Equal("account.role_not_held", (await host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.SuperAdmin, Ct)).Error?.Code);
        Assert.True((await host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Parent, Ct)).Succeeded);

        var view = (await host.Get<ProfileService>().GetAsync(person.Actor, Ct)).Value!;
        Assert.Equal(Role.Parent, view.ActiveRole);
        Assert.Equal([Role.Teacher, Role.Parent], view.Roles);
        await using var db = host.Open();
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.role_switched"));
    }

    [Fact]
    public async Task SwitchRoleAsync_ToAdmin_ShortensTheSessionAndRefusesAnOldOne()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await GrantAsync(host, person, Role.Staff);
        await GrantAsync(host, person, Role.Agency);
        host.Clock.Advance(TimeSpan.FromHours(7));

        Assert.True((await host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Staff, Ct)).Succeeded);
        await using var db = host.Open();
        var session = await db.Sessions.AsNoTracking().SingleAsync(s => s.Id == person.Actor.SessionId);
        Assert.Equal((host.Clock.Now.AddHours(1), host.Clock.Now.AddMinutes(30)), (session.EndsAt, session.ExpiresAt));

        var other = await host.AddPersonAsync(Role.Teacher);
        await GrantAsync(host, other, Role.Staff);
        await db.Sessions.Where(s => s.Id == other.Actor.SessionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.ExpiresAt, host.Clock.Now.AddDays(30)));
        host.Clock.Advance(TimeSpan.FromHours(9));
        Assert.Equal("account.sign_in_again", (await host.Get<ProfileService>().SwitchRoleAsync(other.Actor, Role.Staff, Ct)).Error?.Code);
    }

    [Fact]
    public async Task SwitchRoleAsync_ToAdmin_ShortensTheSessionsOfOtherDevicesToo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await GrantAsync(host, person, Role.Staff);
        host.Clock.Advance(TimeSpan.FromHours(9));
        var (here, _) = await host.Services.OpenSessionAsync(person.Id);

        Assert.True((await host.Get<ProfileService>().SwitchRoleAsync(here, Role.Staff, Ct)).Succeeded);

        await using var db = host.Open();
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == person.Id).OrderBy(s => s.CreatedAt).ToListAsync();
        Assert.Equal([host.Clock.Now.AddHours(-1), host.Clock.Now.AddHours(8)], sessions.Select(s => s.EndsAt));
        Assert.Equal("account.signed_out", (await host.Get<ProfileService>().GetAsync(person.Actor, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B10_SetAsync_CurrentPassword_EndsAllSessionsAndOpensANewOne(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, SignInPagesTests.Fast());
        var person = await host.AddPersonAsync(Role.Teacher, password: Password);
        var (elsewhere, _) = await host.Services.OpenSessionAsync(person.Id);

        var wrong = await host.Get<PasswordService>().SetAsync(person.Actor, new SetPassword("wrong", null, "another horse battery", "another horse battery"), null, Ct);
        Assert.Equal("password.wrong", wrong.Error?.Code);
        var set = await host.Get<PasswordService>().SetAsync(person.Actor, new SetPassword(Password, null, "another horse battery", "another horse battery"), null, Ct);

        Assert.True(set.Succeeded);
        await using var db = host.Open();
        Assert.Equal([set.Value.SessionId], await db.Sessions.Where(s => s.UserId == person.Id).Select(s => s.Id).ToListAsync());
        Assert.Equal("account.signed_out", (await host.Get<ProfileService>().GetAsync(elsewhere, Ct)).Error?.Code);
        Assert.True((await host.Get<SignInService>().WithPasswordAsync(Nobody(), person.Email, "another horse battery", Browser, Ct)).Succeeded);
        Assert.Equal("sign_in.failed", (await host.Get<SignInService>().WithPasswordAsync(Nobody(), person.Email, Password, Browser, Ct)).Error?.Code);
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Kind == NoticeMessage.KindName && m.Recipient == person.Email));
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.password_changed"));
    }

    [Fact]
    public async Task SetAsync_NoPasswordYet_NeedsTheMailedCode()
    {
        await using var host = await ServiceHost.CreateAsync(settings: SignInPagesTests.Fast());
        var person = await host.AddPersonAsync(Role.Teacher);
        var service = host.Get<PasswordService>();

        Assert.Equal("code_invalid", (await service.SetAsync(person.Actor, new SetPassword("", null, Password, Password), null, Ct)).Error?.Code);
        Assert.True((await service.SendCodeAsync(person.Actor, Ct)).Succeeded);
        var code = await OneTimeCodesTests.CodeOfAsync(host, person);
        var (elsewhere, _) = await host.Services.OpenSessionAsync(person.Id);
        Assert.Equal("code_invalid", (await service.SetAsync(elsewhere, new SetPassword(null, code, Password, Password), null, Ct)).Error?.Code);
        Assert.True((await service.SetAsync(person.Actor, new SetPassword(null, code, Password, Password), null, Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task J07_WithPasswordAsync_LockedByOthers_CodeStillWorksAndTheWaitIsShort(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, new Dictionary<string, string?>(SignInPagesTests.Fast()) { ["Limits:PasswordSignInsPerAddressPerMinute"] = "1000" });
        var victim = await host.AddPersonAsync(Role.Teacher, password: Password);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("sign_in.failed", (await TryAsync("wrong password")).Error?.Code);
        }

        Assert.Equal("sign_in.failed", (await TryAsync("wrong password")).Error?.Code);
        var held = await TryAsync(Password);
        Assert.Equal("sign_in.too_many", held.Error?.Code);
        Assert.InRange(held.Error!.RetryAfter!.Value, TimeSpan.FromTicks(1), TimeSpan.FromMinutes(15));

        var flow = await host.Get<SignInService>().AskForCodeAsync(Nobody(), victim.Email, false, "/", Ct);
        var code = await OneTimeCodesTests.CodeOfAsync(host, victim);
        Assert.True((await host.Get<SignInService>().WithCodeAsync(Nobody(), flow.Value, code, Browser, Ct)).Succeeded);

        host.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.True((await TryAsync(Password)).Succeeded);

        Task<Result<NewSession>> TryAsync(string password) =>
            host.Get<SignInService>().WithPasswordAsync(Nobody(), victim.Email, password, Browser, Ct);
    }

    [Fact]
    public async Task WithPasswordAsync_UnderAttackAllDay_LetsFewGuessesThrough()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?>(SignInPagesTests.Fast()) { ["Limits:PasswordSignInsPerAddressPerMinute"] = "100000" });
        var compared = 0;
        for (var second = 0; second < 15 * 60; second += 5)
        {
            compared += (await host.Get<SignInService>().WithPasswordAsync(Nobody(), "victim@people.example", "guess guess guess", Browser, Ct)).Error?.Code == "sign_in.failed" ? 1 : 0;
            host.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.InRange(compared, 11, 18);
    }

    [Fact]
    public async Task J10_WithPasswordAsync_ElevenTriesFromOneAddress_LastIsRefused()
    {
        await using var host = await ServiceHost.CreateAsync(settings: SignInPagesTests.Fast());
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("sign_in.failed", (await host.Get<SignInService>().WithPasswordAsync(Nobody(), $"p{i}@people.example", Password, Browser, Ct)).Error?.Code);
        }

        Assert.Equal("sign_in.too_many", (await host.Get<SignInService>().WithPasswordAsync(Nobody(), "p11@people.example", Password, Browser, Ct)).Error?.Code);
        Assert.Equal("sign_in.failed", (await host.Get<SignInService>().WithPasswordAsync(Actor.Anonymous("198.51.100.7"), "p11@people.example", Password, Browser, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task D11_RunAsync_TwentyAtOnce_MakesOneAdminOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, SignInPagesTests.Fast());
        await host.Get<SetupService>().RunAsync(Ct);
        var secret = Secret(host.Logs.Lines.Select(l => l.Message));

        Assert.Equal("setup.secret_wrong", (await SetUpAsync(Secrets.New(), 0)).Error?.Code);
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => SetUpAsync(secret, i))));

        Assert.Single(results, r => r.Succeeded);
        Assert.Equal("setup.done", (await SetUpAsync(secret, 99)).Error?.Code);
        await using var db = host.Open();
        var admin = await db.Users.SingleAsync();
        Assert.Equal((PersonStatus.Active, Role.SuperAdmin), (admin.Status, admin.ActiveRole));
        Assert.Equal([Role.SuperAdmin], admin.Roles);
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "portal.set_up"));

        Task<Result<NewSession>> SetUpAsync(string given, int i) =>
            host.Get<SetupService>().RunAsync(Nobody(), new SetUpPortal(given, "First Admin", $"admin{i}@people.example", Password, Password), null, Ct);
    }

    [Fact]
    public async Task D11_Setup_InTheBrowser_WorksOnceAndThenIsNotFound()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        using var browser = portal.CreateBrowser();
        var secret = Secret(portal.Logs.Lines.Select(l => l.Message));

        var done = await browser.PostFormAsync("/setup", SignInPagesTests.Fields(
            ("secret", secret), ("name", "First Admin"), ("email", "first@people.example"), ("password", Password), ("repeated", Password)), "main form");

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (done.StatusCode, done.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup")).StatusCode);
        using var another = portal.CreateBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await another.GetAsync("/setup")).StatusCode);
    }

    [Fact]
    public async Task RunAsync_PeopleExist_PrintsNoSecret()
    {
        await using var host = await ServiceHost.CreateAsync();
        await host.AddPersonAsync(Role.Teacher);

        await host.Get<SetupService>().RunAsync(Ct);

        Assert.False(await host.Get<SetupService>().IsOpenAsync(Ct));
        Assert.DoesNotContain(host.Logs.Lines.Select(l => l.Message), line => line.Contains("/setup", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task WithPasswordAsync_HashOfALowerWorkFactor_IsRenewed(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher, password: Password);
        host.Get<IOptions<LimitOptions>>().Value.PasswordWorkFactor++;

        Assert.True((await host.Get<SignInService>().WithPasswordAsync(Nobody(), person.Email, Password, Browser, Ct)).Succeeded);

        await using var db = host.Open();
        var hash = await db.Users.Where(u => u.Id == person.Id).Select(u => u.PasswordHash).SingleAsync();
        Assert.False(host.Get<Passwords>().IsOutdated(hash!));
        Assert.True((await host.Get<SignInService>().WithPasswordAsync(Nobody(), person.Email, Password, Browser, Ct)).Succeeded);
    }

    [Fact]
    public async Task J06_OneGuessEachOnManyAccounts_RaisesOneAlarm()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:SignInFailuresPerHour"] = "3" });
        for (var i = 0; i < 6; i++)
        {
            await host.Get<SignInService>().WithPasswordAsync(Actor.Anonymous($"192.0.2.{i}"), $"somebody{i}@example.org", "not this one either", Browser, Ct);
        }

        Assert.Single(host.Logs.Lines, l => l.Message.Contains("failed sign-ins within an hour", StringComparison.Ordinal));
    }

    private static Actor Nobody() => Actor.Anonymous("192.0.2.9");

    private static async Task GrantAsync(ServiceHost host, TestPerson person, Role role)
    {
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, u => u.RoleBits | RoleBits.Of(role)));
    }

    private static string Secret(IEnumerable<string> log) => log.Single(l => l.Contains("/setup", StringComparison.Ordinal)).TrimEnd()[^Secrets.TextLength..];
}
