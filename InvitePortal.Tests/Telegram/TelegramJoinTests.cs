using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Links;
using InvitePortal.Telegram;
using InvitePortal.Tests.Codes;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Telegram;

/// <summary>Who comes from Telegram, what they may become, and how often.</summary>
public sealed class TelegramJoinTests
{
    private const long Ada = 279_058_397;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Join_NewPerson_GetsAnAccountTheRoleAndASession(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        foreach (var (owner, member, id) in new[] { (Role.Teacher, Role.Student, 1L), (Role.Student, Role.Parent, 2L) })
        {
            var (inviter, code) = await host.Services.LinkAsync(owner);

            var joined = (await host.JoinAsync(id, code)).Value!;

            Assert.Equal((JoinOutcome.NewPerson, inviter.Id, (Role?)null, member), (joined.Outcome, joined.Link?.OwnerId, joined.PreviousRole, joined.User.ActiveRole));
            Assert.Equal([member], joined.User.Roles);
            await using var db = host.Open();
            var person = await db.Users.SingleAsync(u => u.Id == joined.User.Id);
            Assert.Equal(("Ada Lovelace", null, false, PersonStatus.Active, "en"), (person.DisplayName, person.Email, person.EmailConfirmed, person.Status, person.Language));
            Assert.Equal(("ada lovelace", host.Clock.Now), (person.SearchText.Trim(), person.LastSignInAt));
            Assert.Equal(1, await db.Bonds.CountAsync(b => b.MemberId == person.Id && b.OwnerId == inviter.Id));
            Assert.Equal(["account.registered", "account.signed_in", "link.used"], await db.AuditEntries.Where(a => a.ActorId == person.Id).Select(a => a.Action).OrderBy(a => a).ToListAsync());
            var session = await db.Sessions.SingleAsync(s => s.UserId == person.Id);
            Assert.Equal((SessionKind.Api, joined.Session.SessionId), (session.Kind, session.Id));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Join_SomebodyKnown_RoleChangesOrOneMoreTeacher(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (_, parentLink) = await host.Services.LinkAsync(Role.Student);
        var (_, first) = await host.Services.LinkAsync(Role.Teacher);
        var (second, other) = await host.Services.LinkAsync(Role.Teacher);
        var parent = (await host.JoinAsync(Ada, parentLink)).Value!;

        var student = (await host.JoinAsync(Ada, first)).Value!;
        var again = (await host.JoinAsync(Ada, other)).Value!;

        Assert.Equal((JoinOutcome.RoleChanged, Role.Parent, Role.Student), (student.Outcome, student.PreviousRole, student.User.ActiveRole));
        Assert.Equal([Role.Student, Role.Parent], student.User.Roles);
        Assert.Equal((JoinOutcome.NewOwner, Role.Student, Role.Student), (again.Outcome, again.PreviousRole, again.User.ActiveRole));
        Assert.Equal((second.Id, second.Name), (again.Link?.OwnerId, again.Link?.Owner));
        Assert.Equal((parent.User.Id, parent.User.Id), (student.User.Id, again.User.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C01_Join_NewPersonFiftyTimesAtOnce_OneAccount(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);

        var joined = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.JoinAsync(Ada, code))));

        Assert.Single(joined, j => j.Succeeded);
        Assert.Equal(["link.already_bound"], joined.Where(j => !j.Succeeded).Select(j => j.Error?.Code).Distinct());
        await using var db = host.Open();
        Assert.Equal((1, 1, 1), (await db.UserLogins.CountAsync(), await db.Bonds.CountAsync(), await db.Users.CountAsync(u => u.Email == null)));
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.registered"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B01_Join_SameInitDataTwentyTimesAtOnceAndLater_IsTakenOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        Assert.True((await host.JoinAsync(Ada, code)).Succeeded);
        var data = Signed.Of(Ada, host.Clock.Now);

        var entered = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.JoinAsync(data, null))));

        Assert.Single(entered, e => e.Succeeded);
        Assert.All(entered.Where(e => !e.Succeeded), e => Assert.Equal(TelegramErrors.Stale, e.Error));
        // The same fields, escaped otherwise and in another order, are the same data.
        var parts = data.Replace("%20", "+", StringComparison.Ordinal).Split('&');
        Array.Reverse(parts);
        Assert.Equal(TelegramErrors.Stale, (await host.JoinAsync(string.Join('&', parts), null)).Error);
        host.Clock.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(TelegramErrors.Stale, (await host.JoinAsync(data, null)).Error);
        await host.StartAsync<Housekeeping>();
        Assert.Equal(TelegramErrors.Stale, (await host.JoinAsync(data, null)).Error);
    }

    [Fact]
    public async Task Join_UsedInitData_IsCleanedAwayOnceItIsTooOldAnyway()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        Assert.True((await host.JoinAsync(Ada, code)).Succeeded);
        host.Clock.Advance(TimeSpan.FromMinutes(7));

        await host.StartAsync<Housekeeping>();

        await Eventually.TrueAsync(async () =>
        {
            await using var db = host.Open();
            return !await db.RateCounters.AnyAsync(c => c.Key.StartsWith("telegram-used:"));
        });
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Join_LinkThatDoesNotWork_ChangesNothing_AndTheSameInitDataStillSignsIn(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (teacher, old) = await host.Services.LinkAsync(Role.Teacher);
        var code = (await host.Get<LinkService>().ReplaceAsync(teacher.Actor, default)).Value!.Code;
        var stranger = Signed.Of(Ada, host.Clock.Now);
        var before = await CountsAsync(host);

        Assert.Equal("link.replaced", (await host.JoinAsync(stranger, old)).Error?.Code);
        Assert.Equal("link.unknown", (await host.JoinAsync(stranger, "T_AAAAAAAAAAAAAAAAAAAA")).Error?.Code);
        Assert.Equal("link.unknown", (await host.JoinAsync(stranger, "T_short")).Error?.Code);
        Assert.Equal("telegram.unknown_person", (await host.JoinAsync(stranger, null)).Error?.Code);

        Assert.Equal(before, await CountsAsync(host));
        Assert.Equal(JoinOutcome.NewPerson, (await host.JoinAsync(stranger, code)).Value?.Outcome);
        var known = Signed.Of(Ada, host.Clock.Now);
        var counts = await CountsAsync(host);
        Assert.Equal("link.already_bound", (await host.JoinAsync(known, code)).Error?.Code);
        Assert.Equal(counts, await CountsAsync(host));
        Assert.Equal(JoinOutcome.SignedIn, (await host.JoinAsync(known, null)).Value?.Outcome);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task M08_Join_CodeOfATeacher_IsForStudentsWhoAreKnown(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var (teacher, link) = await host.Services.LinkAsync(Role.Teacher);
        var (_, parentLink) = await host.Services.LinkAsync(Role.Student);
        var code = await host.CodeAsync(teacher, "Geometry", maxUses: 5);
        Assert.True((await host.JoinAsync(2, parentLink)).Succeeded);
        var before = await CountsAsync(host);

        Assert.Equal("code_invalid", (await host.JoinAsync(Ada, code.Code)).Error?.Code);
        var parent = Signed.Of(2, host.Clock.Now);
        Assert.Equal("code_invalid", (await host.JoinAsync(parent, code.Code)).Error?.Code);
        Assert.Equal("code_invalid", (await host.JoinAsync(parent, "SUPER_ADMIN")).Error?.Code);
        Assert.Equal(before, await CountsAsync(host));
        Assert.Equal(JoinOutcome.SignedIn, (await host.JoinAsync(parent, null)).Value?.Outcome);

        Assert.True((await host.JoinAsync(Ada, link)).Succeeded);
        var joined = (await host.JoinAsync(Ada, CodeText.Grouped(code.Code))).Value!;
        Assert.Equal((JoinOutcome.SubjectJoined, teacher.Id, "Geometry"), (joined.Outcome, joined.Subject?.TeacherId, joined.Subject?.Subject));
        Assert.Equal("code.already_joined", (await host.JoinAsync(Ada, code.Code)).Error?.Code);
        Assert.Equal("code_invalid", (await host.JoinAsync(Ada, CodeCase.Wrong())).Error?.Code);
        Assert.Equal((1, 1), (await host.EnrollmentsAsync(), (await host.ReadAsync(code.Id)).Uses));
    }

    [Theory]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Inactive)]
    public async Task L05_Join_WhoMayNotSignIn_GetsOneAnswer(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        var (_, other) = await host.Services.LinkAsync(Role.Teacher);
        var person = (await host.JoinAsync(Ada, code)).Value!.User;
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, status));
        }

        var before = await CountsAsync(host);
        Assert.Equal("telegram.refused", (await host.JoinAsync(Ada, null)).Error?.Code);
        Assert.Equal("telegram.refused", (await host.JoinAsync(Ada, other)).Error?.Code);
        Assert.Equal(before, await CountsAsync(host));
    }

    [Fact]
    public async Task M09_Join_UserNameTakenOver_MeansNothing()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        var first = (await host.JoinAsync(1, code, userName: "ada")).Value!.User.Id;

        Assert.Equal("telegram.unknown_person", (await host.JoinAsync(2, null, userName: "ada")).Error?.Code);
        var second = (await host.JoinAsync(2, code, userName: "ada")).Value!.User.Id;

        Assert.NotEqual(first, second);
        Assert.Equal(first, (await host.JoinAsync(1, null, userName: "somebody_else")).Value?.User.Id);
        await using var db = host.Open();
        Assert.Equal(["@somebody_else", "@ada"], await db.UserLogins.OrderBy(l => l.ProviderKey).Select(l => l.ProviderDisplayName).ToListAsync());
    }

    [Fact]
    public async Task Join_Forged_HoldsTheNetworkBackAfterTwenty_ButLateDataDoesNot()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        for (var i = 0; i < 25; i++)
        {
            Assert.Equal(TelegramErrors.Stale, (await host.JoinAsync(Signed.Of(Ada, host.Clock.Now.AddMinutes(-6)), code)).Error);
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(TelegramErrors.Invalid, (await host.JoinAsync(Signed.Of(Ada, host.Clock.Now, token: "1:" + new string('x', 35)), code)).Error);
        }

        Assert.Equal("telegram.too_many", (await host.JoinAsync(Signed.Of(Ada, host.Clock.Now, token: "1:" + new string('x', 35)), code)).Error?.Code);
        Assert.Equal("telegram.too_many", (await host.JoinAsync(Ada, code)).Error?.Code);
        Assert.True((await host.JoinAsync(Ada, code, "198.51.100.4")).Succeeded);
    }

    [Fact]
    public async Task A11_Join_UnknownLinks_AreHeldBackFromThe21st()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("link.unknown", (await host.JoinAsync(Ada, ReferralLink.NewCode(LinkKind.Teacher))).Error?.Code);
        }

        Assert.Equal("link.too_many", (await host.JoinAsync(Ada, ReferralLink.NewCode(LinkKind.Teacher))).Error?.Code);
    }

    [Fact]
    public async Task Join_WithoutABot_IsOff()
    {
        await using var host = await ServiceHost.CreateAsync();

        Assert.Equal("telegram.off", (await host.JoinAsync(Ada, null)).Error?.Code);
    }

    [Fact]
    public async Task C10_Join_PersonDeletedMeanwhile_IsSomebodyNew()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        var first = (await host.JoinAsync(Ada, code)).Value!.User.Id;
        Assert.True((await host.Get<InvitePortal.Users.UserService>().DeleteAsync(admin.Actor, first, default)).Succeeded);

        Assert.Equal("telegram.unknown_person", (await host.JoinAsync(Ada, null)).Error?.Code);
        var again = (await host.JoinAsync(Ada, code)).Value!;

        Assert.NotEqual(first, again.User.Id);
        Assert.Equal(JoinOutcome.NewPerson, again.Outcome);
    }

    private static async Task<(int Users, int Logins, int Bonds, int Sessions, int Enrollments, int Uses)> CountsAsync(ServiceHost host)
    {
        await using var db = host.Open();
        return (await db.Users.CountAsync(), await db.UserLogins.CountAsync(), await db.Bonds.CountAsync(), await db.Sessions.CountAsync(),
            await db.Enrollments.CountAsync(), await db.ReferralLinks.SumAsync(l => l.Uses) + await db.InviteCodes.SumAsync(c => c.Uses));
    }
}
