using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

/// <summary>What is tried again and when, what is given up, and what is not sent at all.</summary>
public sealed class OutboxRetryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

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
