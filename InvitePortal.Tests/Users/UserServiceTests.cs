using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
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

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_EveryValue_IsStoredAuditedAndFound(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student, PersonStatus.Pending, name: "Old Name");
        var before = await host.VersionAsync(person.Id);

        var edited = await host.EditAsync(admin, person.Id, c => c with
        {
            Name = "Zoë New", Bio = " Words ", Language = "ru", TimeZone = "Europe/Berlin", Status = PersonStatus.Active, Roles = [Role.Student, Role.Teacher],
        });

        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(stored.ConcurrencyStamp, edited.Value);
        Assert.NotEqual(before, edited.Value);
        Assert.Equal(("Zoë New", "Words", "ru", "Europe/Berlin", PersonStatus.Active, Role.Student), (stored.DisplayName, stored.Bio, stored.Language, stored.TimeZone, stored.Status, stored.ActiveRole));
        Assert.Single((await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Search = "zoe n" }, new PageRequest(), Ct)).Value!.Items);
        var entry = Assert.Single(await host.AuditAsync(person.Id));
        Assert.Equal("user.edited", entry.Action);
        Assert.Equal(("Old Name", "PENDING"), (Json(entry.Before).GetProperty("name").GetString(), Json(entry.Before).GetProperty("status").GetString()));
        Assert.Equal("TEACHER", Json(entry.After).GetProperty("roles")[0].GetString() is "TEACHER" ? "TEACHER" : Json(entry.After).GetProperty("roles")[1].GetString());
        Assert.False(Json(entry.After).TryGetProperty("email", out _));
    }

    [Fact]
    public async Task EditAsync_NothingNew_ChangesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student, name: "Same");
        var version = await host.VersionAsync(person.Id);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Name = "Same", Email = person.Email, Status = PersonStatus.Active, Roles = [Role.Student] });

        Assert.Equal(version, edited.Value);
        Assert.Empty(await host.AuditAsync(person.Id));
        Assert.Equal(1, await host.SessionsAsync(person.Id));
    }

    [Fact]
    public async Task EditAsync_BadValues_AreRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student);
        await host.AddPersonAsync(Role.Student, email: "taken@example.org");
        var cases = new (Func<EditUser, EditUser> Change, string Code)[]
        {
            (c => c with { Name = "" }, "account.name_invalid"),
            (c => c with { Email = "no address" }, "account.email_invalid"),
            (c => c with { Email = "TAKEN@example.org" }, "user.email_taken"),
            (c => c with { Bio = new string('x', 501) }, "account.bio_invalid"),
            (c => c with { Language = "fr" }, "account.language_invalid"),
            (c => c with { TimeZone = "Mars/Base" }, "account.time_zone_invalid"),
            (c => c with { Status = PersonStatus.Invited }, "user.status_invalid"),
            (c => c with { Status = (PersonStatus)99 }, "user.status_invalid"),
            (c => c with { Roles = [] }, "user.no_role"),
        };
        foreach (var (change, code) in cases)
        {
            Assert.Equal(code, (await host.EditAsync(admin, person.Id, change)).Error?.Code);
        }

        Assert.Equal("user.not_found", (await host.Get<UserService>().EditAsync(admin.Actor, Guid.NewGuid(), new EditUser("x", "Name"), Ct)).Error?.Code);
        Assert.Empty(await host.AuditAsync(person.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_NewAddress_EndsSessionsKillsMailedSecretsAndTellsTheOldOne(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher, email: "old@example.org");
        await host.Get<PasswordResetService>().AskAsync(InvitationCase.Stranger(), "old@example.org", Ct);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Email = "New@example.org" });

        Assert.True(edited.Succeeded, edited.Error?.Code);
        Assert.Equal(0, await host.SessionsAsync(person.Id));
        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(("New@example.org", "new@example.org", false), (stored.Email, stored.NormalizedEmail, stored.EmailConfirmed));
        Assert.EndsWith(" new@example.org", stored.SearchText, StringComparison.Ordinal);
        await using var db = host.Open();
        var notice = await db.OutboxMessages.SingleAsync(m => m.Kind == NoticeMessage.KindName, Ct);
        Assert.Equal("old@example.org", notice.Recipient);
        Assert.Equal(DeliveryState.Cancelled, (await db.OutboxMessages.SingleAsync(m => m.Kind == ResetMessage.KindName, Ct)).State);
        Assert.False(await db.UserTokens.AnyAsync(t => t.UserId == person.Id, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_NewAddressWhileALinkIsMade_LeavesNoLinkToTheOldOne(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        foreach (var (reset, i) in new[] { (true, 1), (false, 2) })
        {
            var person = await host.AddPersonAsync(Role.Teacher, email: $"old{i}@example.org");
            Result<string> moved = default!;
            meanwhile.Before(async () => moved = await host.EditAsync(admin, person.Id, c => c with { Email = $"new{i}@example.org" }), "\"UserTokens\"");

            _ = reset
                ? await host.Get<PasswordResetService>().AskAsync(InvitationCase.Stranger(), person.Email, Ct)
                : await host.Get<SignInLinks>().SendAsync(admin.Actor, person.Id, Ct);

            await meanwhile.Done;
            Assert.True(moved.Succeeded, moved.Error?.Code);
            await using var db = host.Open();
            Assert.False(await db.UserTokens.AnyAsync(t => t.UserId == person.Id, Ct));
            Assert.False(await db.OutboxMessages.AnyAsync(
                m => m.Recipient == person.Email && m.Kind != NoticeMessage.KindName && m.State == DeliveryState.Queued, Ct));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_FirstAddress_IsStoredAndNobodyIsTold(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Student);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Email, (string?)null).SetProperty(u => u.NormalizedEmail, (string?)null), Ct);

        var edited = await host.EditAsync(admin, person.Id, c => c with { Email = "first@example.org" });

        Assert.True(edited.Succeeded, edited.Error?.Code);
        Assert.Equal("first@example.org", (await host.StoredAsync(person.Id)).Email);
        Assert.False(await db.OutboxMessages.AnyAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_RoleSwitchedToMeanwhile_IsNotLeftActive(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        await host.SetRolesAsync(person.Id, Role.Teacher, Role.Parent);
        var version = await host.VersionAsync(person.Id);
        meanwhile.Before(() => host.Get<ProfileService>().SwitchRoleAsync(person.Actor, Role.Parent, Ct), "UPDATE", "\"SearchText\"");

        var edited = await host.Get<UserService>().EditAsync(admin.Actor, person.Id, new EditUser(version, Roles: [Role.Teacher]), Ct);

        await meanwhile.Done;
        Assert.True(edited.Succeeded || edited.Error == UserErrors.Changed, edited.Error?.Code);
        var stored = await host.StoredAsync(person.Id);
        Assert.Contains(stored.ActiveRole, stored.Roles);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C07_TwoAdminsAtOnce_OneWinsAndTheOtherIsTold(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        var version = await host.VersionAsync(person.Id);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => host.Get<UserService>().EditAsync(
            (i % 2 == 0 ? admin : other).Actor, person.Id, new EditUser(version, i % 2 == 0 ? $"Name {i}" : null, Bio: i % 2 == 1 ? $"Bio {i}" : null), Ct))));

        var won = Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal(("user.changed", ErrorKind.Conflict), (r.Error!.Code, r.Error.Kind)));
        Assert.Equal(won.Value, await host.VersionAsync(person.Id));
        Assert.Single(await host.AuditAsync(person.Id));
    }

    [Fact]
    public async Task C07_WhatThePersonChangesThemselves_IsAChangeToo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        var seen = new EditUser(await host.VersionAsync(person.Id), Roles: [Role.Teacher, Role.Parent]);
        Assert.True((await host.Get<ProfileService>().UpdateAsync(person.Actor, new UpdateProfile("Own Name", null, "en", "UTC"), Ct)).Succeeded);

        Assert.Equal("user.changed", (await host.Get<UserService>().EditAsync(admin.Actor, person.Id, seen, Ct)).Error?.Code);

        seen = seen with { Version = await host.VersionAsync(person.Id) };
        await using (var db = host.Open())
        {
            Assert.True(await People.GrantRoleAsync(db, person.Id, Role.Agency, Ct));
        }

        Assert.Equal("user.changed", (await host.Get<UserService>().EditAsync(admin.Actor, person.Id, seen, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Inactive)]
    public async Task L05_LeavingActive_EndsSessionsAndTokens(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Staff);
        await host.Services.OpenSessionAsync(person.Id, SessionKind.Api);

        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Status = status })).Succeeded);

        Assert.Equal(0, await host.SessionsAsync(person.Id));
        Assert.Equal("account.signed_out", (await host.Get<UserQueries>().GetAsync(person.Actor, admin.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_ActiveRoleTakenAway_AnotherOneBecomesActive(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher);
        await host.SetRolesAsync(person.Id, Role.Teacher, Role.Student, Role.Parent);

        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Roles = [Role.Student, Role.Parent] })).Succeeded);

        var stored = await host.StoredAsync(person.Id);
        Assert.Equal(Role.Student, stored.ActiveRole);
        Assert.Equal(0, await host.SessionsAsync(person.Id));
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
