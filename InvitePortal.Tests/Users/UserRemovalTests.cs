using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Users.PeopleCase;

namespace InvitePortal.Tests.Users;

public sealed class UserRemovalTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Delete_Invited_CancelsTheirOpenInvitations(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (first, token) = await host.InviteOneAsync(admin, "guest@example.org", Role.Teacher);
        var (second, _) = await host.InviteOneAsync(admin, "guest@example.org", Role.Parent);
        var guest = (await host.PersonAsync("guest@example.org"))!;
        var selection = new UserSelection([new SelectedUser(guest.Id)], null);

        var notice = (await host.Get<UserRemovalQueries>().TellAsync(admin.Actor, selection, Ct)).Value!;
        Assert.Equal((1, "2 open invitations are cancelled"), (notice.People, Assert.Single(notice.Parts)));
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, guest.Id, Ct)).Succeeded);

        Assert.Null(await host.PersonAsync("guest@example.org"));
        foreach (var id in new[] { first, second })
        {
            var invitation = await host.ReadAsync(id);
            Assert.Equal((InvitationState.Cancelled, null, null), (invitation.State, invitation.PersonId, invitation.OpenKey));
            Assert.Equal(["invitation.created", "invitation.cancelled"], (await host.AuditAsync(id)).Select(e => e.Action).OrderDescending(StringComparer.Ordinal));
        }

        await using var db = host.Open();
        Assert.False(await db.OutboxMessages.AnyAsync(m => m.State == DeliveryState.Queued, Ct));
        Assert.Equal("invitation.revoked", (await host.AcceptAsync(new AcceptInvitation(token, "Guest", Code: "123456"))).Error?.Code);
        Assert.True((await host.InviteAsync(admin, Role.Teacher, "guest@example.org")).Value!.Invited == 1);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Delete_SomebodyWhoInvited_KeepsWhatTheySent(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff, name: "Stella Staff");
        var (id, _) = await host.InviteOneAsync(staff, "guest@example.org");
        var everybody = new UserSelection(null, new UserFilter { Roles = [Role.Staff] });

        var notice = (await host.Get<UserRemovalQueries>().TellAsync(admin.Actor, everybody, Ct)).Value!;
        Assert.Equal(["1 open session ends", "1 invitation sent by them stays, without a name"], notice.Parts);
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, staff.Id, Ct)).Succeeded);

        var row = Assert.Single((await host.Get<InvitationQueries>().ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(), Ct)).Value!.Items);
        Assert.Equal((InvitationState.Pending, null), (row.State, row.InvitedBy));
        Assert.Equal("Stella Staff", Assert.Single(await host.AuditAsync(id)).ActorName);
        var gone = Assert.Single(await host.AuditAsync(staff.Id));
        Assert.Equal(("user.deleted", "Stella Staff"), (gone.Action, Json(gone.Before).GetProperty("name").GetString()));
        Assert.Equal(0, await host.SessionsAsync(staff.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C10_DeletedWhileTheyAccept_LeavesNoOrphans(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var round = 0; round < 6; round++)
        {
            var email = $"guest{round}@example.org";
            var (id, token) = await host.InviteOneAsync(admin, email);
            var guest = (await host.PersonAsync(email))!;
            Assert.True((await host.Get<InvitationAcceptance>().RequestCodeAsync(InvitationCase.Stranger(), token, Ct)).Succeeded);
            var code = await host.CodeAsync(email);

            var accepting = Task.Run(() => host.AcceptAsync(new AcceptInvitation(token, "Guest", Code: code)));
            var deleting = Task.Run(() => host.Get<UserService>().DeleteAsync(admin.Actor, guest.Id, Ct));
            var (accepted, deleted) = (await accepting, await deleting);

            var person = await host.PersonAsync(email);
            var invitation = await host.ReadAsync(id);
            Assert.Equal(deleted.Succeeded, person is null);
            Assert.True(deleted.Succeeded || deleted.Error.Code == "user.changed", deleted.Error?.Code);
            Assert.True(accepted.Succeeded || deleted.Succeeded);
            Assert.Equal(accepted.Succeeded ? InvitationState.Accepted : InvitationState.Cancelled, invitation.State);
            Assert.Equal(accepted.Succeeded && !deleted.Succeeded ? 1 : 0, await host.SessionsAsync(guest.Id));
        }
    }

    [Fact]
    public async Task C10_DeletedWhileTheySend_WhatWasStoredIsWhole()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);

        var sending = Task.Run(() => host.InviteAsync(staff, Role.Student, [.. Enumerable.Range(0, 1_200).Select(i => $"p{i}@example.org")]));
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, staff.Id, Ct)).Succeeded);
        var sent = await sending;

        await using var db = host.Open();
        var invited = sent.Succeeded ? sent.Value.Invited : 0;
        Assert.Equal(invited, await db.Invitations.CountAsync(i => db.Users.Any(u => u.Id == i.PersonId), Ct));
        Assert.Equal(invited, await db.Users.CountAsync(u => u.Status == PersonStatus.Invited, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InvitedRoles_FollowTheInvitations(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);
        var (teacher, _) = await host.InviteOneAsync(admin, "guest@example.org", Role.Teacher);
        var (parent, _) = await host.InviteOneAsync(admin, "guest@example.org", Role.Parent);
        Assert.Equal([Role.Teacher, Role.Parent], (await host.PersonAsync("guest@example.org"))!.Roles);
        var service = host.Get<InvitationService>();

        Assert.True((await service.EditAsync(admin.Actor, parent, new EditInvitation((await host.ReadAsync(parent)).Version, Role.SuperAdmin), Ct)).Succeeded);
        var guest = (await host.PersonAsync("guest@example.org"))!;
        Assert.Equal([Role.SuperAdmin, Role.Teacher], guest.Roles);
        Assert.Equal("user.may_not_manage", (await host.Get<UserService>().DeleteAsync(staff.Actor, guest.Id, Ct)).Error?.Code);

        Assert.True((await service.CancelAsync(admin.Actor, parent, Ct)).Succeeded);
        guest = (await host.PersonAsync("guest@example.org"))!;
        Assert.Equal((Role.Teacher, PersonStatus.Invited), (guest.ActiveRole, guest.Status));
        Assert.Equal([Role.Teacher], guest.Roles);

        Assert.True((await service.CancelAsync(admin.Actor, teacher, Ct)).Succeeded);
        Assert.Null(await host.PersonAsync("guest@example.org"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListForPersonAsync_TellsHowTheyCame(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var agency = await host.AddPersonAsync(Role.Agency);
        var (id, token) = await host.InviteOneAsync(admin, "guest@example.org", Role.Teacher);
        Assert.True((await host.AcceptByCodeAsync(token, "guest@example.org")).Succeeded);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var (next, _) = await host.InviteOneAsync(admin, "guest@example.org", Role.Parent);
        var guest = (await host.PersonAsync("guest@example.org"))!;

        var listed = (await host.Get<InvitationQueries>().ListForPersonAsync(admin.Actor, guest.Id, Ct)).Value!;

        Assert.Equal([(next, InvitationState.Pending), (id, InvitationState.Accepted)], listed.Select(i => (i.Id, i.State)));
        Assert.All(listed, i => Assert.Equal(admin.Name, i.InvitedBy));
        Assert.NotNull(listed[1].ClosedAt);
        Assert.Empty((await host.Get<InvitationQueries>().ListForPersonAsync(agency.Actor, guest.Id, Ct)).Value!);
    }

    [Fact]
    public async Task CreateAsync_Notify_MailsALink()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var made = await host.Get<UserService>().CreateAsync(admin.Actor, new CreateUser("new@example.org", "New", [Role.Teacher]), Ct);

        await using var db = host.Open();
        var message = await db.OutboxMessages.SingleAsync(Ct);
        Assert.Equal(("new@example.org", made.Value), (message.Recipient, message.SubjectId));
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, made.Value, Ct)).Succeeded);
        Assert.Equal(DeliveryState.Cancelled, (await db.OutboxMessages.AsNoTracking().SingleAsync(Ct)).State);
    }
}
