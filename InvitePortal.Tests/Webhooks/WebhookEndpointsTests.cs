using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Webhooks;

/// <summary>The API of webhooks, through the real host, its worker and a real endpoint.</summary>
public sealed class WebhookEndpointsTests : IAsyncLifetime
{
    private const string Path = "/api/webhooks";

    private WebhookReceiver _receiver = default!;
    private PortalFactory _portal = default!;
    private HttpClient _admin = default!;

    public async ValueTask InitializeAsync()
    {
        _receiver = WebhookReceiver.Start();
        _portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", Settings = WebhookCase.Loopback() });
        _admin = await ClientAsync(Role.SuperAdmin);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _portal.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task AnEndpoint_FromMakingToDeleting()
    {
        var made = await JsonAsync(await _admin.PostAsJsonAsync(Path, new { url = _receiver.Url, events = new[] { "invitation.created", "invitation.sent" }, description = "CRM" }));
        var (id, secret) = (made.GetProperty("id").GetString(), made.GetProperty("secret").GetString()!);
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        var one = await _admin.GetStringAsync($"{Path}/{id}");
        Assert.DoesNotContain("whsec_", one + await _admin.GetStringAsync(Path), StringComparison.Ordinal);
        Assert.Equal(("ON", 1), JsonSerializer.Deserialize<JsonElement>(one) is var row ? (row.GetProperty("state").GetString(), row.GetProperty("version").GetInt32()) : default);

        // What happens over the API is delivered by the worker of the same host.
        await JsonAsync(await _admin.PostAsJsonAsync("/api/invitations", new { emails = new[] { "robin@example.org" }, role = "TEACHER" }));
        await _receiver.WaitForAsync(2);
        Assert.Equal(["invitation.created", "invitation.sent"], _receiver.Received.Select(r => r.Type).Order());
        Assert.All(_receiver.Received, r => Assert.True(r.IsSignedBy(secret)));

        JsonElement log = default;
        await Eventually.TrueAsync(async () =>
        {
            log = await _admin.GetFromJsonAsync<JsonElement>($"{Path}/{id}/deliveries?state=SENT");
            return log.GetProperty("total").GetInt32() == 2;
        });
        var delivery = log.GetProperty("items")[0];
        Assert.Equal((200, "ok", 1), (delivery.GetProperty("status").GetInt32(), delivery.GetProperty("answer").GetString(), delivery.GetProperty("tries").GetInt32()));
        var details = await _admin.GetStringAsync($"{Path}/{id}/deliveries/{delivery.GetProperty("id").GetString()}");
        Assert.DoesNotContain("robin@example.org", details, StringComparison.Ordinal);
        Assert.Contains("r•••@e•••.org", JsonSerializer.Deserialize<JsonElement>(details).GetProperty("payload").GetString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await _admin.PostAsync($"{Path}/{id}/deliveries/{delivery.GetProperty("id").GetString()}/replay", null)).StatusCode);
        await _receiver.WaitForAsync(3);
        Assert.Equal(0, (await JsonAsync(await _admin.PostAsJsonAsync($"{Path}/{id}/replay", new { since = (DateTimeOffset?)null }))).GetProperty("count").GetInt32());

        var rotated = await JsonAsync(await _admin.PostAsJsonAsync($"{Path}/{id}/rotate", new { }));
        Assert.NotEqual(secret, rotated.GetProperty("secret").GetString());
        _receiver.Answer = _ => WebhookReceiver.Status(503, "down");
        var said = await JsonAsync(await _admin.PostAsync($"{Path}/{id}/test", null));
        Assert.Equal((false, 503, "down"), (said.GetProperty("arrived").GetBoolean(), said.GetProperty("status").GetInt32(), said.GetProperty("answer").GetString()));
        Assert.Equal(2, _receiver.Received[^1].Signatures.Length);

        Assert.Equal(HttpStatusCode.NoContent, (await _admin.PutAsJsonAsync($"{Path}/{id}", new { version = 2, url = _receiver.Url, events = new[] { "user.deleted" }, description = (string?)null, isOn = false })).StatusCode);
        Assert.Equal((HttpStatusCode.Conflict, "webhook.changed_meanwhile"), await ProblemAsync(await _admin.PutAsJsonAsync($"{Path}/{id}", new { version = 2, url = _receiver.Url, events = new[] { "user.deleted" }, description = (string?)null, isOn = true })));
        Assert.Equal((HttpStatusCode.Conflict, "webhook.off"), await ProblemAsync(await _admin.PostAsJsonAsync($"{Path}/{id}/replay", new { })));
        Assert.Equal(HttpStatusCode.NoContent, (await _admin.DeleteAsync($"{Path}/{id}")).StatusCode);
        Assert.Equal((HttpStatusCode.NotFound, "webhook.not_found"), await ProblemAsync(await _admin.GetAsync($"{Path}/{id}")));
    }

    [Theory]
    [InlineData("crm.example.org", "webhook.url_invalid")]
    [InlineData("https://169.254.169.254/latest", "webhook.url_private")]
    [InlineData("https://[fc00::1]/", "webhook.url_private")]
    [InlineData("https://100.64.0.1/", "webhook.url_private")]
    [InlineData("file:///etc/passwd", "webhook.url_scheme")]
    [InlineData("gopher://crm.example.org/", "webhook.url_scheme")]
    [InlineData("http://crm.example.org/", "webhook.url_scheme")]
    [InlineData("https://me:word@crm.example.org/", "webhook.url_user_info")]
    [InlineData("https://crm.example.org:22/", "webhook.url_port")]
    [InlineData("https://crm.example.org:5432/", "webhook.url_port")]
    public async Task N01_N04_Create_AddressThatMustNotBeCalled_Is422(string url, string code)
    {
        var answer = await _admin.PostAsJsonAsync(Path, new { url, events = new[] { "code.used" } });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), await ProblemAsync(answer));
    }

    [Theory]
    [InlineData("""{"url":"https://8.8.8.8/","events":[]}""", "webhook.no_events")]
    [InlineData("""{"url":"https://8.8.8.8/","events":["code.guessed"]}""", "request.value")]
    [InlineData("""{"url":"https://8.8.8.8/","events":["code.used"],"secret":"whsec_mine"}""", "request.unknown_member")]
    public async Task Create_WhatCannotBe_Is400(string body, string code)
    {
        var (status, said) = await ProblemAsync(await _admin.PostAsync(Path, new StringContent(body, Encoding.UTF8, "application/json")));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(said == code || code == "request.value", said);
    }

    [Fact]
    public async Task Rights_AreSuperAdminsWithAFreshProof()
    {
        using var staff = await ClientAsync(Role.Staff);
        using var nobody = _portal.CreateApiClient();
        Assert.Equal((HttpStatusCode.Forbidden, "webhook.forbidden"), await ProblemAsync(await staff.GetAsync(Path)));
        Assert.Equal((HttpStatusCode.Forbidden, "webhook.forbidden"), await ProblemAsync(await staff.PostAsJsonAsync(Path, new { url = _receiver.Url, events = new[] { "code.used" } })));
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Path)).StatusCode);
        await using (var db = _portal.Database.Open())
        {
            await db.Sessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, DateTimeOffset.UtcNow.AddHours(-1)));
        }

        Assert.Equal((HttpStatusCode.Forbidden, "account.confirm_again"), await ProblemAsync(await _admin.PostAsJsonAsync(Path, new { url = _receiver.Url, events = new[] { "code.used" } })));
        Assert.Equal(HttpStatusCode.OK, (await _admin.GetAsync(Path)).StatusCode);
    }

    [Fact]
    public async Task Invitations_CannotBeSentByWebhook() => Assert.Equal(
        HttpStatusCode.BadRequest, (await _admin.PostAsJsonAsync("/api/invitations", new { emails = new[] { "robin@example.org" }, role = "TEACHER", channel = "WEBHOOK" })).StatusCode);

    private async Task<HttpClient> ClientAsync(Role role) => _portal.CreateApiClient((await _portal.Services.AddPersonAsync(role, session: SessionKind.Api)).Secret);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> ProblemAsync(HttpResponseMessage answer) =>
        (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
}
