using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationSendingServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_TimesOfAnotherOffset_AreThoseInstants(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var at = host.Clock.GetUtcNow().AddDays(2).ToOffset(TimeSpan.FromHours(3));

        var sent = await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["later@example.org"], Role.Business, SendAt: at), null, Ct);

        var id = Assert.Single(sent.Value!.Verdicts).InvitationId!.Value;
        Assert.Equal(at, (await host.ReadAsync(id)).SendAt);
        var edited = await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation((await host.ReadAsync(id)).Version, ExpiresAt: at.AddDays(3)), Ct);
        Assert.True(edited.Succeeded, edited.Error?.Code);
        Assert.Equal(at.AddDays(3), (await host.ReadAsync(id)).ExpiresAt);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_MixedAddresses_GivesAVerdictForEach(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Business, email: "member@example.org");
        await host.AddPersonAsync(Role.Student, email: "student@example.org");
        await host.AddPersonAsync(Role.Student, PersonStatus.Banned, "banned@example.org");
        await host.InviteOneAsync(admin, "waiting@example.org");

        var sent = await host.InviteAsync(
            admin, Role.Business, "new@example.org", "NEW@example.org", "broken@", "member@example.org", "student@example.org", "banned@example.org", "waiting@example.org");

        Assert.Equal(2, sent.Value!.Invited);
        Assert.Equal(
            [null, "invitation.address_repeated", "invitation.address_invalid", "invitation.already_member", null, "invitation.person_blocked", "invitation.already_invited"],
            sent.Value.Verdicts.Select(v => v.Code));
        var person = await host.PersonAsync("new@example.org");
        Assert.Equal(PersonStatus.Invited, person!.Status);
        Assert.Null(person.PasswordHash);
        Assert.Equal([Role.Business], person.Roles);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_OneAddress_WritesEverythingInOneTransaction(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "New.Person@Example.org", Role.Teacher);

        await using var db = host.Open();
        var invitation = await host.ReadAsync(id);
        var message = await db.OutboxMessages.SingleAsync(m => m.SubjectId == id);
        Assert.Equal("New.Person@example.org", message.Recipient, ignoreCase: true);
        Assert.Equal(message.Id, invitation.LastMessageId);
        Assert.Equal(DeliveryState.Queued, message.State);
        Assert.Equal(host.Clock.GetUtcNow().AddDays(7), invitation.ExpiresAt);
        Assert.Equal(Secrets.Hash(token), (await db.InvitationLinks.SingleAsync(l => l.InvitationId == id)).TokenHash);
        Assert.Equal("invitation.created", (await db.AuditEntries.SingleAsync(e => e.SubjectId == id)).Action);
    }

    [Theory]
    [InlineData(Role.Business)]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Student)]
    [InlineData(Role.Parent)]
    public async Task D03_RoleThatMayNotInvite_IsRefusedAndStoresNothing(Role role)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(role);
        var sent = await host.InviteAsync(person, Role.Student, "a@example.org");
        Assert.Equal("invitation.may_not_invite", sent.Error?.Code);
        await using var db = host.Open();
        Assert.Equal(0, await db.Invitations.CountAsync());
    }

    [Theory]
    [InlineData(Role.Staff, Role.SuperAdmin)]
    [InlineData(Role.Agency, Role.Teacher)]
    [InlineData(Role.Agency, Role.SuperAdmin)]
    public async Task D03_GrantOfARoleThatOneMayNotManage_IsRefused(Role actor, Role granted)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(actor);
        Assert.Equal("invitation.may_not_grant", (await host.InviteAsync(person, granted, "a@example.org")).Error?.Code);
    }

    [Theory]
    [InlineData(PersonStatus.Suspended)]
    [InlineData(PersonStatus.Banned)]
    public async Task SendAsync_InviterWasStopped_IsRefusedAtOnce(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == admin.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, status));
        }

        Assert.Equal("account.signed_out", (await host.InviteAsync(admin, Role.Business, "a@example.org")).Error?.Code);
    }

    [Theory]
    [InlineData(0.5, "invitation.lifetime_invalid")]
    [InlineData(721, "invitation.lifetime_invalid")]
    [InlineData(double.NaN, "invitation.lifetime_invalid")]
    [InlineData(1, null)]
    [InlineData(720, null)]
    public async Task SendAsync_Lifetime_IsHeldToItsBounds(double hours, string? code)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sent = await host.Get<InvitationSendingService>().SendAsync(
            admin.Actor, new SendInvitations(["a@example.org"], Role.Business, LifetimeHours: hours), null, Ct);
        Assert.Equal(code, sent.Error?.Code);
    }

    [Fact]
    public async Task SendAsync_MessageTooLongOrWithOverrides_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        foreach (var message in new[] { new string('x', 1001), "right\u202Eleft", "nul\0" })
        {
            var sent = await host.Get<InvitationSendingService>().SendAsync(
                admin.Actor, new SendInvitations(["a@example.org"], Role.Business, message), null, Ct);
            Assert.Equal("invitation.message_invalid", sent.Error?.Code);
        }
    }

    [Fact]
    public async Task SendAsync_ChannelThatIsNotSetUp_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sent = await host.Get<InvitationSendingService>().SendAsync(
            admin.Actor, new SendInvitations(["a@example.org"], Role.Business, Channel: Channel.Sms), null, Ct);
        Assert.Equal("invitation.channel_unavailable", sent.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task J08_FourthInvitationOfOneMailboxInADay_IsSkipped(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        TestPerson[] admins = [await host.AddPersonAsync(Role.SuperAdmin), await host.AddPersonAsync(Role.Staff)];
        foreach (var (role, i) in new[] { Role.Business, Role.Teacher, Role.Student }.Select((r, i) => (r, i)))
        {
            // A tag makes another address, but the same mailbox.
            Assert.Null((await host.InviteAsync(admins[i % 2], role, $"target+{i}@example.org")).Value!.Verdicts[0].Code);
        }

        Assert.Equal("invitation.target_limit", (await host.InviteAsync(admins[1], Role.Parent, "target@example.org")).Value!.Verdicts[0].Code);
        host.Clock.Advance(TimeSpan.FromHours(25));
        admins[0] = admins[0] with { Actor = (await host.Services.OpenSessionAsync(admins[0].Id)).Actor };
        Assert.Null((await host.InviteAsync(admins[0], Role.Parent, "target@example.org")).Value!.Verdicts[0].Code);
    }

    [Fact]
    public async Task SendAsync_DailyBudget_CountsOnlyWhatWasInvited()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:AdminSendsPerDay"] = "3" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Business, email: "member@example.org");
        Assert.Equal(1, (await host.InviteAsync(admin, Role.Business, "member@example.org", "a@example.org")).Value!.Invited);
        Assert.Equal(2, (await host.InviteAsync(admin, Role.Business, "b@example.org", "c@example.org")).Value!.Invited);
        Assert.Equal("invitation.daily_limit", (await host.InviteAsync(admin, Role.Business, "d@example.org")).Value!.Verdicts[0].Code);
    }

    [Fact]
    public async Task SendAsync_SomethingUnforeseen_GivesTheBudgetBack()
    {
        // Storing fails on a table that is gone, which is no outage.
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using (var db = host.Open())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TABLE \"InvitationLinks\"");
        }

        await Assert.ThrowsAnyAsync<Exception>(() => host.InviteAsync(admin, Role.Student, "a@example.org"));
        Assert.Equal(0, await host.Get<RateLimits>().CountAsync($"invite-sender:{admin.Id:N}", TimeSpan.FromDays(1), Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C06_OneAddressFromManySidesAtOnce_MakesOnePersonAndOneInvitation(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            host.InviteAsync(admin, Role.Business, i % 2 == 0 ? "race@example.org" : "RACE@Example.org"))));
        Assert.Equal(1, all.Sum(r => r.Value!.Invited));
        Assert.All(all.Where(r => r.Value!.Invited == 0), r => Assert.Equal("invitation.already_invited", r.Value!.Verdicts[0].Code));
        await using var db = host.Open();
        Assert.Equal(1, await db.Users.CountAsync(u => u.NormalizedEmail == "race@example.org"));
        Assert.Equal(1, await db.Invitations.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_ThousandsOfAddresses_AreAllStoredWithProgress(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var steps = new List<Progress>();
        var sent = await host.Get<InvitationSendingService>().SendAsync(
            admin.Actor,
            new SendInvitations([.. Enumerable.Range(0, 2_000).Select(i => $"person{i}@example.org")], Role.Student),
            new Collected(steps),
            Ct);
        Assert.Equal(2_000, sent.Value!.Invited);
        Assert.Equal([500, 1000, 1500, 2000], steps.Select(s => s.Done));
        await using var db = host.Open();
        Assert.Equal(2_000, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Queued));
        Assert.Equal(2_000, await db.AuditEntries.CountAsync(e => e.Action == "invitation.created"));
    }

    [Fact]
    public async Task SendAsync_Scheduled_IsDueThenAndLivesFromThen()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var at = host.Clock.GetUtcNow().AddDays(2);
        var sent = await host.Get<InvitationSendingService>().SendAsync(
            admin.Actor, new SendInvitations(["a@example.org"], Role.Business, SendAt: at), null, Ct);
        var invitation = await host.ReadAsync(sent.Value!.Verdicts[0].InvitationId!.Value);
        Assert.Equal(at.AddDays(7), invitation.ExpiresAt);
        await using var db = host.Open();
        Assert.Equal(at, (await db.OutboxMessages.SingleAsync()).DueAt);
    }

    private sealed class Collected(List<Progress> steps) : IProgress<Progress>
    {
        public void Report(Progress value) => steps.Add(value);
    }
}
