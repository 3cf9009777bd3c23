using System.Net;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace InvitePortal.Tests.Api;

public sealed class OpenApiTests(OpenApiTests.Host host) : IClassFixture<OpenApiTests.Host>
{
    /// <summary>All that may be called without a token.</summary>
    private static readonly string[] Public =
    [
        "POST /api/auth/login",
        "POST /api/auth/refresh",
        "POST /api/auth/revoke",
        "POST /api/auth/join",
        "GET /api/invitations/by-token/{token}",
        "POST /api/invitations/request-code",
        "POST /api/invitations/accept",
        "POST /api/invitations/decline",
    ];

    [Fact]
    public async Task Document_EveryEndpoint_NeedsATokenUnlessItIsListedAsPublic()
    {
        using var client = host.Portal.CreateApiClient();
        var open = new List<string>();

        foreach (var (name, method, path, operation) in await OperationsAsync(client))
        {
            using var request = new HttpRequestMessage(method, path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace("{delivery}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace("{token}", "x", StringComparison.Ordinal));
            request.Content = method == HttpMethod.Get ? null : new StringContent("{}", Encoding.UTF8, "application/json");
            var answer = await client.SendAsync(request);
            var needsToken = answer.StatusCode is HttpStatusCode.Unauthorized;
            if (!needsToken)
            {
                open.Add(name);
            }

            Assert.True(needsToken == operation.TryGetProperty("security", out _), $"{name} is described wrongly: it answered {answer.StatusCode}.");
            Assert.True((int)answer.StatusCode < 500, name);
        }

        Assert.Equal(Public.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Endpoints_OfTheWholePortal_HaveAnAuthorizationDecision()
    {
        var undecided = host.Portal.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            // Parts of the framework that decide nothing about people: the circuit's own paths, which CircuitGate guards.
            .Where(e => e.RoutePattern.RawText?.TrimStart('/').StartsWith("_blazor", StringComparison.Ordinal) != true)
            .Where(e => e.RoutePattern.RawText?.TrimStart('/').StartsWith("_framework", StringComparison.Ordinal) != true)
            // Finds files that were added to wwwroot after the build; only where assets are served from the source.
            .Where(e => e.RoutePattern.RawText != "{**path:file}")
            .Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is null && e.Metadata.GetMetadata<IAuthorizeData>() is null && e.Metadata.GetMetadata<AuthorizationPolicy>() is null)
            .Select(e => e.DisplayName);

        Assert.Equal([], undecided);
    }

    [Fact]
    public async Task Document_Operations_AreDescribed()
    {
        using var client = host.Portal.CreateApiClient();

        foreach (var (name, method, _, operation) in await OperationsAsync(client))
        {
            Assert.True(operation.TryGetProperty("summary", out var summary) && summary.GetString()!.Length > 0, $"{name} has no summary.");
            var statuses = operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToList();
            Assert.Equal(statuses.Order(StringComparer.Ordinal), statuses);
            Assert.Contains(statuses, s => s[0] == '2');
            Assert.Contains("400", statuses);
            Assert.Contains("429", statuses);
            Assert.True(method == HttpMethod.Get || statuses.Contains("413"), name);
        }
    }

    [Fact]
    public async Task Document_Schemas_ShowStringsAndEnumsAsTheyAreSent()
    {
        using var client = host.Portal.CreateApiClient();
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;
        var schemas = document.GetProperty("components").GetProperty("schemas");

        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("Bearer").GetProperty("scheme").GetString());
        Assert.Contains("SUPER_ADMIN", schemas.GetProperty("Role").GetProperty("enum").EnumerateArray().Select(e => e.GetString()));
        Assert.Contains("WHATSAPP", schemas.GetProperty("Channel").GetProperty("enum").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal("WHATSAPP", WireNames<Channel>.Of(Channel.WhatsApp));
        var untyped =
            from schema in schemas.EnumerateObject()
            where schema.Value.TryGetProperty("properties", out _)
            from property in schema.Value.GetProperty("properties").EnumerateObject()
            where property.Value.ValueKind is JsonValueKind.Object && !property.Value.EnumerateObject().Any(p => p.Name is "type" or "$ref" or "oneOf" or "anyOf")
            select $"{schema.Name}.{property.Name}";
        Assert.Equal([], untyped);
        Assert.True(schemas.GetProperty("ProblemDetails").GetProperty("properties").TryGetProperty("code", out _));
    }

    [Fact]
    public async Task Page_AndItsParts_AreServedFromHere()
    {
        using var client = host.Portal.CreateApiClient();

        Assert.Equal(HttpStatusCode.MovedPermanently, (await client.GetAsync("/api")).StatusCode);
        var page = await client.GetStringAsync("/api/index.html");
        foreach (var part in new[] { "swagger-ui.css", "index.css", "index.js", "swagger-ui-bundle.js", "swagger-ui-standalone-preset.js" })
        {
            Assert.Contains(part, page, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/" + part)).StatusCode);
        }

        Assert.DoesNotContain("<style", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script>", page, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<List<(string Name, HttpMethod Method, string Path, JsonElement Operation)>> OperationsAsync(HttpClient client)
    {
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;
        return
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               select ($"{operation.Name.ToUpperInvariant()} {path.Name}", new HttpMethod(operation.Name.ToUpperInvariant()), path.Name, operation.Value),
        ];
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync();

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
