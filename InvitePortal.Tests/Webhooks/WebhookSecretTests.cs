using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

/// <summary>Secrets that change while deliveries go on.</summary>
public sealed class WebhookSecretTests
{
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
}
