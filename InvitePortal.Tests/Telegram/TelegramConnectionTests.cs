using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Telegram;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Telegram;

/// <summary>Somebody who has an account connects their Telegram account to it.</summary>
public sealed class TelegramConnectionTests
{
    private const long Ada = 279_058_397;
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Connect_AskedFirst_ThenOnePersonFromEverywhere(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var teacher = await host.AddPersonAsync(Role.Teacher, email: "elena@people.example", name: "Elena Stone");
        var code = await LinkAsync(host, teacher);
        var data = Signed.Of(Ada, host.Clock.Now, code, userName: "ada");

        var asked = (await host.JoinAsync(data, code)).Error!;
        Assert.Equal("telegram.connect_ask", asked.Code);
        Assert.Equal(["Elena Stone", "e•••@p•••.example"], asked.Arguments);
        await using var db = host.Open();
        Assert.Equal(0, await db.UserLogins.CountAsync());
        var connected = (await host.JoinAsync(data, code, confirm: true)).Value!;

        Assert.Equal((JoinOutcome.Connected, teacher.Id, Role.Teacher, Role.Teacher), (connected.Outcome, connected.User.Id, connected.PreviousRole!.Value, connected.User.ActiveRole));
        Assert.Equal(teacher.Id, (await host.JoinAsync(Ada, null)).Value?.User.Id);
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.telegram_connected" && a.SubjectId == teacher.Id));
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Kind == NoticeMessage.KindName && m.Recipient == "elena@people.example"));
        var (_, link) = await host.Services.LinkAsync(Role.Teacher);
        var student = (await host.JoinAsync(Ada, link)).Value!;
        Assert.Equal((JoinOutcome.RoleChanged, teacher.Id, Role.Student), (student.Outcome, student.User.Id, student.User.ActiveRole));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task E05_Connect_TelegramOfSomebodyElse_OrSecondOne_ChangesNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (_, studentLink) = await host.Services.LinkAsync(Role.Teacher);
        var known = (await host.JoinAsync(Ada, studentLink)).Value!.User.Id;
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await LinkAsync(host, teacher);

        Assert.Equal("telegram.connected_elsewhere", (await ConnectAsync(host, Ada, code)).Error?.Code);
        Assert.Equal(known, (await host.JoinAsync(Ada, null)).Value?.User.Id);
        Assert.True((await ConnectAsync(host, 2, code)).Succeeded);
        Assert.Equal("telegram.connected_elsewhere", (await host.Get<TelegramConnections>().BeginAsync(teacher.Actor, Ct)).Error?.Code);

        await using var db = host.Open();
        Assert.Equal(2, await db.UserLogins.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B02_Connect_TenTelegramAccountsAtOnce_OneIsConnected(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await LinkAsync(host, teacher);

        var connected = await Task.WhenAll(Enumerable.Range(1, 10).Select(id => Task.Run(() => ConnectAsync(host, id, code))));

        Assert.Single(connected, c => c.Succeeded);
        Assert.Equal(["telegram.link_gone"], connected.Where(c => !c.Succeeded).Select(c => c.Error?.Code).Distinct());
        await using var db = host.Open();
        Assert.Equal(teacher.Id, (await db.UserLogins.SingleAsync()).UserId);
    }

    [Fact]
    public async Task Connect_OldReplacedOrInventedLink_IsGone_AndGuessesAreCounted()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var first = await LinkAsync(host, teacher);
        var second = await LinkAsync(host, teacher);
        Assert.Equal("telegram.link_gone", (await ConnectAsync(host, Ada, first)).Error?.Code);
        Assert.Equal("telegram.connect_ask", (await host.JoinAsync(Ada, second)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("telegram.link_gone", (await ConnectAsync(host, Ada, second)).Error?.Code);

        for (var i = 0; i < 19; i++)
        {
            Assert.Equal("telegram.link_gone", (await host.JoinAsync(Ada, "L_" + Secrets.New())).Error?.Code);
        }

        Assert.Equal("telegram.too_many", (await host.JoinAsync(Ada, "L_" + Secrets.New())).Error?.Code);
    }

    [Fact]
    public async Task Begin_WithoutAFreshProofOrABot_GivesNoLink()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await using var off = await ServiceHost.CreateAsync();
        var other = await off.AddPersonAsync(Role.Teacher);
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("account.confirm_again", (await host.Get<TelegramConnections>().BeginAsync(teacher.Actor, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<TelegramConnections>().BeginAsync(Actor.Anonymous("192.0.2.1"), Ct)).Error?.Code);
        Assert.Equal("telegram.off", (await off.Get<TelegramConnections>().BeginAsync(other.Actor, Ct)).Error?.Code);
    }

    [Fact]
    public async Task D09_Connect_AccountBannedMeanwhile_IsGone()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await LinkAsync(host, teacher);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == teacher.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned));

        Assert.Equal("telegram.link_gone", (await ConnectAsync(host, Ada, code)).Error?.Code);
        Assert.Equal(0, await db.UserLogins.CountAsync());
    }

    private static async Task<string> LinkAsync(ServiceHost host, TestPerson person)
    {
        var begun = await host.Get<TelegramConnections>().BeginAsync(person.Actor, Ct);
        Assert.True(begun.Succeeded, begun.Error?.Code);
        Assert.StartsWith("https://t.me/portal_test_bot?startapp=L_", begun.Value, StringComparison.Ordinal);
        return begun.Value.Split("startapp=")[1];
    }

    private static Task<Result<TelegramJoined>> ConnectAsync(ServiceHost host, long id, string code) =>
        host.JoinAsync(Signed.Of(id, host.Clock.Now, code), code, confirm: true);
}
