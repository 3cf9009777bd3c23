using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

/// <summary>Who runs the outbox: retries, pauses, and the list.</summary>
public sealed class OutboxServiceTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RetryAsync_Delayed_GoesOutAtOnceAndIsAudited(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.PassingFailure("451 Later", TimeSpan.FromHours(1)));
        await using var host = await Greetings.HostAsync(channel, provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        var message = await host.EnqueueAsync();
        await host.DeliverAsync();
        channel.Says(SendOutcome.Sent.Value);
        await host.DeliverAsync();
        Assert.Empty(channel.Sent);

        Assert.True((await host.Get<OutboxService>().RetryAsync(staff.Actor, message.Id, Ct)).Succeeded);
        await host.DeliverAsync();

        Assert.Single(channel.Sent);
        Assert.Equal("outbox.not_delayed", (await host.Get<OutboxService>().RetryAsync(staff.Actor, message.Id, Ct)).Error?.Code);
        Assert.Equal("outbox.not_found", (await host.Get<OutboxService>().RetryAsync(staff.Actor, Guid.NewGuid(), Ct)).Error?.Code);
        await using var db = host.Open();
        var entry = await db.AuditEntries.SingleAsync(e => e.Action == "outbox.retried", Ct);
        Assert.Equal((staff.Id, message.Id), (entry.ActorId, entry.SubjectId));
    }

    [Fact]
    public async Task RetryAsync_GivenUp_IsErasedAndSaysSo()
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.FinalFailure("550 No such user"));
        await using var host = await Greetings.HostAsync(channel);
        var staff = await host.AddPersonAsync(Role.Staff);
        var message = await host.EnqueueAsync();
        await host.DeliverAsync();

        Assert.Equal("outbox.erased", (await host.Get<OutboxService>().RetryAsync(staff.Actor, message.Id, Ct)).Error?.Code);
        Assert.Equal(DeliveryState.Failed, (await host.RowAsync(message.Id)).State);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RetryAllAsync_Filter_RetriesWhatMatchesAndCountsTheErased(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        channel.Answer = (m, _) => Task.FromResult<SendOutcome>(m.Recipient.StartsWith("gone", StringComparison.Ordinal)
            ? new SendOutcome.FinalFailure("550 No") : new SendOutcome.PassingFailure("451 Later", TimeSpan.FromHours(2)));
        await using var host = await Greetings.HostAsync(channel, provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        foreach (var recipient in new[] { "one@Riga.example", "two@riga.example", "three@tartu.example", "gone@riga.example" })
        {
            await host.EnqueueAsync(recipient);
        }

        await host.DeliverAsync();
        channel.Says(SendOutcome.Sent.Value);
        var report = await host.Get<OutboxService>().RetryAllAsync(admin.Actor, new OutboxFilter { Recipient = "RIGA", Kind = "greeting", Channels = [Channel.Email] }, Ct);
        await host.DeliverAsync();

        Assert.Equal(new RetryReport(2, 1), report.Value);
        Assert.Equal(["one@Riga.example", "two@riga.example"], channel.Sent.Select(m => m.Recipient).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task PauseAsync_OneNode_StopsTheChannelOnAll_AndResumeDeliversWhatWaited(DatabaseProvider provider)
    {
        var (mail, slack) = (new FakeChannel(), new FakeChannel { Channel = Channel.Slack });
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = ServiceHost.On(database, configure: services => Greetings.Use(services, mail, slack));
        await using var other = ServiceHost.Beside(host, database, configure: services => Greetings.Use(services, mail, slack));
        var staff = await host.AddPersonAsync(Role.Staff, name: "Olga");

        Assert.True((await other.Get<OutboxService>().PauseAsync(staff.Actor, Channel.Email, Ct)).Succeeded);
        Assert.True((await other.Get<OutboxService>().PauseAsync(staff.Actor, Channel.Email, Ct)).Succeeded);
        var message = await host.EnqueueAsync();
        await host.EnqueueAsync("U024BE7LH", channel: Channel.Slack);
        await host.DeliverAsync();

        Assert.Empty(mail.Sent);
        Assert.Single(slack.Sent);
        Assert.Equal((DeliveryState.Queued, DeliveryReasons.Paused, 0), ((await host.RowAsync(message.Id)).State, (await host.RowAsync(message.Id)).Reason, (await host.RowAsync(message.Id)).Attempts));
        var pause = host.Get<ChannelStates>().Troubled(TimeSpan.FromMinutes(15))[Channel.Email];
        Assert.Equal((ChannelHalt.Paused, "Olga"), (pause.Halt, pause.By));

        Assert.True((await host.Get<OutboxService>().ResumeAsync(staff.Actor, Channel.Email, Ct)).Succeeded);
        await host.DeliverAsync();
        Assert.Single(mail.Sent);
        Assert.Empty(host.Get<ChannelStates>().Troubled(TimeSpan.Zero));
        await using var db = host.Open();
        Assert.Equal(["channel.paused", "channel.resumed"], await db.AuditEntries.Where(e => e.Action.StartsWith("channel.")).OrderBy(e => e.Action).Select(e => e.Action).ToListAsync(Ct));
    }

    [Fact]
    public async Task Worker_PausedWhileRunning_FollowsWithinTwoSecondsOnAnotherNode()
    {
        var mail = new FakeChannel();
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = ServiceHost.On(database, configure: services => Greetings.Use(services, mail));
        await using var other = ServiceHost.Beside(host, database, configure: services => Greetings.Use(services, mail));
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.StartAsync<OutboxWorker>();

        await other.Get<OutboxService>().PauseAsync(staff.Actor, Channel.Email, Ct);

        await Eventually.TrueAsync(() => Task.FromResult(host.Get<ChannelStates>().Of(Channel.Email)?.Halt is ChannelHalt.Paused), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(Role.Agency)]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Business)]
    public async Task EveryCommand_OtherRole_IsForbidden(Role role)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel());
        var person = await host.AddPersonAsync(role);
        var message = await host.EnqueueAsync();

        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxService>().RetryAsync(person.Actor, message.Id, Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxService>().RetryAllAsync(person.Actor, new OutboxFilter(), Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxService>().PauseAsync(person.Actor, Channel.Email, Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxService>().ResumeAsync(person.Actor, Channel.Email, Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxListQueries>().ListAsync(person.Actor, new OutboxFilter(), new PageRequest(), Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxListQueries>().ChannelsAsync(person.Actor, Ct)).Error?.Code);
        Assert.Equal("outbox.not_allowed", (await host.Get<OutboxListQueries>().DaysAsync(person.Actor, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Empty(await db.ChannelSwitches.ToListAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_FiltersAndPages_ByKey(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        for (var i = 0; i < 7; i++)
        {
            await host.EnqueueAsync($"p{i}@example.com");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        channel.Answer = (m, _) => Task.FromResult<SendOutcome>(m.Recipient is "p3@example.com" ? new SendOutcome.PassingFailure("451 Later", TimeSpan.FromHours(2)) : SendOutcome.Sent.Value);
        await host.DeliverAsync();
        await host.EnqueueAsync("late@example.com", due: TimeSpan.FromDays(1));
        var list = host.Get<OutboxListQueries>();

        var first = (await list.ListAsync(staff.Actor, new OutboxFilter(), new PageRequest(PageSize: 3), Ct)).Value!;
        var second = (await list.ListAsync(staff.Actor, new OutboxFilter(), new PageRequest(PageSize: 3, Cursor: first.Next), Ct)).Value!;
        Assert.Equal((8, "late@example.com"), (first.Total, first.Items[0].Recipient));
        Assert.Equal(["p4@example.com", "p3@example.com", "p2@example.com"], second.Items.Select(r => r.Recipient));
        Assert.Equal((DeliveryState.Delayed, true, "451 Later", 1), (second.Items[1].State, second.Items[1].CanRetry, second.Items[1].Reason, second.Items[1].Attempts));
        Assert.Equal("p0@example.com", (await list.ListAsync(staff.Actor, new OutboxFilter(), new PageRequest(Sort: "createdAt"), Ct)).Value!.Items[0].Recipient);
        Assert.Equal("p3@example.com", Assert.Single((await list.ListAsync(staff.Actor, new OutboxFilter { States = [DeliveryState.Delayed] }, new PageRequest(), Ct)).Value!.Items).Recipient);
        Assert.Equal(1, (await list.ListAsync(staff.Actor, new OutboxFilter { Recipient = "P5@EXAMPLE" }, new PageRequest(), Ct)).Value!.Total);
        Assert.Equal(0, (await list.ListAsync(staff.Actor, new OutboxFilter { Recipient = "100%_" }, new PageRequest(), Ct)).Value!.Total);
        Assert.Equal(0, (await list.ListAsync(staff.Actor, new OutboxFilter { Kind = "other" }, new PageRequest(), Ct)).Value!.Total);
        Assert.Equal("outbox.unknown_sort", (await list.ListAsync(staff.Actor, new OutboxFilter(), new PageRequest(Sort: "body"), Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ChannelsAndDays_CountWhatEnded_DayByDay(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.EnqueueManyAsync(3);
        await host.DeliverAsync();
        host.Clock.Advance(TimeSpan.FromDays(2));
        channel.Says(new SendOutcome.FinalFailure("550 No"));
        await host.EnqueueAsync();
        await host.DeliverAsync();
        channel.Says(new SendOutcome.PassingFailure("451 Later"));
        await host.EnqueueAsync();
        await host.DeliverAsync();
        await host.EnqueueAsync(due: TimeSpan.FromDays(1));
        await host.EnqueueAsync(due: TimeSpan.FromDays(-1), expires: TimeSpan.FromDays(-1));
        await host.DeliverAsync();

        var now = (await host.Services.OpenSessionAsync(staff.Id)).Actor;
        var days = (await host.Get<OutboxListQueries>().DaysAsync(now, Ct)).Value!;
        Assert.Equal(
            [new OutboxDay(new DateOnly(2030, 5, 6), Channel.Email, 3, 0), new OutboxDay(new DateOnly(2030, 5, 8), Channel.Email, 0, 2)],
            days);
        Assert.Equal(new ChannelStanding(Channel.Email, true, null, 1, 1, 3, 2), Assert.Single((await host.Get<OutboxListQueries>().ChannelsAsync(now, Ct)).Value!));
        host.Clock.Advance(TimeSpan.FromDays(28));
        var later = await host.Services.OpenSessionAsync(staff.Id);
        Assert.Equal(new DateOnly(2030, 5, 8), Assert.Single((await host.Get<OutboxListQueries>().DaysAsync(later.Actor, Ct)).Value!).Day);
    }

    [Fact]
    public void K07_Row_HoldsNothingOfTheContent() =>
        Assert.DoesNotContain(typeof(OutboxRow).GetProperties(), p => p.Name is "Body" or "Subject" or "Text" or "Html" || p.PropertyType == typeof(byte[]));
}
