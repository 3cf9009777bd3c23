using System.Reflection;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace InvitePortal.Tests.Architecture;

/// <summary>Everything that can be asked for says who may ask. What is open to everybody is written down here.</summary>
public sealed class AuthorizationTests
{
    private static readonly string[] PublicPages =
    [
        "/accept-invitation", "/access-denied", "/dev/mailbox", "/dev/mailbox/{Id:guid}", "/error", "/forgot-password", "/join", "/join/{Code}", "/not-found",
        "/register", "/register/code", "/register/name", "/reset-password", "/setup", "/sign-in", "/sign-in/code", "/sign-in/link", "/sign-out", "/telegram",
    ];

    private static readonly string[] PublicEndpoints =
    [
        "GET /health/live", "GET /health/ready",
        "GET /openapi/{documentName}.json",
        "POST /preferences/language", "POST /preferences/scheme",
        "POST /session/start", "POST /sign-out",
        "POST /api/auth/login", "POST /api/auth/refresh", "POST /api/auth/revoke", "POST /api/auth/join", "POST /telegram/enter",
        "GET /api/invitations/by-token/{token}", "POST /api/invitations/request-code", "POST /api/invitations/accept", "POST /api/invitations/decline",
    ];

    [Fact]
    public void EveryPage_HasADecision() => SourceTree.AssertNone(
        from page in Pages()
        where page.Type.GetCustomAttribute<AuthorizeAttribute>() is null && page.Type.GetCustomAttribute<AllowAnonymousAttribute>() is null
        select $"{page.Template} ({page.Type.Name})");

    [Fact]
    public void PublicPages_AreTheWrittenOnes() => Assert.Equal(
        PublicPages, Pages().Where(p => p.Type.GetCustomAttribute<AllowAnonymousAttribute>() is not null).Select(p => p.Template).Order(StringComparer.Ordinal));

    [Fact]
    public async Task EveryEndpoint_HasADecision_AndPublicOnesAreTheWrittenOnes()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development" });
        var endpoints = portal.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null && !IsFramework(e) && !IsPage(e))
            .ToList();

        SourceTree.AssertNone(endpoints
            .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is null && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(e => $"{Name(e)} has no decision"));
        var open = endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(Name).Distinct().ToList();
        SourceTree.AssertNone(open.Except(PublicEndpoints).Select(e => $"{e} is open and not written down"));
        SourceTree.AssertNone(PublicEndpoints.Except(open).Select(e => $"{e} is written down and not open"));
        Assert.Contains(endpoints, e => e.RoutePattern.RawText == "/api/invitations/{id:guid}");
    }

    [Fact]
    public void StaticInvokables_DoNotExist()
    {
        // I03: any client may call them, with any argument and without a circuit of its own.
        SourceTree.AssertNone(
            from type in typeof(Program).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            where method.GetCustomAttribute<Microsoft.JSInterop.JSInvokableAttribute>() is not null
            select $"{type.Name}.{method.Name}");
    }

    private static IEnumerable<(string Template, Type Type)> Pages() =>
        typeof(Program).Assembly.GetTypes().SelectMany(t => t.GetCustomAttributes<RouteAttribute>().Select(r => (r.Template, t)));

    private static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.Any(m => m.GetType().Name is "ComponentTypeMetadata" or "RootComponentMetadata");

    /// <summary>Blazor's own transport, whose origin CircuitGate checks, and Development's search for files.</summary>
    private static bool IsFramework(RouteEndpoint endpoint) =>
        endpoint.RoutePattern.RawText is { } path
        && (path.StartsWith("/_blazor", StringComparison.Ordinal) || path.StartsWith("_blazor", StringComparison.Ordinal) || path.StartsWith("/_framework", StringComparison.Ordinal)
            || path is "{**path:file}" || path.StartsWith("_framework", StringComparison.Ordinal) || path.StartsWith("/_content", StringComparison.Ordinal));

    private static string Name(RouteEndpoint endpoint) =>
        $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.FirstOrDefault() ?? "ANY"} /{endpoint.RoutePattern.RawText?.Trim('/')}";
}
