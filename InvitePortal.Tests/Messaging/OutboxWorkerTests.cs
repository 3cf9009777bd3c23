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
}
