using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Links;

/// <summary>Links of teachers and students: made, replaced, accepted.</summary>
public sealed class LinkTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task GetOrMakeAsync_ManyAtOnce_OneLink(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => host.Get<LinkService>().GetOrMakeAsync(teacher.Actor, Ct))));

        var code = Assert.Single(made.Select(m => m.Value!.Code).Distinct());
        Assert.Matches("^T_[A-Za-z0-9]{20}$", code);
        await using var db = host.Open();
        Assert.Equal(1, await db.ReferralLinks.CountAsync());
    }

    [Theory]
    [InlineData(Role.SuperAdmin)]
    [InlineData(Role.Business)]
    [InlineData(Role.Parent)]
    public async Task GetOrMakeAsync_OtherRoles_HaveNone(Role role)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(role);

        Assert.Equal("link.not_owner", (await host.Get<LinkService>().GetOrMakeAsync(person.Actor, Ct)).Error?.Code);
        Assert.Equal("link.not_owner", (await host.Get<LinkService>().ReplaceAsync(person.Actor, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_PersonWithoutARole_GetsTheirFirst(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        foreach (var (owner, member, mark) in new[] { (Role.Teacher, Role.Student, "T_"), (Role.Student, Role.Parent, "P_") })
        {
            var (inviter, code) = await LinkAsync(host, owner);
            Assert.StartsWith(mark, code, StringComparison.Ordinal);
            var person = await NewcomerAsync(host);

            var accepted = (await host.Get<LinkJoinService>().AcceptAsync(person.Actor, code, Ct)).Value!;

            Assert.Equal((LinkOutcome.NewPerson, inviter.Id, inviter.Name, member), (accepted.Outcome, accepted.OwnerId, accepted.Owner, accepted.Role));
            Assert.Equal((member, RoleBits.Of(member)), await RolesAsync(host, person.Id));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_PersonWithAnotherRole_GetsTheRoleAndActsInIt(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        foreach (var (owner, member) in new[] { (Role.Teacher, Role.Student), (Role.Student, Role.Parent) })
        {
            var (_, code) = await LinkAsync(host, owner);
            var person = await host.AddPersonAsync(Role.Teacher);

            var accepted = (await host.Get<LinkJoinService>().AcceptAsync(person.Actor, code, Ct)).Value!;

            Assert.Equal((LinkOutcome.RoleChanged, member), (accepted.Outcome, accepted.Role));
            Assert.Equal((member, RoleBits.Of([Role.Teacher, member])), await RolesAsync(host, person.Id));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_SameRoleOtherOwner_BindsAndKeepsTheRole(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        foreach (var (owner, member) in new[] { (Role.Teacher, Role.Student), (Role.Student, Role.Parent) })
        {
            var person = await host.AddPersonAsync(member);
            var (first, one) = await LinkAsync(host, owner);
            var (second, two) = await LinkAsync(host, owner);

            Assert.Equal(LinkOutcome.NewOwner, (await host.Get<LinkJoinService>().AcceptAsync(person.Actor, one, Ct)).Value!.Outcome);
            Assert.Equal(LinkOutcome.NewOwner, (await host.Get<LinkJoinService>().AcceptAsync(person.Actor, two, Ct)).Value!.Outcome);

            Assert.Equal((member, RoleBits.Of(member)), await RolesAsync(host, person.Id));
            Assert.Equal(new[] { first.Name, second.Name }.Order(), (await host.Get<LinkQueries>().ListMineAsync(person.Actor, Ct)).Value!.Owners.Select(o => o.Name).Order());
            Assert.Equal([person.Name], (await host.Get<LinkQueries>().ListMineAsync(second.Actor, Ct)).Value!.Members.Select(o => o.Name));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_TwentyAtOnce_OneBond(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (_, code) = await LinkAsync(host, Role.Teacher);
        var person = await NewcomerAsync(host);

        var accepted = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<LinkJoinService>().AcceptAsync(person.Actor, code, Ct))));

        Assert.Single(accepted, a => a.Succeeded);
        Assert.All(accepted.Where(a => !a.Succeeded), a => Assert.Equal("link.already_bound", a.Error?.Code));
        await using var db = host.Open();
        Assert.Equal(1, await db.Bonds.CountAsync());
        Assert.Equal(1, (await db.ReferralLinks.SingleAsync()).Uses);
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "link.used"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EndBondAsync_FromEitherSide_AndByNobodyElse(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (child, code) = await LinkAsync(host, Role.Student);
        var (mother, stranger) = (await host.AddPersonAsync(Role.Parent), await host.AddPersonAsync(Role.Parent));
        foreach (var parent in new[] { mother, stranger })
        {
            Assert.True((await host.Get<LinkJoinService>().AcceptAsync(parent.Actor, code, Ct)).Succeeded);
        }

        var (links, queries) = (host.Get<LinkService>(), host.Get<LinkQueries>());
        var bonds = (await queries.ListMineAsync(child.Actor, Ct)).Value!.Members;
        var ofMother = bonds.Single(b => b.Id == mother.Id).BondId;
        Assert.Equal("link.bond_not_found", (await links.EndBondAsync(stranger.Actor, ofMother, Ct)).Error?.Code);
        // The child ends one, the parent the other.
        Assert.True((await links.EndBondAsync(child.Actor, bonds.Single(b => b.Id == stranger.Id).BondId, Ct)).Succeeded);
        Assert.Empty((await queries.ListMineAsync(stranger.Actor, Ct)).Value!.Owners);
        var ended = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Get<LinkService>().EndBondAsync(mother.Actor, ofMother, Ct))));

        Assert.Single(ended, e => e.Succeeded);
        await using var db = host.Open();
        Assert.Equal((0, 2), (await db.Bonds.CountAsync(), await db.AuditEntries.CountAsync(a => a.Action == "link.ended")));
        Assert.Equal((Role.Parent, RoleBits.Of(Role.Parent)), await RolesAsync(host, stranger.Id));
        Assert.True((await host.Get<LinkJoinService>().AcceptAsync(mother.Actor, code, Ct)).Succeeded);
    }

    [Fact]
    public async Task AcceptAsync_OwnReplacedSuspendedOrSignedOut_ChangesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (teacher, old) = await LinkAsync(host, Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        Assert.Equal("link.own", (await host.Get<LinkJoinService>().AcceptAsync(teacher.Actor, old, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<LinkJoinService>().AcceptAsync(Actor.Anonymous("192.0.2.1"), old, Ct)).Error?.Code);
        var newer = (await host.Get<LinkService>().ReplaceAsync(teacher.Actor, Ct)).Value!.Code;
        Assert.Equal("link.replaced", (await host.Get<LinkJoinService>().AcceptAsync(student.Actor, old, Ct)).Error?.Code);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == teacher.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Suspended));
        Assert.Equal("link.owner_inactive", (await host.Get<LinkJoinService>().AcceptAsync(student.Actor, newer, Ct)).Error?.Code);
        await db.Users.Where(u => u.Id == teacher.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Active).SetProperty(u => u.RoleBits, RoleBits.Of(Role.Business)));
        Assert.Equal("link.owner_inactive", (await host.Get<LinkJoinService>().AcceptAsync(student.Actor, newer, Ct)).Error?.Code);

        Assert.Equal(0, await db.Bonds.CountAsync());
        Assert.Equal((Role.Student, RoleBits.Of(Role.Student)), await RolesAsync(host, student.Id));
        Assert.Equal(0, await db.ReferralLinks.SumAsync(l => l.Uses));
    }

    [Fact]
    public async Task A11_PreviewAsync_UnknownLinks_AreHeldBackFromThe21st()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:TokenMissesPerAddress"] = "20" });
        var (_, code) = await LinkAsync(host, Role.Teacher);
        var stranger = Actor.Anonymous("203.0.113.9");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("link.unknown", (await host.Get<LinkJoinService>().PreviewAsync(stranger, ReferralLink.NewCode(LinkKind.Teacher), Ct)).Error?.Code);
        }

        Assert.Equal("link.too_many", (await host.Get<LinkJoinService>().PreviewAsync(stranger, "T_short", Ct)).Error?.Code);
        Assert.Equal("link.too_many", (await host.Get<LinkJoinService>().PreviewAsync(stranger, code, Ct)).Error?.Code);
        Assert.True((await host.Get<LinkJoinService>().PreviewAsync(Actor.Anonymous("203.0.113.10"), code, Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RemoveAsync_Teacher_TakesLinksAndBondsAlong(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (teacher, code) = await LinkAsync(host, Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        Assert.True((await host.Get<LinkJoinService>().AcceptAsync(student.Actor, code, Ct)).Succeeded);
        await using var db = host.Open();
        var part = host.Services.CreateScope().ServiceProvider.GetServices<IPersonRemoval>().Single(p => p.GetType().Namespace == "InvitePortal.Links");

        Assert.Single(await part.CountAsync(db, db.Users.Where(u => u.Id == teacher.Id).Select(u => u.Id), Ct));
        await part.RemoveAsync(db, teacher.Actor, [teacher.Id], host.Clock.GetUtcNow(), Ct);

        Assert.Equal((0, 0), (await db.Bonds.CountAsync(), await db.ReferralLinks.CountAsync()));
    }

    private static async Task<(TestPerson Owner, string Code)> LinkAsync(ServiceHost host, Role role)
    {
        var owner = await host.AddPersonAsync(role);
        return (owner, (await host.Get<LinkService>().GetOrMakeAsync(owner.Actor, Ct)).Value!.Code);
    }

    private static async Task<TestPerson> NewcomerAsync(ServiceHost host)
    {
        var person = await host.AddPersonAsync(Role.Business);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, 0));
        return person;
    }

    private static async Task<(Role Active, int Bits)> RolesAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.Users.Where(u => u.Id == id).Select(u => new ValueTuple<Role, int>(u.ActiveRole, u.RoleBits)).SingleAsync();
    }
}
