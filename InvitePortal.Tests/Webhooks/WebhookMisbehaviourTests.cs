using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

/// <summary>Deliveries over real sockets to an endpoint that misbehaves in every way.</summary>
public sealed class WebhookMisbehaviourTests
{
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
}
