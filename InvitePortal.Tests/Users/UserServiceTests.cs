using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Users.PeopleCase;

namespace InvitePortal.Tests.Users;

public sealed class UserServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CreateAsync_ByHand_MakesAnActivePersonWhoIsFound(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var made = await host.Get<UserService>().CreateAsync(
            admin.Actor, new CreateUser(" New.Person@Example.org ", "Анна Ёлкина", [Role.Teacher, Role.Parent], "ru", Notify: false), Ct);

        Assert.True(made.Succeeded, made.Error?.Code);
        var stored = await host.StoredAsync(made.Value);
        Assert.Equal((PersonStatus.Active, Role.Teacher, "New.Person@Example.org", "ru"), (stored.Status, stored.ActiveRole, stored.Email, stored.Language));
        Assert.Equal([Role.Teacher, Role.Parent], stored.Roles);
        Assert.Null(stored.PasswordHash);
        var found = await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Search = "елкина" }, new PageRequest(), Ct);
        Assert.Equal(made.Value, Assert.Single(found.Value!.Items).Id);
        var entry = Assert.Single(await host.AuditAsync(made.Value));
        Assert.Equal(("user.created", admin.Name), (entry.Action, entry.ActorName));
    }

    [Theory]
    [InlineData(PersonStatus.Active, "user.exists")]
    [InlineData(PersonStatus.Banned, "user.exists")]
    [InlineData(PersonStatus.Invited, "user.exists_invited")]
    public async Task D09_CreateAsync_AddressThatExists_IsRefusedAndStaysAsItIs(PersonStatus status, string code)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var there = await host.AddPersonAsync(Role.Student, status, email: "there@example.org");

        var made = await host.Get<UserService>().CreateAsync(admin.Actor, new CreateUser("THERE@example.org", "Again", [Role.Student]), Ct);

        Assert.Equal((code, ErrorKind.Conflict), (made.Error!.Code, made.Error.Kind));
        Assert.Equal(status, (await host.StoredAsync(there.Id)).Status);
    }

    [Fact]
    public async Task CreateAsync_BadValues_AreRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var good = new CreateUser("new@example.org", "New", [Role.Student]);
        var cases = new (CreateUser Command, string Code)[]
        {
            (good with { Email = "new@" }, "account.email_invalid"),
            (good with { Name = " " }, "account.name_invalid"),
            (good with { Roles = [] }, "user.no_role"),
            (good with { Roles = [(Role)99] }, "user.no_role"),
            (good with { Language = "fr" }, "account.language_invalid"),
        };
        foreach (var (command, code) in cases)
        {
            Assert.Equal(code, (await host.Get<UserService>().CreateAsync(admin.Actor, command, Ct)).Error?.Code);
        }
    }

    [Fact]
    public async Task D03_Staff_NeverTouchesASuperAdmin()
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.AddPersonAsync(Role.SuperAdmin);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var student = await host.AddPersonAsync(Role.Student);
        var service = host.Get<UserService>();

        Assert.Equal("user.may_not_grant", (await service.CreateAsync(staff.Actor, new CreateUser("x@example.org", "X", [Role.Student, Role.SuperAdmin]), Ct)).Error?.Code);
        Assert.Equal("user.may_not_grant", (await host.EditAsync(staff, student.Id, c => c with { Roles = [Role.Student, Role.SuperAdmin] })).Error?.Code);
        Assert.Equal("user.may_not_grant", (await host.EditAsync(staff, staff.Id, c => c with { Roles = [Role.Staff, Role.SuperAdmin] })).Error?.Code);
        Assert.Equal("user.may_not_manage", (await host.EditAsync(staff, admin.Id, c => c with { Name = "Changed" })).Error?.Code);
        Assert.Equal("user.may_not_manage", (await host.EditAsync(staff, admin.Id, c => c with { Status = PersonStatus.Banned })).Error?.Code);
        Assert.Equal("user.may_not_manage", (await service.DeleteAsync(staff.Actor, admin.Id, Ct)).Error?.Code);
        Assert.Equal("user.may_not_manage", (await service.EndSessionsAsync(staff.Actor, admin.Id, Ct)).Error?.Code);
        Assert.Equal(1, await host.SessionsAsync(admin.Id));
        var report = await host.ChangeAsync(staff, UserAction.Delete, null, null, admin.Id, student.Id);
        Assert.Equal((1, "user.may_not_manage"), (report.Value!.Done, Assert.Single(report.Value.Refused).Code));
        report = await host.ChangeAsync(staff, UserAction.AddRole, null, Role.SuperAdmin, staff.Id);
        Assert.Equal("user.may_not_grant", Assert.Single(report.Value!.Refused).Code);
    }

    [Fact]
    public async Task D07_RolesWithoutTheRight_AreForbiddenEverything()
    {
        await using var host = await ServiceHost.CreateAsync();
        var target = await host.AddPersonAsync(Role.Student);
        foreach (var role in Enum.GetValues<Role>().Except([Role.SuperAdmin, Role.Staff]))
        {
            var person = await host.AddPersonAsync(role);
            var service = host.Get<UserService>();
            Assert.Equal("user.forbidden", (await service.CreateAsync(person.Actor, new CreateUser("x@example.org", "X", [role]), Ct)).Error?.Code);
            Assert.Equal("user.forbidden", (await host.EditAsync(person, target.Id, c => c with { Name = "X" })).Error?.Code);
            Assert.Equal("user.forbidden", (await host.EditAsync(person, person.Id, c => c with { Roles = [role, Role.Staff] })).Error?.Code);
            Assert.Equal("user.forbidden", (await service.DeleteAsync(person.Actor, target.Id, Ct)).Error?.Code);
            Assert.Equal("user.forbidden", (await service.EndSessionsAsync(person.Actor, target.Id, Ct)).Error?.Code);
            Assert.Equal("user.forbidden", (await host.ChangeAsync(person, UserAction.Delete, null, null, target.Id)).Error?.Code);
            Assert.Equal("user.forbidden", (await host.Get<UserQueries>().GetAsync(person.Actor, target.Id, Ct)).Error?.Code);
            Assert.Equal("user.forbidden", (await host.Get<UserQueries>().ListAuditAsync(person.Actor, target.Id, new PageRequest(), Ct)).Error?.Code);
        }
    }

    [Fact]
    public async Task Yourself_IsNotDemotedBlockedOrDeletedHere()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.SetRolesAsync(admin.Id, Role.SuperAdmin, Role.Teacher);

        Assert.Equal("user.last_super_admin", (await host.EditAsync(admin, admin.Id, c => c with { Status = PersonStatus.Inactive })).Error?.Code);
        Assert.Equal("user.last_super_admin", (await host.Get<UserService>().DeleteAsync(admin.Actor, admin.Id, Ct)).Error?.Code);
        await host.AddPersonAsync(Role.SuperAdmin);
        Assert.Equal("user.yourself", (await host.EditAsync(admin, admin.Id, c => c with { Status = PersonStatus.Inactive })).Error?.Code);
        Assert.Equal("user.yourself", (await host.EditAsync(admin, admin.Id, c => c with { Roles = [Role.SuperAdmin] })).Error?.Code);
        Assert.Equal("user.yourself", (await host.Get<UserService>().DeleteAsync(admin.Actor, admin.Id, Ct)).Error?.Code);
        Assert.True((await host.EditAsync(admin, admin.Id, c => c with { Name = "New Name", Roles = [Role.SuperAdmin, Role.Teacher, Role.Parent] })).Succeeded);
        Assert.Equal(1, await host.SessionsAsync(admin.Id));
    }

    [Fact]
    public async Task Invited_IsChangedByTheirInvitationOnly()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, _) = await host.InviteOneAsync(admin, "guest@example.org", Role.Teacher);
        var guest = (await host.PersonAsync("guest@example.org"))!;

        foreach (var change in new Func<EditUser, EditUser>[]
        {
            c => c with { Status = PersonStatus.Active }, c => c with { Roles = [Role.Teacher, Role.Parent] }, c => c with { Email = "other@example.org" },
        })
        {
            Assert.Equal("user.still_invited", (await host.EditAsync(admin, guest.Id, change)).Error?.Code);
        }

        Assert.True((await host.EditAsync(admin, guest.Id, c => c with { Name = "Guest" })).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task LastSuperAdmin_TwoWhoTakeTheRoleFromEachOther_OneRemains(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        for (var round = 0; round < 8; round++)
        {
            var one = await host.AddPersonAsync(Role.SuperAdmin);
            var two = await host.AddPersonAsync(Role.SuperAdmin);
            await host.SetRolesAsync(one.Id, Role.SuperAdmin, Role.Teacher);
            await host.SetRolesAsync(two.Id, Role.SuperAdmin, Role.Teacher);
            Assert.Equal(2, await host.ActiveSuperAdminsAsync());

            Task<Result>[] work = [Task.Run(() => AttackAsync(one, two, round)), Task.Run(() => AttackAsync(two, one, round / 2))];
            var results = await Task.WhenAll(work);

            Assert.Single(results, r => r.Succeeded);
            Assert.Equal(1, await host.ActiveSuperAdminsAsync());
            await using var db = host.Open();
            await db.Users.ExecuteDeleteAsync(Ct);
        }

        async Task<Result> AttackAsync(TestPerson by, TestPerson on, int round) => (round % 4) switch
        {
            0 => new((await host.EditAsync(by, on.Id, c => c with { Roles = [Role.Teacher] })).Error),
            1 => new((await host.EditAsync(by, on.Id, c => c with { Status = PersonStatus.Suspended })).Error),
            2 => await host.Get<UserService>().DeleteAsync(by.Actor, on.Id, Ct),
            _ => await host.ChangeAsync(by, UserAction.RemoveRole, null, Role.SuperAdmin, on.Id, by.Id) switch
            {
                { Succeeded: true, Value.Done: 1 } => Result.Ok,
                { Error: { } error } => error,
                _ => UserErrors.LastSuperAdmin,
            },
        };
    }

    [Fact]
    public async Task RolesAndAddresses_NeedAFreshProof()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var service = host.Get<UserService>();

        Assert.Equal("account.confirm_again", (await host.EditAsync(admin, person.Id, c => c with { Roles = [Role.Staff] })).Error?.Code);
        Assert.Equal("account.confirm_again", (await host.EditAsync(admin, person.Id, c => c with { Email = "mine@example.org" })).Error?.Code);
        Assert.Equal("account.confirm_again", (await service.CreateAsync(admin.Actor, new CreateUser("s@example.org", "S", [Role.Staff]), Ct)).Error?.Code);
        Assert.Equal("account.confirm_again", (await host.ChangeAsync(admin, UserAction.AddRole, null, Role.Staff, person.Id)).Error?.Code);
        Assert.True((await service.CreateAsync(admin.Actor, new CreateUser("t@example.org", "T", [Role.Teacher]), Ct)).Succeeded);
        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Name = "Other", Status = PersonStatus.Suspended })).Succeeded);
    }

    [Fact]
    public async Task EndSessions_OneOrAll_EndsThemAndSaysSo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Staff);
        var (second, _) = await host.Services.OpenSessionAsync(person.Id, SessionKind.Api);
        var details = (await host.Get<UserQueries>().GetAsync(admin.Actor, person.Id, Ct)).Value!;
        Assert.Equal((2, 2, true), (details.SessionCount, details.Sessions.Count, details.MayManage));

        Assert.True((await host.Get<UserService>().EndSessionAsync(admin.Actor, person.Id, second.SessionId!.Value, Ct)).Succeeded);
        Assert.Equal(1, await host.SessionsAsync(person.Id));
        Assert.Equal("account.session_unknown", (await host.Get<UserService>().EndSessionAsync(admin.Actor, person.Id, admin.Actor.SessionId!.Value, Ct)).Error?.Code);
        Assert.True((await host.Get<UserService>().EndSessionsAsync(admin.Actor, person.Id, Ct)).Succeeded);
        Assert.Equal(0, await host.SessionsAsync(person.Id));
        Assert.Equal(1, await host.SessionsAsync(admin.Id));
        Assert.Equal(["user.session_ended", "user.sessions_ended"], (await host.AuditAsync(person.Id)).Select(e => e.Action).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task GetAsync_AndTheAudit_TellAboutThePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);
        var queries = host.Get<UserQueries>();
        for (var i = 0; i < 7; i++)
        {
            Assert.True((await host.EditAsync(admin, staff.Id, c => c with { Name = $"Name {i}" })).Succeeded);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var details = (await queries.GetAsync(staff.Actor, admin.Id, Ct)).Value!;
        Assert.Equal((admin.Email, false, false, 1), (details.Row.Email, details.MayManage, details.HasPassword, details.SessionCount));
        Assert.Empty(details.Sessions);
        Assert.Equal("user.not_found", (await queries.GetAsync(staff.Actor, Guid.NewGuid(), Ct)).Error?.Code);
        var first = (await queries.ListAuditAsync(staff.Actor, staff.Id, new PageRequest(1, 4), Ct)).Value!;
        var second = (await queries.ListAuditAsync(staff.Actor, staff.Id, new PageRequest(1, 4, Cursor: first.Next), Ct)).Value!;
        Assert.Equal([6, 5, 4, 3, 2, 1, 0], first.Items.Concat(second.Items).Select(e => int.Parse(Json(e.After).GetProperty("name").GetString()![5..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal((7, null), (second.Total, second.Next));
    }
}
