using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

public sealed class OutboxClaimsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Claim_ManyAtOnce_NoMessageIsClaimedTwice(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var first = ServiceHost.On(database, configure: s => Greetings.Use(s, new FakeChannel()));
        await using var second = ServiceHost.Beside(first, database, configure: s => Greetings.Use(s, new FakeChannel()));
        await first.EnqueueManyAsync(400);

        async Task<List<Guid>> ClaimAllAsync(OutboxClaims claims)
        {
            var ids = new List<Guid>();
            for (var empty = 0; empty < 3;)
            {
                var claimed = await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct);
                Assert.InRange(claimed.Count, 0, 20);
                ids.AddRange(claimed.Select(c => c.Message.Id));
                empty = claimed.Count is 0 ? empty + 1 : 0;
            }

            return ids;
        }

        var nodes = new[] { first, second }.SelectMany(h => Enumerable.Repeat(h.Get<OutboxClaims>(), 4));
        var claimed = (await Task.WhenAll(nodes.Select(n => Task.Run(() => ClaimAllAsync(n), Ct)))).SelectMany(ids => ids).ToList();

        Assert.Equal(400, claimed.Count);
        Assert.Equal(400, claimed.Distinct().Count());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R01_Sweep_LeaseRanOut_IsQueuedAgainAndFlagged_AndTheLateNodeChangesNothing(DatabaseProvider provider)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel(), provider);
        var (message, claims) = (await host.EnqueueAsync(), host.Get<OutboxClaims>());
        var late = Assert.Single(await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct));
        Assert.Equal((0, 0), await claims.SweepAsync(Ct));

        host.Clock.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(1));
        Assert.Equal((1, 0), await claims.SweepAsync(Ct));
        var other = Assert.Single(await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct));

        Assert.Equal(0, await claims.SentAsync([late], Ct));
        await claims.FailedTryAsync(late, "451 Later", false, null, false, Ct);
        await claims.ReleaseAsync([late], null, Ct);
        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Sending, other.Token, 0, true), (row.State, row.LeaseToken, row.Attempts, row.PossibleDuplicate));
        Assert.Empty(await host.AttemptsAsync(message.Id));
        Assert.Equal(1, await claims.SentAsync([other], Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R14_Renew_SlowSend_KeepsItsLease(DatabaseProvider provider)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel(), provider);
        await host.EnqueueAsync();
        var claims = host.Get<OutboxClaims>();
        var held = await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct);

        for (var i = 0; i < 3; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(90));
            await claims.RenewAsync(held, Ct);
        }

        host.Clock.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal((0, 0), await claims.SweepAsync(Ct));
        Assert.Equal(1, await claims.SentAsync(held, Ct));
    }

    [Fact]
    public async Task R14_Deliver_SlowSend_IsRenewedByItself()
    {
        var sending = new TaskCompletionSource<SendOutcome>();
        await using var host = await Greetings.HostAsync(
            new FakeChannel { Answer = (_, ct) => sending.Task.WaitAsync(ct) }, settings: new Dictionary<string, string?> { ["Limits:OutboxLease"] = "00:00:00.4" });
        var message = await host.EnqueueAsync();
        var delivering = host.DeliverAsync();
        OutboxMessage row;
        while ((row = await host.RowAsync(message.Id)).LeaseUntil is null)
        {
            await Task.Delay(10, Ct);
        }

        var first = row.LeaseUntil;
        host.Clock.Advance(TimeSpan.FromMilliseconds(300));
        while ((await host.RowAsync(message.Id)).LeaseUntil == first)
        {
            await Task.Delay(10, Ct);
        }

        sending.SetResult(SendOutcome.Sent.Value);
        await delivering;
        Assert.Equal((DeliveryState.Sent, false), ((await host.RowAsync(message.Id)).State, (await host.RowAsync(message.Id)).PossibleDuplicate));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task FailedTry_MayHaveArrived_IsFlagged(DatabaseProvider provider)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel(), provider);
        var (message, claims) = (await host.EnqueueAsync(), host.Get<OutboxClaims>());
        var held = Assert.Single(await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct));

        await claims.FailedTryAsync(held, DeliveryReasons.Dropped, final: false, retryAfter: null, mayHaveArrived: true, Ct);

        var row = await host.RowAsync(message.Id);
        Assert.Equal((DeliveryState.Delayed, true, null), (row.State, row.PossibleDuplicate, row.LeaseToken));
        Assert.NotNull(row.Body);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Withdraw_WaitingAndBeingSent_NeitherIsTriedAgain(DatabaseProvider provider)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel(), provider);
        var (subject, claims) = (Guid.NewGuid(), host.Get<OutboxClaims>());
        var sending = await host.EnqueueAsync(subject: subject);
        var held = Assert.Single(await claims.ClaimAsync(Channel.Email, Priority.Reminder, 20, Ct));
        var waiting = await host.EnqueueAsync(subject: subject);

        await using (var db = host.Open())
        {
            Assert.Equal(1, await Outbox.WithdrawAsync(db, subject, Ct));
        }

        await claims.FailedTryAsync(held, "451 Later", final: false, retryAfter: null, mayHaveArrived: false, Ct);
        await claims.SweepAsync(Ct);
        Assert.Equal((DeliveryState.Cancelled, null), ((await host.RowAsync(waiting.Id)).State, (await host.RowAsync(waiting.Id)).Body));
        Assert.Equal((DeliveryState.Failed, null), ((await host.RowAsync(sending.Id)).State, (await host.RowAsync(sending.Id)).Body));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Queries_Subject_TellItsDeliveryCountsAndRetry(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel, provider);
        var (subject, other) = (Guid.NewGuid(), Guid.NewGuid());
        var sent = await host.EnqueueAsync(subject: subject);
        await host.DeliverAsync();
        channel.Says(new SendOutcome.PassingFailure(DeliveryReasons.Timeout));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var delayed = await host.EnqueueAsync(subject: subject);
        await host.EnqueueAsync(subject: other);
        await host.DeliverAsync();
        await using var db = host.Open();

        var deliveries = await OutboxQueries.DeliveriesAsync(db, subject, Ct);
        Assert.Equal([(sent.Id, DeliveryState.Sent, false), (delayed.Id, DeliveryState.Delayed, true)], deliveries.Select(d => (d.Id, d.State, d.CanRetry)));
        Assert.Equal("The mail server did not answer in time.", deliveries[1].Why);
        Assert.Equal((DeliveryState.Delayed, "The mail server did not answer in time."), (deliveries[1].Tries[0].Outcome, deliveries[1].Tries[0].Why));
        var counts = await OutboxQueries.CountsAsync(db, db.OutboxMessages.Where(m => m.SubjectId == subject).Select(m => m.SubjectId!.Value), Ct);
        Assert.Equal(new Dictionary<DeliveryState, int> { [DeliveryState.Sent] = 1, [DeliveryState.Delayed] = 1 }, counts);

        channel.Says(SendOutcome.Sent.Value);
        Assert.False(await host.Get<Outbox>().RetryAsync(db, other, delayed.Id, Ct));
        Assert.False(await host.Get<Outbox>().RetryAsync(db, subject, sent.Id, Ct));
        Assert.True(await host.Get<Outbox>().RetryAsync(db, subject, delayed.Id, Ct));
        await host.DeliverAsync();
        Assert.Equal(DeliveryState.Sent, (await host.RowAsync(delayed.Id)).State);
    }
}
