using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationFallbackTests
{
    private const string Number = "+4915123456789";
    private static readonly SendOutcome Refused = new SendOutcome.FinalFailure("550 5.1.1 No such user");

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deliver_FirstWayFailsForGood_GoesTheSecondOnceAndSaysSo(DatabaseProvider provider)
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        mail.Says(Refused);
        await using var host = await InvitationContactTests.HostAsync(provider, mail, sms);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await InviteAsync(host, admin);

        await host.DeliverAsync();
        await host.DeliverAsync();

        var message = Assert.Single(sms.Sent);
        Assert.Equal(Number, message.Recipient);
        Assert.Empty(mail.Sent);
        var details = (await host.Get<InvitationQueries>().GetAsync(admin.Actor, id, Ct)).Value!;
        Assert.Equal((DeliveryState.Sent, Channel.Sms, Channel.Email), (details.Row.Delivery, details.Row.DeliveryChannel, details.Row.Channel));
        Assert.Equal(["created", "queued.invitation", "failed", "fellback.Sms", "sent.invitation"], details.Timeline.Select(e => e.What));
        Assert.Equal("550 5.1.1 No such user", details.Timeline[2].Detail);
    }

    [Fact]
    public async Task Deliver_SecondWayFailsToo_IsFailedAndNeverGoesBack()
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        mail.Says(Refused);
        sms.Says(new SendOutcome.FinalFailure("21211 Invalid number"));
        await using var host = await InvitationContactTests.HostAsync(mail: mail, sms: sms);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await InviteAsync(host, admin);

        await host.DeliverAsync();
        await host.DeliverAsync();

        var row = (await host.Get<InvitationQueries>().GetAsync(admin.Actor, id, Ct)).Value!.Row;
        Assert.Equal((DeliveryState.Failed, "21211 Invalid number"), (row.Delivery, row.DeliveryReason));
    }

    [Fact]
    public async Task Deliver_GivenUpAfterManyTries_FallsBackAndHasAllItsTriesAnew()
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        mail.Says(new SendOutcome.PassingFailure("451 Try later"));
        await using var host = await InvitationContactTests.HostAsync(mail: mail, sms: sms);
        await InviteAsync(host, await host.AddPersonAsync(Role.SuperAdmin));
        var passing = 0;
        sms.Answer = (_, _) => Task.FromResult<SendOutcome>(passing++ == 0 ? new SendOutcome.PassingFailure("429 Later") : SendOutcome.Sent.Value);

        for (var hour = 0; hour < 90 && sms.Sent.Count == 0; hour++)
        {
            await host.DeliverAsync();
            host.Clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Single(sms.Sent);
        Assert.Equal(2, passing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_WithdrawnOrExpiredWhileItIsBeingSent_DoesNotFallBack(bool withdrawn)
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        await using var host = await InvitationContactTests.HostAsync(mail: mail, sms: sms);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await InviteAsync(host, admin);
        mail.Answer = async (_, _) =>
        {
            if (withdrawn)
            {
                Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, id, Ct)).Succeeded);
            }
            else
            {
                host.Clock.Advance(TimeSpan.FromDays(8));
            }

            return Refused;
        };

        await host.DeliverAsync();
        await host.DeliverAsync();

        Assert.Empty(sms.Sent);
        await using var db = host.Open();
        Assert.Equal((DeliveryState.Failed, Channel.Email), await db.OutboxMessages.Where(m => m.SubjectId == id).Select(m => ValueTuple.Create(m.State, m.Channel)).SingleAsync(Ct));
    }

    [Fact]
    public async Task Remind_FirstWayFails_GoesTheSecond()
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        await using var host = await InvitationContactTests.HostAsync(mail: mail, sms: sms);
        await InviteAsync(host, await host.AddPersonAsync(Role.SuperAdmin));
        await host.DeliverAsync();
        Assert.Empty(sms.Sent);
        mail.Says(Refused);
        host.Clock.Advance(TimeSpan.FromDays(6) + TimeSpan.FromMinutes(1));

        await host.Services.GetServices<IHostedService>().OfType<InvitationReminderWorker>().Single().RemindAsync(Ct);
        await host.DeliverAsync();
        await host.DeliverAsync();

        Assert.Single(sms.Sent);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Accept_LinkThatCameTheSecondWay_ProvesNoMailboxAndTakesAnotherAddress(DatabaseProvider provider)
    {
        var (mail, sms) = (new FakeChannel(), new FakeChannel { Channel = Channel.Sms });
        mail.Says(Refused);
        await using var host = await InvitationContactTests.HostAsync(provider, mail, sms);
        var id = await InviteAsync(host, await host.AddPersonAsync(Role.SuperAdmin));
        var token = await host.TokenAsync(id);
        var byMail = (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!;
        Assert.Equal((true, false), (byMail.ProvesRecipient, byMail.TakesAddress));
        await host.DeliverAsync();

        var bySms = (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!;
        Assert.Equal((false, true), (bySms.ProvesRecipient, bySms.TakesAddress));
        var bare = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: "correct horse battery"));
        Assert.Equal("invitation.email_needed", bare.Error?.Code);
        Assert.True((await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, "real@example.org", Ct)).Succeeded);
        var accepted = await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: await host.CodeAsync("real@example.org"), Email: "real@example.org"));
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        Assert.Null(await host.PersonAsync("typo@example.org"));
        Assert.Equal(PersonStatus.Active, (await host.PersonAsync("real@example.org"))!.Status);
    }

    [Theory]
    [InlineData(Channel.Email, "a@example.org", 1, "invitation.channel_unavailable")]
    [InlineData(Channel.Slack, "U024BE7LH", 1, "invitation.channel_unavailable")]
    [InlineData(Channel.Sms, "0151", 1, "invitation.fallback_invalid")]
    [InlineData(Channel.Sms, Number, 2, "invitation.fallback_for_one")]
    public async Task SendAsync_SecondWayThatCannotBe_IsRefused(Channel channel, string recipient, int count, string code)
    {
        await using var host = await InvitationContactTests.HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        string[] emails = [.. Enumerable.Range(0, count).Select(i => $"{i}@example.org")];
        var sent = await host.Get<InvitationSendingService>().SendAsync(
            admin.Actor, new SendInvitations(emails, Role.Teacher, Fallback: new SecondWay(channel, recipient)), null, Ct);
        Assert.Equal((code, "fallback"), (sent.Error?.Code, sent.Error?.Field ?? "fallback"));
    }

    [Fact]
    public async Task J09_OneNumberAsSecondWay_IsTakenThreeTimesADay()
    {
        await using var host = await InvitationContactTests.HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var codes = new List<string?>();
        for (var i = 0; i < 4; i++)
        {
            codes.Add((await host.Get<InvitationSendingService>().SendAsync(
                admin.Actor, new SendInvitations([$"{i}@example.org"], Role.Teacher, Fallback: new SecondWay(Channel.Sms, Number)), null, Ct)).Error?.Code);
        }

        Assert.Equal([null, null, null, "invitation.target_limit"], codes);
    }

    private static async Task<Guid> InviteAsync(ServiceHost host, TestPerson admin)
    {
        var command = new SendInvitations(["typo@example.org"], Role.Teacher, Fallback: new SecondWay(Channel.Sms, "+49 151 23456789"));
        var verdict = Assert.Single((await host.Get<InvitationSendingService>().SendAsync(admin.Actor, command, null, Ct)).Value!.Verdicts);
        Assert.True(verdict.Outcome is AddressOutcome.Invited, verdict.Code);
        return verdict.InvitationId!.Value;
    }
}
