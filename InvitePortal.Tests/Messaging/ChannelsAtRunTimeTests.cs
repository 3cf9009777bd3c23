using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Messaging;

/// <summary>Channels that fail, rest, are set up, changed and paused while the portal runs.</summary>
public sealed class ChannelsAtRunTimeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R34_Deliver_OneChannelsTokenIsRevoked_ItAlonePausesAndTheOthersGoOn(DatabaseProvider provider)
    {
        await using var slack = await HttpDouble.StartAsync();
        await using var telegram = await HttpDouble.StartAsync();
        slack.Says(200, """{"ok":false,"error":"token_revoked"}""");
        telegram.Says(200, """{"ok":true,"result":{"message_id":1}}""");
        await using var host = await ServiceHost.CreateAsync(
            provider,
            new Dictionary<string, string?>
            {
                ["Slack:BotToken"] = "xoxb-1234567890",
                ["Slack:BaseUrl"] = slack.Url,
                ["Telegram:BotToken"] = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
                ["Telegram:BaseUrl"] = telegram.Url,
            },
            services => services.AddSingleton<IMessageTemplate, GreetingMessage>());
        for (var i = 0; i < 12; i++)
        {
            await host.EnqueueAsync("U024BE7LH", channel: Channel.Slack);
            await host.EnqueueAsync("1", channel: Channel.Telegram);
        }

        await host.DeliverAsync();
        await host.DeliverAsync();

        Assert.Equal(12, telegram.Seen.Count);
        Assert.InRange(slack.Seen.Count, 1, 4);
        await using (var db = host.Open())
        {
            Assert.Equal(12, await db.OutboxMessages.CountAsync(m => m.Channel == Channel.Telegram && m.State == DeliveryState.Sent && m.EndedDay != null, Ct));
            Assert.Equal(12, await db.OutboxMessages.CountAsync(m => m.Channel == Channel.Slack && m.State == DeliveryState.Queued && m.Attempts == 0 && m.Reason == "provider.sign-in|token_revoked", Ct));
        }

        Assert.Single(host.Logs.Lines, l => l.Level is LogLevel.Error && l.Message.Contains("Slack is paused", StringComparison.Ordinal));
        slack.Says(200, """{"ok":true,"channel":"D1","ts":"1"}""");
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.DeliverAsync();
        await using var after = host.Open();
        Assert.Equal(24, await after.OutboxMessages.CountAsync(m => m.State == DeliveryState.Sent, Ct));
    }

    [Fact]
    public async Task R34_Deliver_ProviderAsksToSlowDown_RestsAsLongAndNoOtherMessageLosesATry()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        await host.EnqueueManyAsync(20);
        var tries = 0;
        channel.Answer = (_, _) =>
        {
            tries++;
            return Task.FromResult<SendOutcome>(new SendOutcome.PassingFailure("provider.limit|slow", TimeSpan.FromSeconds(90), RestsChannel: true));
        };

        await host.DeliverAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(89));
        await host.DeliverAsync();

        Assert.Equal(1, tries);
        await using (var db = host.Open())
        {
            Assert.Equal(19, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Queued && m.Attempts == 0, Ct));
            Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Delayed && m.Attempts == 1, Ct));
        }

        channel.Says(SendOutcome.Sent.Value);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.DeliverAsync();
        Assert.Equal(20, channel.Sent.Count);
        Assert.Null(host.Get<ChannelStates>().Of(Channel.Email));
    }

    [Fact]
    public async Task R34_Deliver_OneRecipientAlwaysTooFast_NeverStopsTheOthers()
    {
        var channel = new FakeChannel();
        channel.Answer = (m, _) => Task.FromResult<SendOutcome>(m.Recipient is "p0@example.com"
            ? new SendOutcome.PassingFailure("provider.limit|slow", TimeSpan.FromHours(5), RestsChannel: true)
            : SendOutcome.Sent.Value);
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        await host.EnqueueManyAsync(10);

        for (var minute = 0; minute < 6; minute++)
        {
            await host.DeliverAsync();
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(9, channel.Sent.Count);
    }

    [Fact]
    public async Task R34_Deliver_OldSendSucceedsAfterTheProviderAskedToSlowDown_TheRestStays()
    {
        var states = new ChannelStates(new FakeClock());
        var begun = new FakeClock().Now;
        states.Pause(Channel.Sms, "provider.limit|x", needsPerson: false, TimeSpan.FromMinutes(1));

        Assert.False(states.Resume(Channel.Sms, begun));
        Assert.NotNull(states.Of(Channel.Sms));
        Assert.True(states.Resume(Channel.Sms, begun.AddSeconds(1)));
        await Task.CompletedTask;
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deliver_ChannelIsSetUpAtRunTime_WhatWaitedGoesOut(DatabaseProvider provider)
    {
        var channel = new FakeChannel { Channel = Channel.Slack, Missing = DeliveryReasons.NotSetUp };
        await using var host = await ServiceHost.CreateAsync(provider, configure: services => Greetings.Use(services, channel));
        var message = await host.EnqueueAsync("U024BE7LH", channel: Channel.Slack);
        await host.DeliverAsync();
        Assert.Equal(DeliveryReasons.NotSetUp, (await host.RowAsync(message.Id)).Reason);
        host.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Contains(Channel.Slack, host.Get<ChannelStates>().Troubled(TimeSpan.FromMinutes(15)).Keys);

        channel.Missing = null;
        await host.DeliverAsync();

        Assert.Equal((DeliveryState.Sent, null), ((await host.RowAsync(message.Id)).State, (await host.RowAsync(message.Id)).Reason));
        channel.Missing = DeliveryReasons.NotSetUp;
        await host.EnqueueAsync("U024BE7LH", channel: Channel.Slack);
        await host.DeliverAsync();
        Assert.Single(channel.Sent);
    }

    [Fact]
    public async Task R18_Deliver_PasswordIsMended_TriesAtOnceInsteadOfWaitingForTheHour()
    {
        var channel = new FakeChannel { Settings = new { Password = "wrong" } };
        channel.Says(new SendOutcome.ChannelFailure("smtp.sign-in|535 no", NeedsPerson: true));
        await using var host = await Greetings.HostAsync(channel);
        await host.EnqueueAsync();
        await host.DeliverAsync();
        channel.Says(SendOutcome.Sent.Value);
        await host.DeliverAsync();
        Assert.Empty(channel.Sent);

        // A save elsewhere makes all settings anew, and changes nothing here.
        channel.Settings = new { Password = "wrong" };
        await host.DeliverAsync();
        Assert.Empty(channel.Sent);

        channel.Settings = new { Password = "right" };
        await host.DeliverAsync();

        Assert.Single(channel.Sent);
    }

    [Fact]
    public async Task Deliver_ServerIsNamedInDevelopment_MailLeavesTheMailbox()
    {
        await using var sink = SmtpSink.Start();
        var settings = new LiveOptions<SmtpOptions>(new SmtpOptions());
        await using var host = await ServiceHost.CreateAsync(environment: "Development", configure: services =>
        {
            services.AddSingleton<IMessageTemplate, GreetingMessage>();
            services.RemoveAll<IOptionsMonitor<SmtpOptions>>();
            services.AddSingleton<IOptionsMonitor<SmtpOptions>>(settings);
        });
        await host.EnqueueAsync("first@example.com");
        await host.DeliverAsync();
        Assert.Null(host.Get<MailboxQueries>().SendsTo);

        settings.Set(new SmtpOptions { Host = SmtpSink.Host, Port = sink.Port, From = "portal@example.org", StartTls = false });
        await host.EnqueueAsync("second@example.com");
        await host.DeliverAsync();

        Assert.Equal("first@example.com", Assert.Single((await host.Get<MailboxQueries>().ListAsync(null, 1, Ct)).Items).Recipient);
        Assert.Equal("second@example.com", Assert.Single(sink.Mails).Recipient);
        Assert.Equal($"127.0.0.1:{sink.Port}", host.Get<MailboxQueries>().SendsTo);
    }

    [Fact]
    public async Task Deliver_OtherChannelsNotSetUp_ShowNoBannerAndLogNoWarning()
    {
        await using var sink = SmtpSink.Start();
        await using var host = await Greetings.HostAsync(sink);
        await host.EnqueueAsync();
        await host.DeliverAsync();
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.DeliverAsync();

        Assert.Empty(host.Get<ChannelStates>().Troubled(TimeSpan.FromMinutes(15)));
        Assert.DoesNotContain(host.Logs.Lines, l => l.Level >= LogLevel.Warning && l.Category.Contains("Outbox", StringComparison.Ordinal));
    }
}
