using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Tests.Codes;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationGroupTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_InvitedIntoAGroup_IsEnrolledAndTakesASeat(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.Staff);
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Ms Ray");
        var group = await host.GroupAsync(teacher, maxUses: 3);
        var (id, token) = await InviteAsync(host, admin, group.Id, "pupil@example.org");

        var landing = (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!;
        Assert.Equal(("9A", "Algebra", "Ms Ray"), (landing.Group, landing.Subject, landing.Teacher));
        Assert.Equal(0, await host.EnrollmentsAsync());
        Assert.True((await host.AcceptByCodeAsync(token, "pupil@example.org")).Succeeded);

        await using var db = host.Open();
        var enrollment = await db.Enrollments.SingleAsync();
        var person = await host.PersonAsync("pupil@example.org");
        Assert.Equal((person!.Id, teacher.Id, group.Id, EnrollmentSource.Invitation), (enrollment.StudentId, enrollment.TeacherId, enrollment.GroupId, enrollment.Source));
        Assert.Equal(1, (await db.InviteCodes.SingleAsync()).Uses);
        Assert.Equal((Role.Student, InvitationState.Accepted), (person.ActiveRole, (await host.ReadAsync(id)).State));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_GroupIsFull_LeavesEverythingAsItWasAndWorksOnceASeatIsFree(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher, maxUses: 1);
        var (first, firstToken) = await InviteAsync(host, admin, group.Id, "first@example.org");
        var (second, secondToken) = await InviteAsync(host, admin, group.Id, "second@example.org");
        Assert.True((await host.AcceptByCodeAsync(firstToken, "first@example.org")).Succeeded);

        var refused = await host.AcceptByCodeAsync(secondToken, "second@example.org");

        Assert.Equal("group.full", refused.Error?.Code);
        Assert.Equal((InvitationState.Accepted, InvitationState.Pending), ((await host.ReadAsync(first)).State, (await host.ReadAsync(second)).State));
        Assert.Equal(PersonStatus.Invited, (await host.PersonAsync("second@example.org"))!.Status);
        Assert.Equal(1, await host.EnrollmentsAsync());
        Assert.True((await host.Get<GroupService>().ChangeAsync(teacher.Actor, group.Id, new ChangeCode(group.CodeVersion, 2, null), Ct)).Succeeded);
        // The code that was right is as it was.
        var accepted = await host.AcceptAsync(new AcceptInvitation(secondToken, "Kim", Code: await host.CodeAsync("second@example.org")));
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        Assert.Equal(2, await host.EnrollmentsAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_ManyAtOnceForTwoSeats_TwoGetThem(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var group = await host.GroupAsync(await host.AddPersonAsync(Role.Teacher), maxUses: 2);
        var tokens = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            tokens.Add((await InviteAsync(host, admin, group.Id, $"p{i}@example.org")).Token);
        }

        var results = await Task.WhenAll(tokens.Select(t => Task.Run(() =>
            host.AcceptAsync(new AcceptInvitation(t, "Robin", AcceptMethod.Password, Password: "correct horse battery")))));

        Assert.Equal(2, results.Count(r => r.Succeeded));
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("group.full", r.Error?.Code));
        Assert.Equal(2, await host.EnrollmentsAsync());
        await using var db = host.Open();
        Assert.Equal((2, 4), (await db.Invitations.CountAsync(i => i.State == InvitationState.Accepted), await db.Invitations.CountAsync(i => i.State == InvitationState.Pending)));
        Assert.Equal(CodePhase.UsedUp, (await db.InviteCodes.SingleAsync()).Phase);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_StudentWhoIsNotInTheGroup_IsInvitedToItAndAcceptsSignedIn(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var group = await host.GroupAsync(await host.AddPersonAsync(Role.Teacher));
        var student = await host.AddPersonAsync(Role.Student, email: "pupil@example.org");
        Assert.Equal("invitation.already_member", Assert.Single((await host.InviteAsync(admin, Role.Student, "pupil@example.org")).Value!.Verdicts).Code);

        var (_, token) = await InviteAsync(host, admin, group.Id, "pupil@example.org");
        var accepted = await host.Get<InvitationAcceptance>().AcceptSignedInAsync(student.Actor, token, Ct);

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        Assert.Equal(1, await host.EnrollmentsAsync(e => e.StudentId == student.Id && e.GroupId == group.Id));
        var again = await SendAsync(host, admin, group.Id, "pupil@example.org");
        Assert.Equal("invitation.already_in_group", Assert.Single(again.Value!.Verdicts).Code);
        var preview = await host.Get<InvitationQueries>().PreviewAsync(admin.Actor, ["pupil@example.org"], Role.Student, Ct, groupId: group.Id);
        Assert.Equal("invitation.already_in_group", Assert.Single(preview.Value!).Code);
    }

    [Fact]
    public async Task SendAsync_TwoGroups_AreTwoOpenInvitations()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var (one, two) = (await host.GroupAsync(teacher), await host.GroupAsync(teacher, name: "9B"));
        await InviteAsync(host, admin, one.Id, "pupil@example.org");
        await InviteAsync(host, admin, two.Id, "pupil@example.org");
        Assert.Equal("invitation.already_invited", Assert.Single((await SendAsync(host, admin, one.Id, "pupil@example.org")).Value!.Verdicts).Code);
        await using var db = host.Open();
        Assert.Equal(1, await db.Users.CountAsync(u => u.Status == PersonStatus.Invited));
    }

    [Fact]
    public async Task D13_GroupThatOneMayNotInviteInto_IsAsUnknownAsNone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var group = await host.GroupAsync(await host.AddPersonAsync(Role.Teacher));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var agency = await host.AddPersonAsync(Role.Agency);
        Assert.Equal("group.not_found", (await SendAsync(host, admin, Guid.NewGuid(), "a@example.org")).Error?.Code);
        foreach (var id in new[] { group.Id, Guid.NewGuid() })
        {
            Assert.Equal("group.not_found", (await SendAsync(host, agency, id, "a@example.org")).Error?.Code);
            Assert.Equal("group.not_found", (await SendAsync(host, agency, id, "a@example.org", Role.Business)).Error?.Code);
        }

        Assert.Equal("invitation.group_needs_student", (await SendAsync(host, admin, group.Id, "a@example.org", Role.Parent)).Error?.Code);
        Assert.Equal("invitation.may_not_invite", (await SendAsync(host, await host.AddPersonAsync(Role.Teacher), group.Id, "a@example.org")).Error?.Code);
        Assert.Empty((await host.Get<GroupPlaces>().ListAsync(agency.Actor, null, Ct)).Value!);
        Assert.Single((await host.Get<GroupPlaces>().ListAsync(admin.Actor, "alge", Ct)).Value!);
        Assert.Empty((await host.Get<GroupPlaces>().ListAsync(admin.Actor, "history", Ct)).Value!);
        await using var db = host.Open();
        Assert.Equal(0, await db.Invitations.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_GroupChangedAndTakenAway_EarlierLinksLeadToWhatItSaysNow(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var (one, two) = (await host.GroupAsync(teacher), await host.GroupAsync(teacher, name: "9B"));
        var (id, token) = await InviteAsync(host, admin, one.Id, "pupil@example.org");
        var service = host.Get<InvitationService>();

        Assert.Equal("group.not_found", (await service.EditAsync(admin.Actor, id, new EditInvitation(1, GroupId: Guid.NewGuid()), Ct)).Error?.Code);
        Assert.Equal("invitation.group_needs_student", (await service.EditAsync(admin.Actor, id, new EditInvitation(1, Role.Parent), Ct)).Error?.Code);
        Assert.True((await service.EditAsync(admin.Actor, id, new EditInvitation(1, GroupId: two.Id), Ct)).Succeeded);
        Assert.Equal("9B", (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Group);
        Assert.True((await service.EditAsync(admin.Actor, id, new EditInvitation(2, Role.Parent, GroupId: Guid.Empty), Ct)).Succeeded);
        Assert.Null((await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Group);
        Assert.Equal(Invitation.KeyFor("pupil@example.org", Role.Parent), (await host.ReadAsync(id)).OpenKey);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_GroupDeletedMeanwhile_IsStillAnInvitationToTheRole(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher);
        var (id, token) = await InviteAsync(host, admin, group.Id, "pupil@example.org");
        Assert.True((await host.Get<GroupService>().DeleteAsync(teacher.Actor, group.Id, Ct)).Succeeded);
        Assert.Null((await host.ReadAsync(id)).GroupId);
        Assert.True((await host.AcceptByCodeAsync(token, "pupil@example.org")).Succeeded);
        Assert.Equal(0, await host.EnrollmentsAsync());
    }

    [Fact]
    public async Task Mail_InvitationIntoAGroup_NamesIt()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var group = await host.GroupAsync(await host.AddPersonAsync(Role.Teacher));
        var (id, _) = await InviteAsync(host, admin, group.Id, "pupil@example.org");
        Assert.Equal("9A · Algebra", (await host.MessageDataAsync(id)).GetProperty("Group").GetString());
        var row = (await host.Get<InvitationQueries>().GetAsync(admin.Actor, id, Ct)).Value!.Row;
        Assert.Equal((group.Id, "9A", "Algebra"), (row.GroupId, row.Group, row.Subject));
    }

    private static Task<Result<SentInvitations>> SendAsync(ServiceHost host, TestPerson by, Guid group, string email, Role role = Role.Student) =>
        host.Get<InvitationSendingService>().SendAsync(by.Actor, new SendInvitations([email], role, GroupId: group), null, Ct);

    private static async Task<(Guid Id, string Token)> InviteAsync(ServiceHost host, TestPerson by, Guid group, string email)
    {
        var verdict = Assert.Single((await SendAsync(host, by, group, email)).Value!.Verdicts);
        Assert.True(verdict.Outcome is AddressOutcome.Invited, verdict.Code);
        return (verdict.InvitationId!.Value, await host.TokenAsync(verdict.InvitationId!.Value));
    }
}
