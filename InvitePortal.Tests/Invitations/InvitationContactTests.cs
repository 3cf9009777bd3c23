using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

/// <summary>Invitations to people who are known by a number or an id, not by an address.</summary>
public sealed class InvitationContactTests
{
    private const string Number = "+4915123456789";

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_Numbers_HaveVerdictsAndBecomePeopleWithoutAddress(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var sent = await SendAsync(host, admin, "+49 151 23456789", "0049 151 23456789", "0151 1", "+79123456789");
        var again = await SendAsync(host, admin, Number);

        Assert.Equal([null, "invitation.address_repeated", "invitation.address_invalid", null], sent.Value!.Verdicts.Select(v => v.Code));
        Assert.Equal("invitation.already_invited", Assert.Single(again.Value!.Verdicts).Code);
        await using var db = host.Open();
        var person = await db.Users.SingleAsync(u => u.ContactKey == Number);
        Assert.Equal((PersonStatus.Invited, (string?)null), (person.Status, person.Email));
        var message = await db.OutboxMessages.SingleAsync(m => m.Recipient == Number);
        Assert.Equal((Channel.Sms, Number), (message.Channel, message.RecipientKey));
        var list = await host.Get<InvitationQueries>().ListAsync(admin.Actor, new InvitationFilter { Address = "+4915" }, new PageRequest(), Ct);
        Assert.Equal((Number, (string?)null), (Assert.Single(list.Value!.Items).Recipient, list.Value.Items[0].Email));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task E02_AcceptAsync_WithAnAddress_ProvesItBeforeTheAccountIsMade(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await InviteAsync(host, admin);
        var acceptance = host.Get<InvitationAcceptance>();
        Assert.Equal("invitation.email_needed", (await acceptance.RequestCodeAsync(Stranger(), token, "+4915123456789", Ct)).Error?.Code);
        Assert.True((await acceptance.RequestCodeAsync(Stranger(), token, "robin@example.org", Ct)).Succeeded);
        var code = await host.CodeAsync("robin@example.org");

        // The code proves the address that it went to, and no other; a password does not replace it.
        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: code, Email: "other@example.org"))).Error?.Code);
        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: "correct horse battery", Email: "robin@example.org"))).Error?.Code);
        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
        var accepted = await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: code, Email: "robin@example.org"));

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var person = await host.PersonAsync("robin@example.org");
        Assert.Equal((PersonStatus.Active, "Robin", Number, true), (person!.Status, person.DisplayName, person.ContactKey, person.EmailConfirmed));
        Assert.Contains("robin@example.org", person.SearchText, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.Equal(0, await db.Users.CountAsync(u => u.Status == PersonStatus.Invited));
        Assert.Equal("invitation.already_member", Assert.Single((await SendAsync(host, admin, Number)).Value!.Verdicts).Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_AddressOfAnAccount_IsToldOnlyWithTheRightCodeAndAcceptedSignedIn(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var known = await host.AddPersonAsync(Role.Business, email: "known@example.org");
        var (id, token) = await InviteAsync(host, admin);
        Assert.True((await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, "known@example.org", Ct)).Succeeded);
        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Mallory", Code: "000000", Email: "known@example.org"))).Error?.Code);

        var refused = await host.AcceptAsync(new AcceptInvitation(token, "Mallory", Code: await host.CodeAsync("known@example.org"), Email: "known@example.org"));

        Assert.Equal("invitation.address_has_account", refused.Error?.Code);
        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
        var accepted = await host.Get<InvitationAcceptance>().AcceptSignedInAsync(known.Actor, token, Ct);
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var person = await host.PersonAsync("known@example.org");
        Assert.Equal([Role.Business, Role.Teacher], person!.Roles);
        await using var db = host.Open();
        Assert.Equal((known.Id, known.Id), ((await host.ReadAsync(id)).PersonId, (await host.ReadAsync(id)).AcceptedById));
        Assert.Equal(0, await db.Users.CountAsync(u => u.Status == PersonStatus.Invited));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_AddressOfSomebodyInvitedByMail_BecomesTheirAccount(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "both@example.org", Role.Parent);
        var (id, token) = await InviteAsync(host, admin);
        Assert.True((await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, "both@example.org", Ct)).Succeeded);

        var accepted = await host.AcceptAsync(new AcceptInvitation(token, "Both", Code: await host.CodeAsync("both@example.org"), Email: "both@example.org"));

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        await using var db = host.Open();
        Assert.Equal(PersonStatus.Active, (await db.Users.SingleAsync(u => u.NormalizedEmail == "both@example.org")).Status);
        Assert.Equal(0, await db.Users.CountAsync(u => u.ContactKey != null));
        Assert.Equal(accepted.Value.UserId, (await host.ReadAsync(id)).PersonId);
    }

    [Fact]
    public async Task E03_MailedInvitationWithAnotherAddress_IsRefused()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "right@example.org");
        Assert.Equal("invitation.email_fixed", (await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, "other@example.org", Ct)).Error?.Code);
        Assert.Equal(
            "invitation.email_fixed",
            (await host.AcceptAsync(new AcceptInvitation(token, "R", AcceptMethod.Password, Password: "correct horse battery", Email: "other@example.org"))).Error?.Code);
    }

    [Fact]
    public async Task J09_OneNumber_GetsThreeInvitationsADayOverAllSenders()
    {
        await using var host = await HostAsync();
        var outcomes = new List<string?>();
        foreach (var role in new[] { Role.Teacher, Role.Student, Role.Parent, Role.Business })
        {
            var admin = await host.AddPersonAsync(Role.SuperAdmin);
            outcomes.Add(Assert.Single((await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations([Number], role, Channel: Channel.Sms), null, Ct)).Value!.Verdicts).Code);
        }

        Assert.Equal([null, null, null, "invitation.target_limit"], outcomes);
    }

    [Fact]
    public async Task J08_OneLink_ReachesOnlySoManyEnteredAddresses()
    {
        await using var host = await HostAsync();
        var (_, token) = await InviteAsync(host, await host.AddPersonAsync(Role.SuperAdmin));
        var codes = new List<string?>();
        for (var i = 0; i < 11; i++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(2));
            codes.Add((await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, $"victim{i}@example.org", Ct)).Error?.Code);
        }

        Assert.Equal(Enumerable.Repeat<string?>(null, 10), codes.Take(10));
        Assert.NotNull(codes[10]);
    }

    [Fact]
    public async Task SendAsync_ChannelNotSetUp_IsRefused()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sent = await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["U024BE7LH"], Role.Teacher, Channel: Channel.Slack), null, Ct);
        Assert.Equal("invitation.channel_unavailable", sent.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Cycle_ResendReplaceExpireRenewDecline_WorksAsByMail(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, first) = await InviteAsync(host, admin);
        var service = host.Get<InvitationService>();
        Assert.True((await service.ResendAsync(admin.Actor, id, Ct)).Succeeded);
        Assert.True((await service.ReplaceLinkAsync(admin.Actor, id, Ct)).Succeeded);
        Assert.Equal("invitation.revoked", (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), first, Ct)).Value!.Refusal?.Code);
        var token = await host.TokenAsync(id);
        host.Clock.Advance(TimeSpan.FromDays(8));
        var landing = (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!;
        Assert.Equal(("invitation.expired", "+49•••89"), (landing.Refusal?.Code, landing.Masked));
        Assert.True((await host.Get<InvitationRenewalService>().RenewAsync(Stranger(), token, Ct)).Succeeded);
        await using var db = host.Open();
        Assert.Equal([Channel.Sms], await db.OutboxMessages.Where(m => m.SubjectId == id).Select(m => m.Channel).Distinct().ToListAsync(Ct));
        Assert.True((await host.Get<InvitationAcceptance>().DeclineAsync(Stranger(), await host.TokenAsync(id), null, Ct)).Succeeded);
        Assert.Equal(0, await db.Users.CountAsync(u => u.ContactKey != null));
    }

    internal static async Task<ServiceHost> HostAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, FakeChannel? mail = null, FakeChannel? sms = null) =>
        await ServiceHost.CreateAsync(provider, configure: services => Greetings.Use(services, mail ?? new FakeChannel(), sms ?? new FakeChannel { Channel = Channel.Sms }));

    private static Task<Result<SentInvitations>> SendAsync(ServiceHost host, TestPerson by, params string[] numbers) =>
        host.Get<InvitationSendingService>().SendAsync(by.Actor, new SendInvitations(numbers, Role.Teacher, Channel: Channel.Sms), null, Ct);

    private static async Task<(Guid Id, string Token)> InviteAsync(ServiceHost host, TestPerson by)
    {
        var verdict = Assert.Single((await SendAsync(host, by, Number)).Value!.Verdicts);
        Assert.True(verdict.Outcome is AddressOutcome.Invited, verdict.Code);
        return (verdict.InvitationId!.Value, await host.TokenAsync(verdict.InvitationId!.Value));
    }
}
