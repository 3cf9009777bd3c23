using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Messaging;

public sealed class SmtpChannelTests
{
    [Fact]
    public async Task Send_ManyMails_UsesOneConnectionAgain()
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);
        for (var i = 0; i < 20; i++)
        {
            Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, $"p{i}@example.com"));
        }

        Assert.Equal(20, sink.Received);
        Assert.Equal(1, sink.Connections);
        Assert.All(sink.Mails, mail => Assert.Single(mail.Recipients));
    }

    [Fact]
    public async Task Send_OtherServerInTheSettings_GoesThereAndLeavesTheOldOne()
    {
        await using var old = SmtpSink.Start();
        await using var other = SmtpSink.Start();
        var settings = new LiveOptions<SmtpOptions>(Server(old));
        await using var channel = new SmtpChannel(settings, Options.Create(new LimitOptions()), new LiveOptions<PortalOptions>(new PortalOptions()), new FakeClock());
        Assert.Contains("250", Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "ann@example.com")).Answer, StringComparison.Ordinal);

        var before = channel.Settings;
        settings.Set(Server(other));

        Assert.NotSame(before, channel.Settings);
        await Eventually.TrueAsync(() => Task.FromResult(old.Sessions[0].Lines.Contains("C: QUIT")));
        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "bob@example.com"));
        Assert.Equal((1, 1), (old.Received, other.Received));
        settings.Set(new SmtpOptions());
        Assert.Equal(DeliveryReasons.NoServer, channel.Missing);
        Assert.True(Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com")).NeedsPerson);
    }

    [Fact]
    public async Task Send_SettingsChangeWhileOneIsBeingSent_ClosesItsConnectionAfterwards()
    {
        await using var sink = SmtpSink.Start();
        var settings = new LiveOptions<SmtpOptions>(Server(sink));
        await using var channel = new SmtpChannel(settings, Options.Create(new LimitOptions()), new LiveOptions<PortalOptions>(new PortalOptions()), new FakeClock());
        sink.On("BODY", SmtpReply.Of("250 2.0.0 Queued as 7").After(TimeSpan.FromMilliseconds(300)));

        var sending = SendAsync(channel, "ann@example.com");
        await Eventually.TrueAsync(() => Task.FromResult(sink.Sessions.Any(s => s.Lines.Any(l => l.StartsWith("C: DATA", StringComparison.Ordinal)))));
        settings.Set(Server(sink));

        Assert.Equal("250 2.0.0 Queued as 7", Assert.IsType<SendOutcome.Sent>(await sending).Answer);
        await Eventually.TrueAsync(() => Task.FromResult(sink.Sessions[0].Lines.Contains("C: QUIT")));
    }

    [Fact]
    public async Task Send_AtOnce_OpensAsManyConnectionsAsNeeded()
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SendAsync(channel, $"p{i}@example.com")));
        }

        Assert.InRange(sink.Connections, 1, 4);
        Assert.Equal(12, sink.Received);
    }

    [Theory]
    [InlineData("PLAIN LOGIN", "AUTH PLAIN")]
    [InlineData("LOGIN", "AUTH LOGIN")]
    public async Task Send_WithTlsAndPassword_SignsInOverTls(string mechanisms, string command)
    {
        await using var sink = SmtpSink.Start(startTls: true, user: "portal", password: "pässword", mechanisms: mechanisms);
        await using var channel = Channel(sink, trust: true);

        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "ann@example.com"));

        var lines = sink.Sessions[0].Lines.Where(l => l.StartsWith("C:", StringComparison.Ordinal)).ToList();
        Assert.Equal("C: STARTTLS", lines[1]);
        Assert.StartsWith("C: " + command, lines[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task R18_Send_WrongPassword_IsTheChannelsTrouble()
    {
        await using var sink = SmtpSink.Start(user: "portal", password: "right");
        await using var channel = Channel(sink, password: "wrong");

        var failure = Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.True(failure.NeedsPerson);
        Assert.Equal("smtp.sign-in|535 5.7.8 Authentication credentials invalid", failure.Reason);
        Assert.DoesNotContain("wrong", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task R18_Send_UntrustedCertificate_IsTheChannelsTroubleAndNothingIsSaid()
    {
        await using var sink = SmtpSink.Start(startTls: true, user: "portal", password: "secret");
        await using var channel = Channel(sink);

        var failure = Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.StartsWith("smtp.tls|", failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(sink.Sessions[0].Lines, l => l.Contains("AUTH ", StringComparison.Ordinal) && l.StartsWith("C:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R18_Send_NoStartTlsOffered_SendsNothingInTheClear()
    {
        await using var sink = SmtpSink.Start(user: "portal", password: "secret");
        await using var channel = Channel(sink, startTls: true);

        Assert.StartsWith("smtp.tls|", Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com")).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(sink.Sessions[0].Lines, l => l.StartsWith("C: AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task R13_Send_Refused_IsTheChannelsPassingTrouble()
    {
        await using var sink = SmtpSink.Start();
        sink.Close();
        await using var channel = Channel(sink);

        var failure = Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.False(failure.NeedsPerson);
        Assert.Equal($"smtp.unreachable|Connection refused (127.0.0.1:{sink.Port})", failure.Reason);
    }

    [Fact]
    public async Task R14_Send_SilentGreeting_EndsAfterTheTimeForConnecting()
    {
        await using var sink = SmtpSink.Start();
        sink.On("CONNECT", SmtpReply.Silence);
        await using var channel = Channel(sink, limits: new LimitOptions { SmtpConnectTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.StartsWith("smtp.unreachable|", Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com")).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RCPT", false)]
    [InlineData("BODY", true)]
    public async Task R14_Send_SilentServer_IsPassing(string step, bool mayHaveArrived)
    {
        await using var sink = SmtpSink.Start();
        sink.On(step, SmtpReply.Silence);
        var limits = new LimitOptions { SmtpCommandTimeout = TimeSpan.FromMilliseconds(100), SmtpSendTimeout = TimeSpan.FromMilliseconds(100) };
        await using var channel = Channel(sink, limits: limits);

        var failure = Assert.IsType<SendOutcome.PassingFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.Equal(DeliveryReasons.Timeout, failure.Reason);
        Assert.Equal(mayHaveArrived, failure.MayHaveArrived);
    }

    [Theory]
    [InlineData("RCPT", "451 4.7.1 Greylisted, try again later")]
    [InlineData("RCPT", "452 4.2.2 Mailbox full")]
    [InlineData("MAIL", "451 4.3.0 Not now")]
    [InlineData("DATA", "421 4.3.2 Going down")]
    [InlineData("BODY", "452 4.3.1 No space")]
    public async Task R16_Send_PutOff_IsPassingAndWaitsFiveMinutes(string step, string answer)
    {
        await using var sink = SmtpSink.Start();
        sink.On(step, SmtpReply.Of(answer), times: 1);
        await using var channel = Channel(sink);

        var failure = Assert.IsType<SendOutcome.PassingFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.Equal(answer, failure.Reason);
        Assert.Equal(TimeSpan.FromMinutes(5), failure.RetryAfter);
        Assert.False(failure.MayHaveArrived);
        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "ann@example.com"));
        Assert.Equal(answer.StartsWith("421", StringComparison.Ordinal) ? 2 : 1, sink.Connections);
    }

    [Theory]
    [InlineData("RCPT", "550 5.1.1 No such user")]
    [InlineData("BODY", "554 5.7.1 Message refused")]
    public async Task Send_RefusedForGood_IsFinalForThisRecipientAlone(string step, string answer)
    {
        await using var sink = SmtpSink.Start();
        sink.On(step, SmtpReply.Of(answer), containing: "nobody@example.com");
        await using var channel = Channel(sink);

        Assert.Equal(answer, Assert.IsType<SendOutcome.FinalFailure>(await SendAsync(channel, "nobody@example.com")).Reason);
        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "ann@example.com"));
        Assert.Equal(1, sink.Connections);
    }

    [Fact]
    public async Task Send_SenderRefused_IsTheChannelsTrouble()
    {
        await using var sink = SmtpSink.Start();
        sink.On("MAIL", SmtpReply.Of("550 5.7.1 Sender not allowed"));
        await using var channel = Channel(sink);

        Assert.True(Assert.IsType<SendOutcome.ChannelFailure>(await SendAsync(channel, "ann@example.com")).NeedsPerson);
    }

    [Fact]
    public async Task Send_ServerClosedTheIdleConnection_GoesOverANewOne()
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);
        await SendAsync(channel, "ann@example.com");
        sink.DropAll();

        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "bob@example.com"));
        Assert.Equal(2, sink.Received);
    }

    [Fact]
    public async Task Send_ServerHadEnoughOfTheConnection_GoesOverANewOne()
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);
        await SendAsync(channel, "ann@example.com");
        sink.On("MAIL", SmtpReply.Of("421 4.7.0 Too many messages on this connection"), times: 1);

        Assert.IsType<SendOutcome.Sent>(await SendAsync(channel, "bob@example.com"));
        Assert.Equal(2, sink.Connections);
    }

    [Fact]
    public async Task Send_DroppedBeforeTheAnswer_MayHaveArrived()
    {
        await using var sink = SmtpSink.Start();
        sink.On("BODY", SmtpReply.TakeAndDrop, times: 1);
        await using var channel = Channel(sink);

        var failure = Assert.IsType<SendOutcome.PassingFailure>(await SendAsync(channel, "ann@example.com"));

        Assert.Equal(DeliveryReasons.Dropped, failure.Reason);
        Assert.True(failure.MayHaveArrived);
    }

    [Theory]
    [InlineData("ann@example.com>\r\nRCPT TO:<victim@example.com")]
    [InlineData("ann@example.com\r\nBcc: victim@example.com")]
    [InlineData("ann@example.com, victim@example.com")]
    [InlineData("not an address")]
    public async Task F06_Send_CraftedRecipient_NeverReachesTheServer(string recipient)
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);

        Assert.Equal(DeliveryReasons.BadAddress, Assert.IsType<SendOutcome.FinalFailure>(await SendAsync(channel, recipient)).Reason);
        Assert.Equal(0, sink.Connections);
    }

    [Fact]
    public async Task F06_Send_CraftedSubject_HasOneRecipientAndNoExtraHeader()
    {
        await using var sink = SmtpSink.Start();
        await using var channel = Channel(sink);

        await channel.SendAsync(
            new RenderedMessage(Guid.NewGuid(), "ann@example.com", "en", "Hi\r\nBcc: victim@example.com", ".\r\nQUIT\r\n", "<p>x</p>"), TestContext.Current.CancellationToken);

        Assert.Single(sink.Sessions[0].Lines, l => l.StartsWith("C: RCPT", StringComparison.Ordinal));
        Assert.Null(sink.Mails[0].Header("Bcc"));
        Assert.Equal(".\r\nQUIT\r\n", sink.Mails[0].Text);
    }

    private static SmtpChannel Channel(SmtpSink sink, bool trust = false, string? password = null, bool? startTls = null, LimitOptions? limits = null) => new(
        new LiveOptions<SmtpOptions>(Server(sink, password, startTls)),
        Options.Create(limits ?? new LimitOptions()),
        new LiveOptions<PortalOptions>(new PortalOptions()),
        new FakeClock())
    {
        CertificateValidation = trust ? (_, _, _, _) => true : null,
    };

    private static SmtpOptions Server(SmtpSink sink, string? password = null, bool? startTls = null) => new()
    {
        Host = SmtpSink.Host,
        Port = sink.Port,
        User = sink.User,
        Password = password ?? sink.Password,
        From = "portal@example.org",
        StartTls = startTls ?? sink.OffersStartTls,
    };

    private static Task<SendOutcome> SendAsync(SmtpChannel channel, string recipient) =>
        channel.SendAsync(new RenderedMessage(Guid.NewGuid(), recipient, "en", "Hello", "Text.", "<p>Text.</p>"), TestContext.Current.CancellationToken);
}
