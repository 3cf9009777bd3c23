using System.Net.Http.Json;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations;

/// <summary>The API of invitations through the real host, the real outbox and a real SMTP server.</summary>
public abstract class InvitationApiCase : IAsyncLifetime
{
    protected SmtpSink Sink { get; private set; } = default!;
    protected PortalFactory Portal { get; private set; } = default!;
    protected HttpClient Api { get; private set; } = default!;

    public async ValueTask InitializeAsync()
    {
        Sink = SmtpSink.Start();
        Portal = await PortalFactory.StartAsync(new PortalSetup
        {
            // Plain http, as on localhost: elsewhere the flow's cookie wants https.
            Environment = "Development",
            Settings = new Dictionary<string, string?>
            {
                ["Smtp:Host"] = SmtpSink.Host,
                ["Smtp:Port"] = $"{Sink.Port}",
                ["Smtp:From"] = "portal@portal.example",
                ["Smtp:StartTls"] = "false",
            },
        });
        Api = await ClientAsync(Role.SuperAdmin);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Portal.DisposeAsync();
        await Sink.DisposeAsync();
    }

    protected async Task<HttpClient> ClientAsync(Role role)
    {
        var person = await Portal.Services.AddPersonAsync(role, session: SessionKind.Api);
        return Portal.CreateApiClient(person.Secret);
    }

    protected static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body)
    {
        var answer = await client.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    protected static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    protected static string Token(SmtpMail mail) => mail.Link("/accept-invitation").Split("token=")[1];

    protected async Task<PersonStatus?> StatusAsync(string email)
    {
        await using var db = await Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        return await db.Users.Where(u => u.NormalizedEmail == email).Select(u => (PersonStatus?)u.Status).SingleOrDefaultAsync();
    }
}
