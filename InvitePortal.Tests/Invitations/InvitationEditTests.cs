using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

/// <summary>Changing an invitation that is still open.</summary>
public sealed class InvitationEditTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_StillQueued_RewritesTheMessageAndEveryLinkShowsIt(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org");
        var edit = new EditInvitation(1, Role.Teacher, "See you on Monday");
        Assert.True((await host.Get<InvitationService>().EditAsync(admin.Actor, id, edit, Ct)).Succeeded);

        var landing = (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!;
        Assert.Equal((Role.Teacher, "See you on Monday"), (landing.Role, landing.Message));
        await using var db = host.Open();
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.SubjectId == id && m.State == DeliveryState.Queued));
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.SubjectId == id && m.State == DeliveryState.Cancelled));
        Assert.True((await host.AcceptByCodeAsync(token, "new@example.org")).Succeeded);
        Assert.Equal(Role.Teacher, (await host.PersonAsync("new@example.org"))!.ActiveRole);
    }

    [Fact]
    public async Task C07_TwoEditsOfOneVersion_TheSecondIsTold()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.True((await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation(1, Message: "first"), Ct)).Succeeded);
        var second = await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation(1, Message: "second"), Ct);
        Assert.Equal((ErrorKind.Conflict, "invitation.changed_meanwhile"), (second.Error!.Kind, second.Error.Code));
        Assert.Equal("first", (await host.ReadAsync(id)).Message);
    }

    [Fact]
    public async Task D03_EditToARoleThatOneMayNotGrant_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var agency = await host.AddPersonAsync(Role.Agency);
        var (id, _) = await host.InviteOneAsync(agency, "new@example.org");
        var result = await host.Get<InvitationService>().EditAsync(agency.Actor, id, new EditInvitation(1, Role.SuperAdmin), Ct);
        Assert.Equal("invitation.may_not_grant", result.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_ToARoleOfAnExpiredInvitation_TakesItsPlace(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "twice@example.org", Role.Student);
        host.Clock.Advance(TimeSpan.FromDays(8));
        var again = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        var (id, _) = await host.InviteOneAsync(again, "twice@example.org", Role.Teacher);
        Assert.True((await host.Get<InvitationService>().EditAsync(again.Actor, id, new EditInvitation(1, Role.Student), Ct)).Succeeded);
        Assert.Equal(Role.Student, (await host.ReadAsync(id)).Role);
    }

    [Fact]
    public async Task EditAsync_ExpiryBeforeThePlannedSending_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sendAt = host.Clock.GetUtcNow().AddDays(2);
        var sent = await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["later@example.org"], Role.Student, SendAt: sendAt), null, Ct);
        var id = sent.Value!.Verdicts[0].InvitationId!.Value;
        var service = host.Get<InvitationService>();
        var early = await service.EditAsync(admin.Actor, id, new EditInvitation(1, ExpiresAt: sendAt.AddMinutes(-1)), Ct);
        Assert.Equal(("invitation.lifetime_invalid", "expiresAt"), (early.Error?.Code, early.Error?.Field));
        Assert.True((await service.EditAsync(admin.Actor, id, new EditInvitation(1, ExpiresAt: sendAt.AddDays(1)), Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_WhileItIsBeingSent_LeavesThatMessageItsRetries(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        await using var db = host.Open();
        await db.OutboxMessages.Where(m => m.SubjectId == id).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Sending));
        Assert.True((await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation(1, Message: "Hello"), Ct)).Succeeded);
        var message = await db.OutboxMessages.AsNoTracking().SingleAsync(m => m.SubjectId == id);
        Assert.Equal((DeliveryState.Sending, true), (message.State, message.ExpiresAt > host.Clock.GetUtcNow()));
    }
}
