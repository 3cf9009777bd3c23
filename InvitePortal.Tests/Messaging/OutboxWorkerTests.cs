using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

public sealed class OutboxWorkerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deliver_DueMessage_IsSentAndItsBodyErased(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        await using var host = await Greetings.HostAsync(sink, provider);
        var message = await host.EnqueueAsync(greeting: new Greeting("Анна", "Ждём!", "123456", "https://portal.example.org/join?token=abc"), language: "ru");
        Assert.DoesNotContain("123456"u8.ToArray(), message.Body!);

        await host.DeliverAsync();

        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Sent, 1, null, null), (row.State, row.Attempts, row.Body, row.Reason));
        Assert.Equal(host.Clock.Now, row.SentAt);
        Assert.False(row.PossibleDuplicate);
        var mail = await sink.WaitForMailAsync("ann@example.com");
        Assert.Equal("Hello Анна", mail.Subject);
        Assert.Equal($"<{message.Id:N}@example.org>", mail.MessageId);
        Assert.Equal("123456", mail.Code);
        Assert.Equal("https://portal.example.org/join?token=abc", mail.Link("token"));
        Assert.Contains("Language: ru", mail.Text, StringComparison.Ordinal);
        Assert.Empty(await host.AttemptsAsync(message.Id));
    }

    [Fact]
    public async Task Deliver_NotYetDue_Waits()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel);
        await host.EnqueueAsync(due: TimeSpan.FromHours(1));

        await host.DeliverAsync();
        Assert.Empty(channel.Sent);

        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.DeliverAsync();
        Assert.Single(channel.Sent);
    }

    [Fact]
    public async Task Deliver_Mixed_SendsCodesBeforeInvitationsBeforeReminders()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        foreach (var priority in new[] { Priority.Reminder, Priority.Invitation, Priority.Code, Priority.Reminder, Priority.Code })
        {
            await host.EnqueueAsync($"{priority}@example.com", priority);
        }

        await host.DeliverAsync();

        Assert.Equal(["Code", "Code", "Invitation", "Reminder", "Reminder"], channel.Sent.Select(m => m.Recipient.Split('@')[0]));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R16_Deliver_Greylisted_WaitsFiveMinutesAndArrivesOnce(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        sink.On("RCPT", SmtpReply.Of("451 4.7.1 Greylisted"), times: 1);
        await using var host = await Greetings.HostAsync(sink, provider);
        var message = await host.EnqueueAsync();
        var start = host.Clock.Now;

        await host.DeliverAsync();

        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Delayed, 1, "451 4.7.1 Greylisted"), (row.State, row.Attempts, row.Reason));
        Assert.InRange(row.DueAt - start, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(6));
        Assert.NotNull(row.Body);
        host.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await host.DeliverAsync();
        Assert.Empty(sink.Mails);

        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.DeliverAsync();

        Assert.Single(sink.Mails);
        Assert.Equal((DeliveryState.Sent, 2), ((await host.RowAsync(message.Id)).State, (await host.RowAsync(message.Id)).Attempts));
        Assert.Equal(DeliveryState.Delayed, Assert.Single(await host.AttemptsAsync(message.Id)).Outcome);
    }

    [Fact]
    public async Task Deliver_RefusedForGood_FailsAtOnceWithTheServersAnswer()
    {
        await using var sink = SmtpSink.Start();
        sink.On("RCPT", SmtpReply.Of("550 5.1.1 No such user"), containing: "nobody");
        await using var host = await Greetings.HostAsync(sink);
        var (wrong, right) = (await host.EnqueueAsync("nobody@example.com"), await host.EnqueueAsync());

        await host.DeliverAsync();

        var row = await host.RowAsync(wrong.Id);
        Assert.Equal((DeliveryState.Failed, "550 5.1.1 No such user", null), (row.State, row.Reason, row.Body));
        Assert.Equal(DeliveryState.Failed, Assert.Single(await host.AttemptsAsync(wrong.Id)).Outcome);
        Assert.Equal(DeliveryState.Sent, (await host.RowAsync(right.Id)).State);
    }

    [Fact]
    public async Task Deliver_AlwaysPassing_KeepsTheScheduleAndGivesUpWithin72Hours()
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.PassingFailure("451 Later"));
        await using var host = await Greetings.HostAsync(channel);
        var message = await host.EnqueueAsync();
        var (start, waits) = (host.Clock.Now, new List<double>());
        OutboxMessage row;
        while ((row = await host.RowAsync(message.Id)).State is not DeliveryState.Failed)
        {
            waits.Add((row.DueAt - host.Clock.Now).TotalMinutes);
            host.Clock.MoveTo(row.DueAt);
            await host.DeliverAsync();
        }

        double[] planned = [0, 1, 5, 15, 60, 180, 360, 720, 1440, 1440];
        Assert.All(waits.Zip(planned), pair => Assert.InRange(pair.First, pair.Second * 0.79, (pair.Second * 1.21) + 0.01));
        Assert.InRange(waits.Count, 9, 10);
        Assert.InRange(host.Clock.Now - start, TimeSpan.FromHours(36), TimeSpan.FromHours(72));
        Assert.Equal(("gave-up|451 Later", null), (row.Reason, row.Body));
        Assert.Equal("Given up after repeated tries. The last answer: 451 Later", DeliveryReasons.Text(row.Reason));
        Assert.Equal(row.Attempts, (await host.AttemptsAsync(message.Id)).Count);
    }

    [Fact]
    public async Task Deliver_PassingCode_IsTriedThreeTimesWithinThreeMinutes()
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.PassingFailure("smtp.dropped"));
        await using var host = await Greetings.HostAsync(channel);
        var message = await host.EnqueueAsync(priority: Priority.Code, expires: TimeSpan.FromMinutes(10));
        var start = host.Clock.Now;

        OutboxMessage row;
        while ((row = await host.RowAsync(message.Id)).State is not DeliveryState.Failed)
        {
            host.Clock.MoveTo(row.DueAt);
            await host.DeliverAsync();
        }

        Assert.Equal(3, row.Attempts);
        Assert.InRange(host.Clock.Now - start, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task R21_Deliver_ExpiredCode_IsNotSentAtAll()
    {
        await using var sink = SmtpSink.Start();
        sink.Close();
        await using var host = await Greetings.HostAsync(sink);
        var message = await host.EnqueueAsync(priority: Priority.Code, expires: TimeSpan.FromMinutes(10));
        await host.DeliverAsync();
        sink.Open();

        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await host.DeliverAsync();

        Assert.Empty(sink.Mails);
        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Failed, DeliveryReasons.Expired, null, 0), (row.State, row.Reason, row.Body, row.Attempts));
    }

    [Fact]
    public async Task R21_Deliver_ExpiresBetweenClaimAndSending_IsNotSent()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        channel.Answer = (_, _) =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(90));
            return Task.FromResult<SendOutcome>(SendOutcome.Sent.Value);
        };
        await host.EnqueueAsync("first@example.com", Priority.Code, expires: TimeSpan.FromMinutes(1));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await host.EnqueueAsync("second@example.com", Priority.Code, expires: TimeSpan.FromMinutes(1));

        await host.DeliverAsync();

        Assert.Equal("first@example.com", Assert.Single(channel.Sent).Recipient);
        Assert.Equal(DeliveryReasons.Expired, (await host.RowAsync(second.Id)).Reason);
    }

    [Fact]
    public async Task R14_Deliver_LeaseRanOutBeforeItsTurn_IsGivenBackAndSentOnce()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, settings: new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        var first = true;
        channel.Answer = (_, _) =>
        {
            host.Clock.Advance(first ? TimeSpan.FromMinutes(3) : TimeSpan.Zero);
            first = false;
            return Task.FromResult<SendOutcome>(SendOutcome.Sent.Value);
        };
        var messages = new List<OutboxMessage>();
        for (var i = 0; i < 5; i++)
        {
            messages.Add(await host.EnqueueAsync($"p{i}@example.com"));
        }

        await host.DeliverAsync();

        Assert.Equal(5, channel.Sent.Select(m => m.Recipient).Distinct().Count());
        Assert.Equal(5, channel.Sent.Count);
        foreach (var message in messages)
        {
            var row = await host.RowAsync(message.Id);
            Assert.Equal((DeliveryState.Sent, false), (row.State, row.PossibleDuplicate));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R19_Deliver_BrokenMessagesAtTheHead_FailAloneAfterThreeTries(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, provider);
        var broken = new List<Guid>();
        for (var i = 0; i < 30; i++)
        {
            broken.Add((await host.EnqueueAsync(greeting: new Greeting("broken"), priority: Priority.Code)).Id);
        }

        var good = await host.EnqueueAsync(priority: Priority.Reminder);
        await host.DeliverAsync();
        Assert.Equal(DeliveryState.Sent, (await host.RowAsync(good.Id)).State);

        for (var i = 0; i < 3; i++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(10));
            await host.DeliverAsync();
        }

        var row = await host.RowAsync(broken[0]);
        Assert.Equal((DeliveryState.Failed, 3, DeliveryReasons.Render, null), (row.State, row.Attempts, row.Reason, row.Body));
        await using var db = host.Open();
        Assert.Equal(30, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Failed, Ct));
    }

    [Fact]
    public async Task Deliver_KeyLost_FailsWithThatReason()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel);
        var message = await host.EnqueueAsync();
        await using (var db = host.Open())
        {
            var garbage = new byte[100];
            await db.OutboxMessages.ExecuteUpdateAsync(set => set.SetProperty(m => m.Body, garbage), Ct);
        }

        for (var i = 0; i < 3; i++)
        {
            await host.DeliverAsync();
            host.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Failed, DeliveryReasons.Unreadable), (row.State, row.Reason));
        Assert.Contains("key", DeliveryReasons.Text(row.Reason), StringComparison.Ordinal);
        Assert.Empty(channel.Sent);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R13_Deliver_ServerDownAndBack_LosesNoTryAndSendsTheOldestFirst(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        sink.Close();
        await using var host = await Greetings.HostAsync(sink, provider, new Dictionary<string, string?> { ["Limits:OutboxParallel"] = "1" });
        var messages = new List<Guid>();
        for (var i = 0; i < 30; i++)
        {
            messages.Add((await host.EnqueueAsync($"p{i}@example.com")).Id);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var minute = 0; minute < 16; minute++)
        {
            await host.DeliverAsync();
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        foreach (var id in messages)
        {
            var row = await host.RowAsync(id);
            Assert.Equal((DeliveryState.Queued, 0), (row.State, row.Attempts));
            Assert.StartsWith("smtp.unreachable|", row.Reason, StringComparison.Ordinal);
        }

        Assert.Contains(Channel.Email, host.Get<ChannelStates>().Troubled(TimeSpan.FromMinutes(15)).Keys);
        Assert.Single(host.Logs.Lines, l => l.Level is LogLevel.Error);
        sink.Open();
        await host.DeliverAsync();

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"p{i}@example.com"), sink.Mails.Select(m => m.Recipient));
        Assert.Empty(host.Get<ChannelStates>().Troubled(TimeSpan.Zero));
        Assert.Null((await host.RowAsync(messages[29])).Reason);
    }

    [Fact]
    public async Task R18_Deliver_WrongPassword_PausesTheChannelWithoutBurningTries()
    {
        await using var sink = SmtpSink.Start(user: "portal", password: "right");
        await using var host = await Greetings.HostAsync(sink, settings: new Dictionary<string, string?> { ["Smtp:Password"] = "wrong" });
        await host.EnqueueManyAsync(50);

        await host.DeliverAsync();
        await host.DeliverAsync();
        var tries = sink.Sessions.Count(s => s.Lines.Any(l => l.StartsWith("C: AUTH", StringComparison.Ordinal)));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await host.DeliverAsync();

        // As many as there are lanes, then one a time.
        Assert.InRange(tries, 1, 4);
        Assert.Equal(tries + 1, sink.Sessions.Count);
        Assert.Single(host.Logs.Lines, l => l.Level is LogLevel.Error && l.Message.Contains("paused", StringComparison.Ordinal));
        await using var db = host.Open();
        Assert.Equal(50, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Queued && m.Attempts == 0 && m.Reason!.StartsWith("smtp.sign-in"), Ct));
        Assert.DoesNotContain("wrong", host.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_OneChannelHangs_TheOtherGoesOn()
    {
        var blocked = new TaskCompletionSource<SendOutcome>();
        var (mail, slack) = (new FakeChannel { Answer = (_, ct) => blocked.Task.WaitAsync(ct) }, new FakeChannel { Channel = Channel.Slack });
        await using var host = await ServiceHost.CreateAsync(configure: services => Greetings.Use(services, mail, slack));
        for (var i = 0; i < 30; i++)
        {
            await host.EnqueueAsync();
            await host.EnqueueAsync(channel: Channel.Slack);
        }

        var delivering = host.DeliverAsync();
        while (slack.Sent.Count < 30)
        {
            await Task.Delay(10, Ct);
        }

        Assert.Empty(mail.Sent);
        Assert.All(slack.Sent, m => Assert.Null(m.Html));
        blocked.SetResult(SendOutcome.Sent.Value);
        await delivering;
        Assert.Equal(30, mail.Sent.Count);
    }

    [Fact]
    public async Task Deliver_NoServerOutsideDevelopment_WaitsAndSaysWhy()
    {
        await using var host = await ServiceHost.CreateAsync(configure: services => services.AddSingleton<IMessageTemplate, GreetingMessage>());
        var message = await host.EnqueueAsync();

        await host.DeliverAsync();
        await host.DeliverAsync();

        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Queued, DeliveryReasons.NoServer), (row.State, row.Reason));
        Assert.Single(host.Logs.Lines, l => l.Level is LogLevel.Warning && l.Message.Contains("Smtp:Host", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_DevelopmentWithoutServer_GoesToTheMailboxOnce()
    {
        await using var host = await ServiceHost.CreateAsync(
            environment: "Development", configure: services => services.AddSingleton<IMessageTemplate, GreetingMessage>());
        await host.EnqueueAsync("Ann@Example.com", greeting: new Greeting("Ann", Code: "654321"));

        await host.DeliverAsync();

        var mail = Assert.Single((await host.Get<MailboxQueries>().ListAsync("ann@EXAMPLE", 1, Ct)).Items);
        Assert.Contains("654321", (await host.Get<MailboxQueries>().FindAsync(mail.Id, Ct))!.Text, StringComparison.Ordinal);
        Assert.Empty((await host.Get<MailboxQueries>().ListAsync("bob", 1, Ct)).Items);
    }

    [Fact]
    public async Task Deliver_UnexpectedException_IsPassing()
    {
        var channel = new FakeChannel { Answer = (_, _) => throw new InvalidOperationException("Bug.") };
        await using var host = await Greetings.HostAsync(channel);
        var message = await host.EnqueueAsync();

        await host.DeliverAsync();

        Assert.Equal((DeliveryState.Delayed, DeliveryReasons.Unexpected), ((await host.RowAsync(message.Id)).State, (await host.RowAsync(message.Id)).Reason));
    }
}
