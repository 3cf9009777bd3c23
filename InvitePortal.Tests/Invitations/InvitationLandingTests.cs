using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

/// <summary>What the page of a link tells and offers: looking, declining, asking for a new link.</summary>
public sealed class InvitationLandingTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R32_LookingAgainAndAgain_ChangesAndSendsNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org");
        var before = await host.ReadAsync(id);
        for (var i = 0; i < 20; i++)
        {
            Assert.True((await host.Get<InvitationLandingQueries>().FindAsync(Stranger($"203.0.113.{i}"), token, Ct)).Succeeded);
        }

        Assert.Equivalent(before, await host.ReadAsync(id));
        await using var db = host.Open();
        Assert.Equal(1, await db.OutboxMessages.CountAsync());
        Assert.True((await host.AcceptByCodeAsync(token, "new@example.org")).Succeeded);
    }

    [Fact]
    public async Task A01_TwentyFirstMissFromOneAddress_IsHeldBackForAllLinks()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        var landings = host.Get<InvitationLandingQueries>();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("invitation.unknown_link", (await landings.FindAsync(Stranger(), Secrets.New(), Ct)).Error?.Code);
        }

        Assert.Equal(ErrorKind.TooMany, (await landings.FindAsync(Stranger(), Secrets.New(), Ct)).Error?.Kind);
        Assert.Equal(ErrorKind.TooMany, (await landings.FindAsync(Stranger(), token, Ct)).Error?.Kind);
        Assert.True((await landings.FindAsync(Stranger("198.51.100.8"), token, Ct)).Succeeded);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True((await landings.FindAsync(Stranger(), token, Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DeclineAsync_Pending_ClosesItAndForgetsThePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "no@example.org");
        Assert.True((await host.Get<InvitationAcceptance>().DeclineAsync(Stranger(), token, "Not now", Ct)).Succeeded);
        var invitation = await host.ReadAsync(id);
        Assert.Equal((InvitationState.Declined, "Not now", (Guid?)null), (invitation.State, invitation.DeclineReason, invitation.PersonId));
        Assert.Null(await host.PersonAsync("no@example.org"));
        var again = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal("invitation.declined", again.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RenewAsync_Expired_MailsANewLinkAtMostOnceAnHour(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "late@example.org");
        var renewal = host.Get<InvitationRenewalService>();
        Assert.True((await renewal.RenewAsync(Stranger(), token, Ct)).Succeeded);
        Assert.Equal(1, await CountMessagesAsync(host, id));

        host.Clock.Advance(TimeSpan.FromDays(8));
        Assert.True((await renewal.RenewAsync(Stranger(), token, Ct)).Succeeded);
        Assert.True((await renewal.RenewAsync(Stranger(), token, Ct)).Succeeded);
        Assert.Equal(2, await CountMessagesAsync(host, id));
        var invitation = await host.ReadAsync(id);
        Assert.Equal((host.Clock.GetUtcNow().AddDays(7), host.Clock.GetUtcNow().AddDays(6)), (invitation.ExpiresAt, invitation.ReminderDueAt));
        await using var db = host.Open();
        Assert.Equal(id, (await db.AuditEntries.SingleAsync(e => e.Action == "invitation.renewed")).SubjectId);
        Assert.True((await host.AcceptByCodeAsync(await host.TokenAsync(id), "late@example.org")).Succeeded);
    }

    private static async Task<int> CountMessagesAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.CountAsync(m => m.SubjectId == id);
    }
}
