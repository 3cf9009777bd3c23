using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Webhooks;

/// <summary>What tests of webhooks do again and again.</summary>
internal static class WebhookCase
{
    public static readonly CancellationToken Ct = CancellationToken.None;

    public static readonly IReadOnlyList<WebhookEvent> AllEvents = Enum.GetValues<WebhookEvent>();

    /// <summary>Settings under which endpoints on this machine are called.</summary>
    public static Dictionary<string, string?> Loopback(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?> { ["Webhooks:AllowLoopback"] = "true" };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    public static Task<ServiceHost> HostAsync(DatabaseProvider provider = DatabaseProvider.Sqlite, params (string Key, string Value)[] settings) =>
        ServiceHost.CreateAsync(provider, Loopback(settings), environment: "Development");

    /// <summary>Makes an endpoint; for all events unless some are named.</summary>
    public static async Task<WebhookSecret> EndpointAsync(this ServiceHost host, TestPerson admin, string url, params WebhookEvent[] events)
    {
        var made = await host.Get<WebhookService>().CreateAsync(admin.Actor, new CreateWebhook(url, events.Length > 0 ? events : AllEvents), Ct);
        Assert.True(made.Succeeded, made.Error?.Code);
        return made.Value;
    }

    /// <summary>Something that happened, told to all endpoints that want to know.</summary>
    public static async Task<Guid> HappenAsync(this ServiceHost host, WebhookEvent type = WebhookEvent.UserUpdated, string name = "Ann")
    {
        var id = Guid.CreateVersion7(host.Clock.Now);
        await using var db = host.Open();
        WebhookEvents.Publish(db, type, () => new WebhookPerson(id, name));
        await db.SaveChangesAsync(Ct);
        return id;
    }

    /// <summary>Delivers all that is due now.</summary>
    public static Task DeliverAsync(this ServiceHost host) => host.Get<OutboxWorker>().DeliverDueAsync(Ct);

    /// <summary>The messages for webhooks, oldest first.</summary>
    public static async Task<List<OutboxMessage>> MessagesAsync(this ServiceHost host)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.AsNoTracking().Where(m => m.Channel == Channel.Webhook).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).ToListAsync(Ct);
    }

    public static async Task<WebhookRow> EndpointRowAsync(this ServiceHost host, TestPerson admin, Guid id) =>
        Good(await host.Get<WebhookQueries>().GetAsync(admin.Actor, id, Ct));

    public static async Task<WebhookDeliveryDetails> DeliveryAsync(this ServiceHost host, TestPerson admin, Guid endpoint, Guid message) =>
        Good(await host.Get<WebhookQueries>().DeliveryAsync(admin.Actor, endpoint, message, Ct));

    public static T Good<T>(Result<T> result)
    {
        Assert.True(result.Succeeded, result.Error?.Code);
        return result.Value;
    }

    public static void Good(Result result) => Assert.True(result.Succeeded, result.Error?.Code);
}
