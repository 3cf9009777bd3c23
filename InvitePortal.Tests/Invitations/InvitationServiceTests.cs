using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ResendAsync_Pending_RenewsTheLifeAndKeepsEarlierLinks(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, first) = await host.InviteOneAsync(admin, "new@example.org");
        await host.MarkSentAsync(id);
        host.Clock.Advance(TimeSpan.FromHours(5));

        Assert.True((await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Succeeded);

        var invitation = await host.ReadAsync(id);
        Assert.Equal(host.Clock.GetUtcNow().AddDays(7), invitation.ExpiresAt);
        var second = await host.TokenAsync(id);
        Assert.NotEqual(first, second);
        foreach (var token in new[] { first, second })
        {
            Assert.Null((await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Refusal);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C10_InvitedAgainWhileTheLastInvitationIsCancelled_KeepsThePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var round = 0; round < 15; round++)
        {
            var email = $"again{round}@example.org";
            var (id, _) = await host.InviteOneAsync(admin, email, Role.Student);

            var cancelling = Task.Run(() => host.Get<InvitationService>().CancelAsync(admin.Actor, id, Ct), Ct);
            var sent = await host.InviteAsync(admin, round % 2 == 0 ? Role.Parent : Role.Student, email);
            Assert.True((await cancelling).Succeeded);

            var person = await host.PersonAsync(email);
            var open = await PendingAsync(host, email);
            Assert.Equal(sent.Value!.Invited, open.Count);
            Assert.All(open, i => Assert.Equal(person!.Id, i.PersonId));
            Assert.Equal(open.Select(i => i.Role), person?.Roles ?? []);
        }
    }

    private static async Task<List<Invitation>> PendingAsync(ServiceHost host, string email)
    {
        await using var db = host.Open();
        return await db.Invitations.Where(i => i.Recipient == email && i.State == InvitationState.Pending).ToListAsync(Ct);
    }

    [Fact]
    public async Task ResendAsync_LongerLifeSetByHand_IsNeverShortened()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        var far = host.Clock.GetUtcNow().AddDays(20);
        Assert.True((await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation(1, ExpiresAt: far), Ct)).Succeeded);
        Assert.True((await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Succeeded);
        Assert.Equal(far, (await host.ReadAsync(id)).ExpiresAt);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ResendAsync_Expired_OpensItAgainWithAWorkingLink(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "late@example.org");
        host.Clock.Advance(TimeSpan.FromDays(9));
        var actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor;
        Assert.True((await host.Get<InvitationService>().ResendAsync(actor, id, Ct)).Succeeded);
        Assert.True((await host.AcceptByCodeAsync(await host.TokenAsync(id), "late@example.org")).Succeeded);
    }

    [Fact]
    public async Task ResendAsync_SixthTime_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Succeeded);
        }

        Assert.Equal("invitation.resend_limit", (await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Error?.Code);
    }

    [Fact]
    public async Task ResendAsync_BeyondTheDaysBudget_IsRefusedAndRefusedOnesCostNothing()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:AdminSendsPerDay"] = "2" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.Equal("invitation.not_found", (await host.Get<InvitationService>().ResendAsync(admin.Actor, Guid.NewGuid(), Ct)).Error?.Code);
        Assert.True((await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Succeeded);
        Assert.Equal("invitation.daily_limit", (await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct)).Error?.Code);
    }

    [Fact]
    public async Task ResendAsync_AnotherOneIsOpenForTheSameRole_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (old, _) = await host.InviteOneAsync(admin, "new@example.org");
        host.Clock.Advance(TimeSpan.FromDays(8));
        var again = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        await host.InviteOneAsync(again, "new@example.org");
        Assert.Equal("invitation.already_invited", (await host.Get<InvitationService>().ResendAsync(again.Actor, old, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ReplaceLinkAsync_Pending_KillsEveryEarlierLink(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, first) = await host.InviteOneAsync(admin, "new@example.org");
        var copied = (await host.Get<InvitationService>().CopyLinkAsync(admin.Actor, id, Ct)).Value!.Split("token=")[1];

        Assert.True((await host.Get<InvitationService>().ReplaceLinkAsync(admin.Actor, id, Ct)).Succeeded);

        foreach (var dead in new[] { first, copied })
        {
            Assert.Equal("invitation.revoked", (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), dead, Ct)).Value!.Refusal?.Code);
        }

        Assert.True((await host.AcceptByCodeAsync(await host.TokenAsync(id), "new@example.org")).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CancelAsync_LastOpenOne_KillsLinksAndForgetsThePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (one, token) = await host.InviteOneAsync(admin, "new@example.org", Role.Teacher);
        var (two, _) = await host.InviteOneAsync(admin, "new@example.org", Role.Parent);

        Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, one, Ct)).Succeeded);
        Assert.NotNull(await host.PersonAsync("new@example.org"));
        Assert.Equal("invitation.revoked", (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Refusal?.Code);

        Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, two, Ct)).Succeeded);
        Assert.Null(await host.PersonAsync("new@example.org"));
        Assert.Equal("invitation.not_pending", (await host.Get<InvitationService>().CancelAsync(admin.Actor, two, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.All(await db.OutboxMessages.ToListAsync(), m => Assert.Equal((DeliveryState.Cancelled, null), (m.State, m.Body)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DeleteAsync_Pending_LeavesNothingBehind(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.True((await host.Get<InvitationService>().DeleteAsync(admin.Actor, id, Ct)).Succeeded);
        await using var db = host.Open();
        Assert.Equal(0, await db.Invitations.CountAsync() + await db.InvitationLinks.CountAsync() + await db.InvitationEvents.CountAsync());
        Assert.Null(await host.PersonAsync("new@example.org"));
        Assert.Equal("invitation.unknown_link", (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Error?.Code);
        Assert.Contains("\"recipient\":\"new@example.org\"", (await db.AuditEntries.SingleAsync(e => e.Action == "invitation.deleted")).Before, StringComparison.Ordinal);
    }

    [Fact]
    public async Task D03_InvitationToARoleThatOneMayNotManage_IsSeenButNotTouched()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);
        var (id, _) = await host.InviteOneAsync(admin, "chief@example.org", Role.SuperAdmin);
        var service = host.Get<InvitationService>();
        Assert.True((await host.Get<InvitationQueries>().GetAsync(staff.Actor, id, Ct)).Succeeded);
        foreach (var error in new[]
        {
            (await service.ResendAsync(staff.Actor, id, Ct)).Error,
            (await service.ReplaceLinkAsync(staff.Actor, id, Ct)).Error,
            (await service.EditAsync(staff.Actor, id, new EditInvitation(1, Role.Student), Ct)).Error,
            (await service.CopyLinkAsync(staff.Actor, id, Ct)).Error,
            (await service.CancelAsync(staff.Actor, id, Ct)).Error,
            (await service.DeleteAsync(staff.Actor, id, Ct)).Error,
        })
        {
            Assert.Equal("invitation.may_not_grant", error?.Code);
        }

        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task A12_InvitationOfSomebodyElse_IsUnknownToAnAgency()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var agency = await host.AddPersonAsync(Role.Agency);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        var service = host.Get<InvitationService>();
        foreach (var error in new[]
        {
            (await service.ResendAsync(agency.Actor, id, Ct)).Error,
            (await service.ReplaceLinkAsync(agency.Actor, id, Ct)).Error,
            (await service.CancelAsync(agency.Actor, id, Ct)).Error,
            (await service.DeleteAsync(agency.Actor, id, Ct)).Error,
            (await service.EditAsync(agency.Actor, id, new EditInvitation(1, Message: "x"), Ct)).Error,
            (await service.CopyLinkAsync(agency.Actor, id, Ct)).Error,
            (await host.Get<InvitationQueries>().GetAsync(agency.Actor, id, Ct)).Error,
        })
        {
            Assert.Equal("invitation.not_found", error?.Code);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C10_AcceptAgainstCancel_LeavesOneOutcome(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var round = 0; round < 5; round++)
        {
            var email = $"race{round}@example.org";
            var (id, token) = await host.InviteOneAsync(admin, email);
            var accept = Task.Run(() => host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: "correct horse battery")));
            var cancel = Task.Run(() => host.Get<InvitationService>().CancelAsync(admin.Actor, id, Ct));
            await Task.WhenAll(accept, cancel);
            Assert.True((await accept).Succeeded ^ (await cancel).Succeeded, $"{(await accept).Error?.Code} {(await cancel).Error?.Code}");
            Assert.Equal((await accept).Succeeded ? PersonStatus.Active : null, (await host.PersonAsync(email))?.Status);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_AllThatMatch_ReportsEachRefusal(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Student, [.. Enumerable.Range(0, 30).Select(i => $"bulk{i}@example.org")]);
        var (accepted, token) = await host.InviteOneAsync(admin, "bulk-done@example.org", Role.Student);
        Assert.True((await host.AcceptByCodeAsync(token, "bulk-done@example.org")).Succeeded);

        var report = await host.Get<InvitationBulkService>().RunAsync(
            admin.Actor, new InvitationSelection(null, new InvitationFilter { Address = "bulk" }), InvitationAction.Cancel, null, Ct);

        Assert.Equal((31, 30, false), (report.Value!.Total, report.Value.Done, report.Value.Stopped));
        var refusal = Assert.Single(report.Value.Refused);
        Assert.Equal((accepted, "invitation.not_pending"), (refusal.Id, refusal.Code));
    }

    [Fact]
    public async Task RunAsync_Stopped_KeepsWhatIsDone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Student, [.. Enumerable.Range(0, 60).Select(i => $"bulk{i}@example.org")]);
        using var stop = new CancellationTokenSource();
        var report = await host.Get<InvitationBulkService>().RunAsync(
            admin.Actor, new InvitationSelection(null, new InvitationFilter()), InvitationAction.Delete, new StopAfter(stop, 20), stop.Token);
        Assert.True(report.Value!.Stopped);
        await using var db = host.Open();
        Assert.Equal(60 - report.Value.Done, await db.Invitations.CountAsync());
        Assert.InRange(report.Value.Done, 20, 59);
    }

    private sealed class StopAfter(CancellationTokenSource stop, int count) : IProgress<Progress>
    {
        public void Report(Progress value)
        {
            if (value.Done >= count)
            {
                stop.Cancel();
            }
        }
    }
}
