using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

public sealed class WebhookServiceTests
{
    private const string Url = "http://127.0.0.1:9/hook?key=of-the-receiver";

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Create_SecretIsShownOnce_AndStoredProtected(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var made = Good(await host.Get<WebhookService>().CreateAsync(
            admin.Actor, new CreateWebhook(" " + Url, [WebhookEvent.UserDeleted, WebhookEvent.InvitationAccepted], "  Our CRM "), Ct));

        Assert.Equal(32, WebhookSignature.KeyOf(made.Secret)!.Length);
        var row = Assert.Single(Good(await host.Get<WebhookQueries>().ListAsync(admin.Actor, Ct)));
        Assert.Equal((made.Id, Url, "Our CRM", WebhookState.On, 1), (row.Id, row.Url, row.Description, row.State, row.Version));
        Assert.Equal([WebhookEvent.InvitationAccepted, WebhookEvent.UserDeleted], row.Events);
        await using var db = host.Open();
        var stored = await db.WebhookEndpoints.AsNoTracking().SingleAsync(Ct);
        Assert.Equal(-1, stored.Secret.AsSpan().IndexOf(WebhookSignature.KeyOf(made.Secret)));
        Assert.DoesNotContain(made.Secret, Encoding.UTF8.GetString(stored.Secret), StringComparison.Ordinal);
        // Neither the secret nor the receiver's own key is in the audit log or in any other.
        var audit = await db.AuditEntries.SingleAsync(e => e.Action == "webhook.created", Ct);
        Assert.Equal(made.Id, audit.SubjectId);
        Assert.Contains("invitation.accepted", audit.After, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec", audit.After, StringComparison.Ordinal);
        Assert.DoesNotContain("of-the-receiver", audit.After, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Secret[6..], host.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("of-the-receiver", host.Logs.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Update_ChangesWhatWasSeen_AndNothingOlder(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, Url, WebhookEvent.CodeUsed);
        var service = host.Get<WebhookService>();

        Good(await service.UpdateAsync(admin.Actor, endpoint.Id, new UpdateWebhook(1, Url + "2", [WebhookEvent.LinkUsed], "New", true), Ct));

        Assert.Equal("webhook.changed_meanwhile", (await service.UpdateAsync(admin.Actor, endpoint.Id, new UpdateWebhook(1, Url, [WebhookEvent.CodeUsed], null, true), Ct)).Error?.Code);
        Assert.Equal("webhook.not_found", (await service.UpdateAsync(admin.Actor, Guid.NewGuid(), new UpdateWebhook(1, Url, [WebhookEvent.CodeUsed], null, true), Ct)).Error?.Code);
        var row = await host.EndpointRowAsync(admin, endpoint.Id);
        Assert.Equal((Url + "2", "New", 2, WebhookEvent.LinkUsed), (row.Url, row.Description, row.Version, Assert.Single(row.Events)));
        await host.HappenAsync(WebhookEvent.CodeUsed);
        Assert.Empty(await host.MessagesAsync());
        await host.HappenAsync(WebhookEvent.LinkUsed);
        Assert.Single(await host.MessagesAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SwitchOff_WithdrawsWhatWaits_AndNothingNewIsWritten(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, Url);
        await host.HappenAsync();

        Good(await host.Get<WebhookService>().UpdateAsync(admin.Actor, endpoint.Id, new UpdateWebhook(1, Url, AllEvents, null, IsOn: false), Ct));
        await host.HappenAsync();

        var message = Assert.Single(await host.MessagesAsync());
        Assert.Equal((DeliveryState.Cancelled, "webhook.switched-off"), (message.State, message.Reason));
        Assert.NotNull(message.Body);
        var row = await host.EndpointRowAsync(admin, endpoint.Id);
        Assert.Equal((WebhookState.Off, 1, 0), (row.State, row.Failed, row.Waiting));
        Assert.Equal("webhook.off", (await host.Get<WebhookDeliveryService>().ReplayAsync(admin.Actor, endpoint.Id, message.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Delete_TakesLogAndWaitingWithIt(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var endpoint = await host.EndpointAsync(admin, receiver.Url);
        var other = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();
        await host.DeliverAsync();
        await host.HappenAsync();

        Good(await host.Get<WebhookService>().DeleteAsync(admin.Actor, endpoint.Id, Ct));

        Assert.All(await host.MessagesAsync(), m => Assert.Equal(WebhookEndpoint.KeyOf(other.Id), m.RecipientKey));
        await host.HappenAsync();
        Assert.Equal(3, (await host.MessagesAsync()).Count);
        Assert.Equal("webhook.not_found", (await host.Get<WebhookService>().DeleteAsync(admin.Actor, endpoint.Id, Ct)).Error?.Code);
        Assert.Equal("webhook.not_found", (await host.Get<WebhookQueries>().GetAsync(admin.Actor, endpoint.Id, Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(Role.Staff)]
    [InlineData(Role.Agency)]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Business)]
    public async Task Everything_IsForSuperAdminsOnly(Role role)
    {
        await using var host = await HostAsync();
        var (admin, other) = (await host.AddPersonAsync(Role.SuperAdmin), await host.AddPersonAsync(role));
        var id = (await host.EndpointAsync(admin, Url)).Id;
        var (service, deliveries, queries) = (host.Get<WebhookService>(), host.Get<WebhookDeliveryService>(), host.Get<WebhookQueries>());
        string?[] refusals =
        [
            (await service.CreateAsync(other.Actor, new CreateWebhook(Url, AllEvents), Ct)).Error?.Code,
            (await service.UpdateAsync(other.Actor, id, new UpdateWebhook(1, Url, AllEvents, null, false), Ct)).Error?.Code,
            (await service.RotateAsync(other.Actor, id, new RotateWebhook(), Ct)).Error?.Code,
            (await service.DeleteAsync(other.Actor, id, Ct)).Error?.Code,
            (await deliveries.TestAsync(other.Actor, id, Ct)).Error?.Code,
            (await deliveries.ReplayAsync(other.Actor, id, Guid.NewGuid(), Ct)).Error?.Code,
            (await deliveries.ReplayFailedAsync(other.Actor, id, new ReplayWebhook(), Ct)).Error?.Code,
            (await queries.ListAsync(other.Actor, Ct)).Error?.Code,
            (await queries.GetAsync(other.Actor, id, Ct)).Error?.Code,
            (await queries.DeliveriesAsync(other.Actor, id, [], new PageRequest(), Ct)).Error?.Code,
            (await queries.DeliveryAsync(other.Actor, id, Guid.NewGuid(), Ct)).Error?.Code,
        ];

        Assert.All(refusals, code => Assert.Equal("webhook.forbidden", code));
        Assert.Empty(await queries.TroubledAsync(other.Actor, Ct));
        Assert.Equal(1, (await host.EndpointRowAsync(admin, id)).Version);
    }

    [Fact]
    public async Task Changes_WantAFreshProof_ReadingAndReplayingDoNot()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = (await host.EndpointAsync(admin, receiver.Url)).Id;
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var service = host.Get<WebhookService>();
        string?[] refusals =
        [
            (await service.CreateAsync(admin.Actor, new CreateWebhook(Url, AllEvents), Ct)).Error?.Code,
            (await service.UpdateAsync(admin.Actor, id, new UpdateWebhook(1, Url, AllEvents, null, false), Ct)).Error?.Code,
            (await service.RotateAsync(admin.Actor, id, new RotateWebhook(), Ct)).Error?.Code,
            (await service.DeleteAsync(admin.Actor, id, Ct)).Error?.Code,
        ];

        Assert.All(refusals, code => Assert.Equal("account.confirm_again", code));
        Assert.True(Good(await host.Get<WebhookDeliveryService>().TestAsync(admin.Actor, id, Ct)).Arrived);
        Good(await host.Get<WebhookDeliveryService>().ReplayFailedAsync(admin.Actor, id, new ReplayWebhook(), Ct));
    }

    [Fact]
    public async Task Create_WhatCannotBe_IsRefused()
    {
        await using var host = await HostAsync(settings: ("Limits:WebhookEndpoints", "1"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        async Task<string?> CodeAsync(CreateWebhook command) => (await host.Get<WebhookService>().CreateAsync(admin.Actor, command, Ct)).Error?.Code;

        Assert.Equal("webhook.url_private", await CodeAsync(new CreateWebhook("https://10.0.0.1/", AllEvents)));
        Assert.Equal("webhook.no_events", await CodeAsync(new CreateWebhook(Url, [])));
        Assert.Equal("webhook.no_events", await CodeAsync(new CreateWebhook(Url, [(WebhookEvent)77])));
        Assert.Equal("webhook.description_invalid", await CodeAsync(new CreateWebhook(Url, AllEvents, new string('x', 201))));
        Assert.Null(await CodeAsync(new CreateWebhook(Url, AllEvents)));
        Assert.Equal("webhook.too_many", await CodeAsync(new CreateWebhook(Url, AllEvents)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deliveries_PageAndFilter(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = r => WebhookReceiver.Status(r.Text.Contains("\"bad\"", StringComparison.Ordinal) ? 500 : 200);
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = (await host.EndpointAsync(admin, receiver.Url)).Id;
        for (var i = 0; i < 12; i++)
        {
            await host.HappenAsync(i % 2 == 0 ? WebhookEvent.CodeUsed : WebhookEvent.LinkUsed, i % 4 == 0 ? "bad" : "good");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await host.DeliverAsync();
        var queries = host.Get<WebhookQueries>();

        var first = Good(await queries.DeliveriesAsync(admin.Actor, id, [], new PageRequest(PageSize: 5), Ct));
        var second = Good(await queries.DeliveriesAsync(admin.Actor, id, [], new PageRequest(2, 5, Cursor: first.Next), Ct));
        Assert.Equal((12, 5, 5), (first.Total, first.Items.Count, second.Items.Count));
        Assert.Equal("link.used", first.Items[0].Event);
        Assert.Equal(10, first.Items.Concat(second.Items).Select(d => d.Id).Distinct().Count());
        Assert.True(first.Items[^1].CreatedAt > second.Items[0].CreatedAt);
        var oldest = Good(await queries.DeliveriesAsync(admin.Actor, id, [], new PageRequest(PageSize: 1, Sort: "createdAt"), Ct));
        Assert.Equal("code.used", Assert.Single(oldest.Items).Event);
        Assert.Equal("webhook.unknown_sort", (await queries.DeliveriesAsync(admin.Actor, id, [], new PageRequest(Sort: "status"), Ct)).Error?.Code);
        var delayed = Good(await queries.DeliveriesAsync(admin.Actor, id, [DeliveryState.Delayed], new PageRequest(), Ct));
        Assert.Equal(3, delayed.Total);
        Assert.All(delayed.Items, d => Assert.Equal((500, 1, "The endpoint answered 500."), (d.Status, d.Tries, d.Why)));
        Assert.Equal(3, (await host.EndpointRowAsync(admin, id)).Waiting);
    }
}
