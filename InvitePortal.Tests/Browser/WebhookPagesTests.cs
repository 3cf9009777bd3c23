using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>The pages of webhooks, with endpoints and deliveries in every state.</summary>
public sealed class WebhookPagesTests(DemoPortal demo) : IClassFixture<DemoPortal>
{
    [Theory, MemberData(nameof(EveryPageTests.Looks), MemberType = typeof(EveryPageTests))]
    public async Task WebhookPages_InBothSchemes_AreSound(string language, int width)
    {
        var admin = await demo.Portal.Services.AddPersonAsync(Role.SuperAdmin, language: language);
        var endpoint = await AddWebhooksAsync(demo.Portal);
        const string List = "/section-settings/dashboard?tab=webhooks";
        var look = new Look(language, Width: width, Person: admin);
        await using var tab = await BrowserTab.OpenAsync(demo.Portal, look);
        var mistakes = new List<string>();
        foreach (var (visit, index) in new Visit[]
        {
            new("/"), new(List), new($"{List}&endpoint={endpoint}"), new($"{List}&endpoint={endpoint}&view=FAILED"), new($"{List}&endpoint={Guid.NewGuid()}"),
            new(List, 200, page => page.Locator(".webhooks .btn.primary").ClickAsync()),
            new($"{List}&endpoint={endpoint}", 200, page => page.Locator(".log td.lead-cell button").First.ClickAsync()),
            new($"{List}&endpoint={endpoint}", 200, async page =>
            {
                await page.Locator(".page-header button[aria-haspopup=menu]").ClickAsync();
                await page.Locator(".page-header .menu-item").First.ClickAsync();
            }),
        }.Select((v, i) => (v, i)))
        {
            mistakes.AddRange(await visit.MistakesInBothSchemesAsync(tab, look, $"webhooks-{index}"));
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    // An endpoint that has stopped, and one in use, with deliveries in every state.
    private static async Task<Guid> AddWebhooksAsync(PortalFactory portal)
    {
        await using var db = portal.Database.Open();
        var now = DateTimeOffset.UtcNow;
        var outbox = portal.Services.GetRequiredService<Outbox>();
        WebhookEndpoint Endpoint(string url, string? description, int events) => new()
        {
            Id = Guid.CreateVersion7(now),
            Url = url,
            Description = description,
            Events = events,
            Secret = [1],
            SecretChangedAt = now.AddDays(-40),
            CreatedAt = now.AddDays(-40),
            LastTryAt = now.AddMinutes(-3),
            LastStatus = 200,
        };
        var inUse = Endpoint("https://crm.example.org/integrations/inviteportal/hooks", "Our CRM: leads and pupils", 1023);
        var stopped = Endpoint("https://old.example.net/hook", null, 4);
        (stopped.IsOn, stopped.StoppedAt, stopped.LastStatus) = (false, now.AddDays(-2), 410);
        (inUse.OldSecret, inUse.OldSecretUntil, inUse.FailingSince) = ([1], now.AddHours(20), now.AddHours(-2));
        db.WebhookEndpoints.AddRange(stopped, inUse);
        foreach (var (state, index) in Enum.GetValues<DeliveryState>().Select((s, i) => (s, i)))
        {
            var type = (WebhookEvent)index;
            var body = JsonSerializer.SerializeToUtf8Bytes(new { type = WireNames<WebhookEvent>.Of(type), data = new { name = "Анна", email = "anna@example.org" } });
            var message = outbox.Enqueue(db, new MessageDraft(WireNames<WebhookEvent>.Of(type), "crm.example.org", Languages.English, body)
            {
                Channel = Channel.Webhook,
                RecipientKey = WebhookEndpoint.KeyOf(inUse.Id),
                DueAt = now.AddHours(2),
            });
            (message.State, message.Attempts) = (state, 1);
            message.LeaseToken = state is DeliveryState.Sending ? Guid.NewGuid() : null;
            message.LeaseUntil = state is DeliveryState.Sending ? now.AddHours(1) : null;
            message.SentAt = state is DeliveryState.Sent ? now : null;
            message.Reason = state is DeliveryState.Sent or DeliveryState.Queued ? null : "webhook.status|503";
            if (state is not DeliveryState.Queued)
            {
                db.WebhookTries.Add(new WebhookTry { Id = Guid.CreateVersion7(now), MessageId = message.Id, At = now, Status = state is DeliveryState.Sent ? 200 : 503, Milliseconds = 128, Answer = "Service temporarily unavailable, try again later", Reason = message.Reason });
            }
        }

        await db.SaveChangesAsync();
        return inUse.Id;
    }
}
