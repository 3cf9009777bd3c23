using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

/// <summary>Deliveries over real sockets to an endpoint that misbehaves in every way.</summary>
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

    [Theory]
    [InlineData(429, "Retry-After: 3600")]
    [InlineData(503, "Retry-After: Mon, 06 May 2030 10:00:00 GMT")]
    public async Task R33_RetryAfter_IsHeeded(int status, string header)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(status, "", header);
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();

        await host.DeliverAsync();

        var row = Assert.Single(await host.MessagesAsync());
        Assert.Equal((DeliveryState.Delayed, $"webhook.status|{status}"), (row.State, row.Reason));
        Assert.InRange(row.DueAt - host.Clock.Now, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(73));
    }

    [Fact]
    public async Task R33_RetryAfterOfAYear_IsADay()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(429, "", "Retry-After: 31536000");
        await using var host = await HostAsync();
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        await host.HappenAsync();

        await host.DeliverAsync();

        Assert.InRange(Assert.Single(await host.MessagesAsync()).DueAt - host.Clock.Now, TimeSpan.FromHours(24), TimeSpan.FromHours(29));
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

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task N03_RedirectToInternal_IsNotFollowed(int status)
    {
        await using var inside = WebhookReceiver.Start();
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(status, "", "Location: " + inside.Url);
        await using var host = await HostAsync();
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        await host.HappenAsync();

        await host.DeliverAsync();

        Assert.Equal((DeliveryState.Delayed, $"webhook.redirect|{status}"), Assert.Single(await host.MessagesAsync()) is var row ? (row.State, row.Reason) : default);
        Assert.Empty(inside.Received);
        Assert.Single(receiver.Received);
    }

    [Fact]
    public async Task N05_AnswerOfAGigabyte_IsReadTo64KB()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => receiver.Huge(1L << 30);
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();
        var before = GC.GetTotalAllocatedBytes();

        await host.DeliverAsync();

        var row = Assert.Single(await host.MessagesAsync());
        Assert.Equal(DeliveryState.Sent, row.State);
        Assert.Equal("•••", (await host.DeliveryAsync(admin, endpoint.Id, row.Id)).Delivery.Answer);
        // The rest fills the buffers of the two sockets.
        Assert.InRange(receiver.Written, 0, 16 << 20);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200 << 20);
    }

    [Theory]
    [InlineData(false, DeliveryState.Delayed, "webhook.timeout")]
    [InlineData(true, DeliveryState.Sent, null)]
    public async Task N05_OneByteASecond_EndsAfterTheTimeLimit_AndOthersGoOn(bool afterStatus, DeliveryState state, string? reason)
    {
        await using var slow = WebhookReceiver.Start();
        slow.Answer = _ => WebhookReceiver.Drip(afterStatus);
        await using var quick = WebhookReceiver.Start();
        await using var host = await HostAsync(settings: ("Limits:WebhookTimeout", "00:00:03"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var held = await host.EndpointAsync(admin, slow.Url);
        await host.EndpointAsync(admin, quick.Url);
        for (var i = 0; i < 12; i++)
        {
            await host.HappenAsync();
        }

        var delivering = host.DeliverAsync();
        await quick.WaitForAsync(12);
        Assert.InRange(slow.Received.Count, 0, 8);
        await delivering;

        var rows = (await host.MessagesAsync()).Where(m => m.RecipientKey == WebhookEndpoint.KeyOf(held.Id)).ToList();
        Assert.All(rows, row => Assert.Equal((state, reason), (row.State, row.Reason)));
        Assert.InRange((await host.DeliveryAsync(admin, held.Id, rows[0].Id)).Delivery.Milliseconds!.Value, 2_900, 15_000);
    }

    [Theory]
    [InlineData("garbage", "webhook.broken")]
    [InlineData("hang up", "webhook.dropped")]
    [InlineData("500", "webhook.status|500")]
    [InlineData("404", "webhook.status|404")]
    [InlineData("headers", "webhook.broken")]
    public async Task Deliver_Misbehaviour_IsPutOffWithItsReason(string what, string reason)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => what switch
        {
            "garbage" => WebhookReceiver.Garbage(),
            "hang up" => WebhookReceiver.HangUp(),
            "headers" => WebhookReceiver.Status(200, "", [.. Enumerable.Range(0, 1_000).Select(i => $"X-{i}: {new string('x', 100)}")]),
            _ => WebhookReceiver.Status(int.Parse(what, null), "no"),
        };
        await using var host = await HostAsync();
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        await host.HappenAsync();

        await host.DeliverAsync();

        var row = Assert.Single(await host.MessagesAsync());
        Assert.Equal((DeliveryState.Delayed, 1, reason), (row.State, row.Attempts, row.Reason));
        Assert.InRange(row.DueAt - host.Clock.Now, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6));
        Assert.DoesNotContain("webhook.", DeliveryReasons.Text(row.Reason), StringComparison.Ordinal);
    }

    [Fact]
    public async Task R33_SilentEndpoint_KeepsNeitherMailNorOtherEndpointsWaiting()
    {
        await using var silent = WebhookReceiver.Start();
        silent.Answer = _ => WebhookReceiver.Silence();
        await using var quick = WebhookReceiver.Start();
        await using var host = await HostAsync(settings: ("Limits:WebhookTimeout", "00:00:20"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, silent.Url);
        for (var i = 0; i < 50; i++)
        {
            await host.HappenAsync();
        }

        await host.EndpointAsync(admin, quick.Url);
        await host.HappenAsync();
        await Invitations.InvitationCase.InviteAsync(host, admin, Role.Teacher, "mail@example.org");
        await host.StartAsync<OutboxWorker>();

        await quick.WaitForAsync(1);
        await Eventually.TrueAsync(async () =>
        {
            await using var db = host.Open();
            return await db.MailboxMessages.AnyAsync(m => m.Recipient == "mail@example.org", Ct);
        });
        Assert.InRange(silent.Received.Count, 0, 4);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task N07_RotationDuringTraffic_SignsTwiceForADay_AndNoneFails(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var old = await host.EndpointAsync(admin, receiver.Url);
        // A receiver that knows the old secret, and refuses what is not signed by it.
        receiver.Answer = r => WebhookReceiver.Status(r.IsSignedBy(old.Secret) ? 200 : 401);
        await host.HappenAsync();
        await host.DeliverAsync();
        var fresh = Good(await host.Get<WebhookService>().RotateAsync(admin.Actor, old.Id, new RotateWebhook(), Ct));
        Assert.Equal(host.Clock.Now.AddHours(24), fresh.OldSecretUntil);

        foreach (var hours in new[] { 0, 23 })
        {
            host.Clock.Advance(TimeSpan.FromHours(hours));
            await host.HappenAsync();
            await host.DeliverAsync();
        }

        Assert.Equal([1, 2, 2], receiver.Received.Select(r => r.Signatures.Length));
        Assert.All(receiver.Received.Skip(1), r => Assert.True(r.IsSignedBy(fresh.Secret) && r.IsSignedBy(old.Secret)));
        Assert.All(await host.MessagesAsync(), m => Assert.Equal((DeliveryState.Sent, 1), (m.State, m.Attempts)));

        host.Clock.Advance(TimeSpan.FromHours(1));
        receiver.Answer = _ => WebhookReceiver.Status(200);
        await host.HappenAsync();
        await host.DeliverAsync();
        var last = receiver.Received[^1];
        Assert.Equal((1, true, false), (last.Signatures.Length, last.IsSignedBy(fresh.Secret), last.IsSignedBy(old.Secret)));
    }

    [Fact]
    public async Task Rotate_WithoutKeepingTheOld_EndsItAtOnce()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var old = await host.EndpointAsync(admin, receiver.Url);
        var fresh = Good(await host.Get<WebhookService>().RotateAsync(admin.Actor, old.Id, new RotateWebhook(KeepOld: false), Ct));

        await host.HappenAsync();
        await host.DeliverAsync();

        var got = Assert.Single(receiver.Received);
        Assert.Equal((1, true), (got.Signatures.Length, got.IsSignedBy(fresh.Secret)));
        Assert.Null(fresh.OldSecretUntil);
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

    [Fact]
    public async Task Deliver_SecretThatCannotBeRead_WaitsForANewOne()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        await using (var db = host.Open())
        {
            var garbage = new byte[100];
            await db.WebhookEndpoints.ExecuteUpdateAsync(set => set.SetProperty(e => e.Secret, garbage), Ct);
        }

        await host.HappenAsync();
        await host.DeliverAsync();
        Assert.Equal((DeliveryState.Delayed, "webhook.secret"), Assert.Single(await host.MessagesAsync()) is var row ? (row.State, row.Reason) : default);

        var fresh = Good(await host.Get<WebhookService>().RotateAsync(admin.Actor, endpoint.Id, new RotateWebhook(KeepOld: false), Ct));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.DeliverAsync();
        Assert.True(Assert.Single(receiver.Received).IsSignedBy(fresh.Secret));
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
