using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

/// <summary>Deliveries over real sockets: what arrives, what is tried again, and what is sent once more by hand.</summary>
public sealed class WebhookDeliveryTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deliver_Event_ArrivesOnceSignedAndIsLogged(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(202, "thanks, ann@example.com\r\n your key is sk_live_1234567890abcdefghij");
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        var id = await host.HappenAsync(name: "Анна");

        await host.DeliverAsync();
        await host.DeliverAsync();

        var got = Assert.Single(receiver.Received);
        Assert.True(got.IsSignedBy(endpoint.Secret));
        Assert.False(got.IsSignedBy(WebhookSignature.SecretOf(WebhookSignature.NewKey())));
        Assert.Equal("application/json; charset=utf-8", got.Headers["Content-Type"]);
        Assert.Equal(host.Clock.Now.ToUnixTimeSeconds(), got.Timestamp);
        Assert.Equal(("user.updated", id), (got.Type, got.Data.GetProperty("id").GetGuid()));
        Assert.Equal(host.Clock.Now, got.Json.GetProperty("timestamp").GetDateTimeOffset());
        Assert.Contains("Анна", got.Text, StringComparison.Ordinal);
        var message = Assert.Single(await host.MessagesAsync());
        Assert.Equal(WebhookSignature.IdOf(message.Id), got.Id);
        Assert.Equal((DeliveryState.Sent, 1, "127.0.0.1", null), (message.State, message.Attempts, message.Recipient, message.SubjectId));
        // K07: the log shows neither people nor what may be a key.
        var details = await host.DeliveryAsync(admin, endpoint.Id, message.Id);
        Assert.Equal((202, 1, null), (details.Delivery.Status, details.Delivery.Tries, details.Delivery.Why));
        Assert.Equal("thanks, a•••@e•••.com your key is •••", details.Delivery.Answer);
        Assert.Contains("\"name\": \"А•••\"", details.Payload, StringComparison.Ordinal);
        Assert.DoesNotContain("Анна"u8.ToArray(), message.Body!);
    }

    [Fact]
    public async Task Deliver_OnlyWhatTheEndpointChose_ToEachThatChoseIt()
    {
        await using var one = WebhookReceiver.Start();
        await using var other = WebhookReceiver.Start();
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, one.Url, WebhookEvent.UserUpdated, WebhookEvent.CodeUsed);
        await host.EndpointAsync(admin, other.Url, WebhookEvent.CodeUsed);

        await host.HappenAsync(WebhookEvent.UserUpdated);
        await host.HappenAsync(WebhookEvent.CodeUsed);
        await host.HappenAsync(WebhookEvent.LinkUsed);
        await host.DeliverAsync();

        Assert.Equal(["code.used", "user.updated"], one.Received.Select(r => r.Type).Order());
        Assert.Equal(["code.used"], other.Received.Select(r => r.Type));
        Assert.Equal(3, (await host.MessagesAsync()).Select(m => m.Id).Distinct().Count());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R33_EndpointDownForThreeDays_KeepsTheScheduleThenGivesUp_AndCanBeReplayed(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await receiver.CloseAsync();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();
        var (start, waits) = (host.Clock.Now, new List<double>());

        await host.DeliverAsync();
        OutboxMessage row;
        while ((row = Assert.Single(await host.MessagesAsync())).State is DeliveryState.Delayed)
        {
            waits.Add((row.DueAt - host.Clock.Now).TotalSeconds);
            host.Clock.MoveTo(row.DueAt);
            await host.DeliverAsync();
        }

        double[] planned = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        Assert.Equal(planned.Length, waits.Count);
        Assert.All(waits.Zip(planned), pair => Assert.InRange(pair.First, pair.Second * 0.79, pair.Second * 1.21));
        Assert.InRange(host.Clock.Now - start, TimeSpan.FromHours(60), TimeSpan.FromHours(91));
        Assert.Equal((DeliveryState.Failed, 10), (row.State, row.Attempts));
        Assert.StartsWith("gave-up|webhook.unreachable|", row.Reason, StringComparison.Ordinal);
        admin = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        var details = await host.DeliveryAsync(admin, endpoint.Id, row.Id);
        Assert.Equal((10, 10, (int?)null), (details.Tries.Count, details.Delivery.Tries, details.Delivery.Status));
        Assert.Equal((WebhookState.Failing, 1, 0), await StandAsync(host, admin, endpoint.Id));
        Assert.Equal(endpoint.Id, Assert.Single(await host.Get<WebhookQueries>().TroubledAsync(admin.Actor, Ct)).Id);

        receiver.Open();
        Assert.Equal(1, Good(await host.Get<WebhookDeliveryService>().ReplayFailedAsync(admin.Actor, endpoint.Id, new ReplayWebhook(start), Ct)).Count);
        await host.DeliverAsync();

        Assert.Equal(WebhookSignature.IdOf(row.Id), Assert.Single(receiver.Received).Id);
        Assert.Equal((WebhookState.On, 0, 0), await StandAsync(host, admin, endpoint.Id));
        Assert.Empty(await host.Get<WebhookQueries>().TroubledAsync(admin.Actor, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R33_410_SwitchesTheEndpointOff_AndTellsAdmins(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = r => WebhookReceiver.Status(r.Text.Contains("last", StringComparison.Ordinal) ? 410 : 500);
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync(name: "first");
        await host.DeliverAsync();
        await host.HappenAsync(name: "last");
        await host.DeliverAsync();

        Assert.Equal([DeliveryState.Failed, DeliveryState.Cancelled], (await host.MessagesAsync()).Select(m => m.State).Order());
        Assert.Equal((WebhookState.Stopped, 2, 0), await StandAsync(host, admin, endpoint.Id));
        Assert.Equal(WebhookState.Stopped, Assert.Single(await host.Get<WebhookQueries>().TroubledAsync(admin.Actor, Ct)).State);
        await host.HappenAsync(name: "nobody hears it");
        Assert.Equal(2, (await host.MessagesAsync()).Count);
        Assert.Equal("webhook.off", (await host.Get<WebhookDeliveryService>().ReplayFailedAsync(admin.Actor, endpoint.Id, new ReplayWebhook(), Ct)).Error?.Code);

        // Switched on again, nothing is lost.
        receiver.Answer = _ => WebhookReceiver.Status(200);
        var row = await host.EndpointRowAsync(admin, endpoint.Id);
        Good(await host.Get<WebhookService>().UpdateAsync(admin.Actor, endpoint.Id, new UpdateWebhook(row.Version, row.Url, row.Events, null, IsOn: true), Ct));
        Assert.Equal(2, Good(await host.Get<WebhookDeliveryService>().ReplayFailedAsync(admin.Actor, endpoint.Id, new ReplayWebhook(), Ct)).Count);
        await host.DeliverAsync();
        Assert.Equal((WebhookState.On, 0, 0), await StandAsync(host, admin, endpoint.Id));
        Assert.Empty(await host.Get<WebhookQueries>().TroubledAsync(admin.Actor, Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Replay_OneThatArrived_IsTheSameMessageUnderANewTimeAndSignature(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();
        await host.DeliverAsync();
        var message = Assert.Single(await host.MessagesAsync());
        var service = host.Get<WebhookDeliveryService>();

        host.Clock.Advance(TimeSpan.FromHours(1));
        Good(await service.ReplayAsync(admin.Actor, endpoint.Id, message.Id, Ct));
        Assert.Equal("webhook.under_way", (await service.ReplayAsync(admin.Actor, endpoint.Id, message.Id, Ct)).Error?.Code);
        await host.DeliverAsync();

        var (first, second) = (receiver.Received[0], receiver.Received[1]);
        Assert.Equal((first.Id, first.Text), (second.Id, second.Text));
        Assert.Equal(3_600, second.Timestamp - first.Timestamp);
        Assert.True(second.IsSignedBy(endpoint.Secret));
        Assert.NotEqual(first.Signatures, second.Signatures);
        Assert.Equal(2, (await host.DeliveryAsync(admin, endpoint.Id, message.Id)).Tries.Count);
        Assert.Equal("webhook.delivery_not_found", (await service.ReplayAsync(admin.Actor, endpoint.Id, Guid.NewGuid(), Ct)).Error?.Code);
        Assert.Equal("webhook.not_found", (await service.ReplayAsync(admin.Actor, Guid.NewGuid(), message.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Test_GivesTheRealAnswer_AndIsLogged(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = r => WebhookReceiver.Status(r.Type == "webhook.test" ? 418 : 200, "I am a teapot");
        await using var host = await HostAsync(provider, ("Limits:WebhookTestsPerHour", "2"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        var service = host.Get<WebhookDeliveryService>();

        var said = Good(await service.TestAsync(admin.Actor, endpoint.Id, Ct));

        Assert.Equal((false, 418, "I am a teapot", "The endpoint answered 418."), (said.Arrived, said.Status, said.Answer, said.Why));
        Assert.True(Assert.Single(receiver.Received).IsSignedBy(endpoint.Secret));
        var row = Assert.Single(Good(await host.Get<WebhookQueries>().DeliveriesAsync(admin.Actor, endpoint.Id, [], new PageRequest(), Ct)).Items);
        Assert.Equal(("webhook.test", DeliveryState.Failed, 418, 1), (row.Event, row.State, row.Status, row.Tries));
        receiver.Answer = _ => WebhookReceiver.Status(200, "fine");
        Assert.True(Good(await service.TestAsync(admin.Actor, endpoint.Id, Ct)).Arrived);
        Assert.Equal("webhook.test_limit", (await service.TestAsync(admin.Actor, endpoint.Id, Ct)).Error?.Code);
        // A failed test is not tried again by itself.
        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.DeliverAsync();
        Assert.Equal(2, receiver.Received.Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Clean_RemovesWhatEndedLongAgo_AndKeepsTheRest(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        await host.HappenAsync();
        await host.DeliverAsync();
        await host.HappenAsync(name: "waits");
        host.Clock.Advance(TimeSpan.FromDays(31));
        await host.HappenAsync(name: "new");

        await host.Services.GetServices<IHostedService>().OfType<WebhookWorker>().Single().CleanAsync(Ct);

        Assert.Equal([DeliveryState.Queued, DeliveryState.Queued], (await host.MessagesAsync()).Select(m => m.State));
        await using var db = host.Open();
        Assert.Equal(0, await db.WebhookTries.CountAsync(Ct));
    }

    [Fact]
    public async Task TwoNodes_DeliverEachOnce_AndHearOfANewEndpointWithinSeconds()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var receiver = WebhookReceiver.Start();
        await using var one = ServiceHost.On(database, Loopback(("Demo:Enabled", "false")), environment: "Development");
        await using var two = ServiceHost.On(database, Loopback(("Demo:Enabled", "false")), clock: one.Clock, environment: "Development");
        await two.HappenAsync(name: "before anybody listens");
        await two.StartAsync<WebhookWorker>();
        await one.EndpointAsync(await one.AddPersonAsync(Role.SuperAdmin), receiver.Url);

        await Eventually.TrueAsync(async () =>
        {
            await two.HappenAsync();
            return (await two.MessagesAsync()).Count > 0;
        });
        for (var i = 0; i < 30; i++)
        {
            await one.HappenAsync();
        }

        await Task.WhenAll(one.DeliverAsync(), two.DeliverAsync());

        var messages = await one.MessagesAsync();
        Assert.All(messages, m => Assert.Equal((DeliveryState.Sent, 1), (m.State, m.Attempts)));
        Assert.Equal(messages.Select(m => WebhookSignature.IdOf(m.Id)).Order(), receiver.Received.Select(r => r.Id).Order());
    }

    private static async Task<(WebhookState State, int Failed, int Waiting)> StandAsync(ServiceHost host, TestPerson admin, Guid id)
    {
        var row = await host.EndpointRowAsync(admin, id);
        return (row.State, row.Failed, row.Waiting);
    }
}
