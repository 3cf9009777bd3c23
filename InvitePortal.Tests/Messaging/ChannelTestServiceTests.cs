using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

/// <summary>Tests that admins send from the settings.</summary>
public sealed class ChannelTestServiceTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_RealServer_ShowsItsAnswerAndLeavesARowAndATrace(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        sink.On("BODY", SmtpReply.Of("250 2.0.0 Ok: queued as 4F1A"), times: 1);
        await using var host = await Greetings.HostAsync(sink, provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Olga Stern");

        var result = await host.Get<ChannelTestService>().SendAsync(admin.Actor, Channel.Email, " ann@example.com ", Ct);

        Assert.Equal(new ChannelTestResult(true, "250 2.0.0 Ok: queued as 4F1A"), result.Value);
        var mail = await sink.WaitForMailAsync("ann@example.com");
        Assert.Contains("Olga Stern", mail.Text, StringComparison.Ordinal);
        await using var db = host.Open();
        var row = await db.OutboxMessages.SingleAsync(Ct);
        Assert.Equal((DeliveryState.Sent, "test", null, 1), (row.State, row.Kind, row.Body, row.Attempts));
        Assert.Equal($"<{row.Id:N}@example.org>", mail.MessageId);
        var entry = await db.AuditEntries.SingleAsync(e => e.Action == "channel.tested", Ct);
        Assert.Equal((admin.Id, """{"channel":"EMAIL","recipient":"ann@example.com"}"""), (entry.ActorId, entry.After));
    }

    [Fact]
    public async Task SendAsync_Refused_ShowsTheErrorAsTheProviderGaveIt_AndIsNeverTriedAgain()
    {
        await using var sink = SmtpSink.Start(user: "portal", password: "right");
        await using var host = await Greetings.HostAsync(sink, settings: new Dictionary<string, string?> { ["Smtp:Password"] = "canary-wrong" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var result = await host.Get<ChannelTestService>().SendAsync(admin.Actor, Channel.Email, "ann@example.com", Ct);

        Assert.False(result.Value!.Accepted);
        Assert.Equal("The mail server refuses the portal's sign-in: 535 5.7.8 Authentication credentials invalid", result.Value.Answer);
        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.DeliverAsync();
        Assert.Single(sink.Sessions);
        Assert.DoesNotContain("canary-wrong", host.Logs.Text, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.Equal((DeliveryState.Failed, null), ((await db.OutboxMessages.SingleAsync(Ct)).State, (await db.OutboxMessages.SingleAsync(Ct)).Body));
    }

    [Fact]
    public async Task SendAsync_WhileInTrouble_SucceedsAndTheChannelGoesOnAtOnce()
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.ChannelFailure("smtp.sign-in|535 No", NeedsPerson: true));
        await using var host = await Greetings.HostAsync(channel);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EnqueueAsync();
        await host.DeliverAsync();
        Assert.NotNull(host.Get<ChannelStates>().Of(Channel.Email));
        channel.Says(SendOutcome.Sent.Value);

        Assert.True((await host.Get<ChannelTestService>().SendAsync(admin.Actor, Channel.Email, "ann@example.com", Ct)).Value!.Accepted);

        Assert.Null(host.Get<ChannelStates>().Of(Channel.Email));
        await host.DeliverAsync();
        Assert.Equal(2, channel.Sent.Count);
    }

    [Fact]
    public async Task SendAsync_NodeDiesMeanwhile_NobodySendsItAgain()
    {
        var channel = new FakeChannel { Answer = (_, _) => throw new InvalidOperationException("The process is gone.") };
        await using var host = await Greetings.HostAsync(channel);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Get<ChannelTestService>().SendAsync(admin.Actor, Channel.Email, "ann@example.com", Ct));
        channel.Says(SendOutcome.Sent.Value);

        host.Clock.Advance(TimeSpan.FromMinutes(3));
        await host.DeliverAsync();

        Assert.Empty(channel.Sent);
        await using var db = host.Open();
        Assert.Equal((DeliveryState.Failed, DeliveryReasons.Expired), ((await db.OutboxMessages.SingleAsync(Ct)).State, (await db.OutboxMessages.SingleAsync(Ct)).Reason));
    }

    [Fact]
    public async Task J14_SendAsync_TooOften_IsRefusedForAnHour()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:ChannelTestsPerHour"] = "2" });
        var (admin, other) = (await host.AddPersonAsync(Role.SuperAdmin), await host.AddPersonAsync(Role.SuperAdmin));
        var service = host.Get<ChannelTestService>();
        await service.SendAsync(admin.Actor, Channel.Email, "a@example.com", Ct);
        await service.SendAsync(admin.Actor, Channel.Email, "a@example.com", Ct);

        var refused = await service.SendAsync(admin.Actor, Channel.Email, "a@example.com", Ct);

        Assert.Equal(("channel.too_many_tests", TimeSpan.FromHours(1)), (refused.Error?.Code, refused.Error?.RetryAfter));
        Assert.Equal(2, channel.Sent.Count);
        Assert.True((await service.SendAsync(other.Actor, Channel.Email, "a@example.com", Ct)).Succeeded);
        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True((await service.SendAsync(admin.Actor, Channel.Email, "a@example.com", Ct)).Succeeded);
    }

    [Theory]
    [InlineData(Role.SuperAdmin, Channel.Slack, "U024BE7LH", "channel.not_set_up")]
    [InlineData(Role.SuperAdmin, Channel.Sms, "+491511111111", "channel.not_set_up")]
    [InlineData(Role.SuperAdmin, Channel.Email, "  ", "channel.recipient_missing")]
    [InlineData(Role.Staff, Channel.Email, "ann@example.com", "channel.not_allowed")]
    [InlineData(Role.Teacher, Channel.Email, "ann@example.com", "channel.not_allowed")]
    public async Task SendAsync_NotPossible_SaysWhyAndSendsNothing(Role role, Channel channel, string recipient, string code)
    {
        var (mail, slack) = (new FakeChannel(), new FakeChannel { Channel = Channel.Slack, Missing = DeliveryReasons.NotSetUp });
        await using var host = await ServiceHost.CreateAsync(configure: services => Greetings.Use(services, mail, slack));
        var person = await host.AddPersonAsync(role);

        Assert.Equal(code, (await host.Get<ChannelTestService>().SendAsync(person.Actor, channel, recipient, Ct)).Error?.Code);
        Assert.Empty(mail.Sent);
        await using var db = host.Open();
        Assert.Empty(await db.OutboxMessages.ToListAsync(Ct));
    }
}
