using System.Net;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace InvitePortal.Shell.Protection;

/// <summary>What guards every request: the answers of <c>SECURITY.md</c> that no feature has to think of.</summary>
public static class ProtectionFeature
{
    public static IServiceCollection AddProtection(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure(Limit);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<PortalOptions>>(Trust);
        // After Blazor's own, which would put the framework's 32 KB back.
        services.AddOptions<HubOptions>().Configure<IOptions<LimitOptions>>((hub, limits) => hub.MaximumReceiveMessageSize = limits.Value.CircuitMessageBytes);
        services.AddOptions<AntiforgeryOptions>().Configure<IOptions<PortalOptions>, IHostEnvironment>(GuardForms);
        services.AddKeyedSingleton<CircuitCaps>(CircuitGate.Connections);
        services.AddKeyedSingleton<CircuitCaps>(CircuitCount.Circuits);
        services.AddScoped<CircuitHandler, CircuitCount>();
        services.AddExceptionHandler<PageFailures>();
        services.AddSingleton<Health>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<DiskHealth>("disk");
        return services.AddQuietLogs();
    }

    /// <summary>Everything that comes before routing, from the proxy's headers to the answers to failures.</summary>
    public static void UseProtection(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<PortalOptions>>().Value.TrustedProxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }

        app.UseMiddleware<SecurityHeaders>();
        // Only for who asks for a page: a refused POST must not be posted to the page that says so.
        app.UseWhen(
            context => context.Request.IsPage(),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
    }

    /// <summary>Refuses misshapen requests and answers for failures further in.</summary>
    public static void UseFailures(this WebApplication app)
    {
        app.UseMiddleware<PageStatuses>();
        app.UseMiddleware<RequestShape>();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandlingPath = "/error",
            CreateScopeForErrors = true,
            // PageFailures and the API's handler log what they see, with the reference that the answer shows.
            SuppressDiagnosticsCallback = _ => true,
        });
    }

    /// <summary>503 until the database is ready.</summary>
    public static void UseReadiness(this WebApplication app) => app.UseMiddleware<ReadinessGate>();

    /// <summary>How fast requests may come and how many circuits may be open. Stands after authentication.</summary>
    public static void UseRates(this WebApplication app)
    {
        app.UseMiddleware<RequestRates>();
        app.UseMiddleware<CircuitGate>();
    }

    public static void MapHealth(this WebApplication app) => Health.Map(app);

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // Room for the method, the version and the longest address, so that RequestShape says 414 in a page; beyond it the server does.
        kestrel.Limits.MaxRequestLineSize = RequestShape.MaxUrl * 2;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 100;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);
        kestrel.Limits.MaxRequestBodySize = RequestShape.MaxBody;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    private static void GuardForms(AntiforgeryOptions forms, IOptions<PortalOptions> portal, IHostEnvironment environment)
    {
        var plain = environment.IsDevelopment() && portal.Value.PublicUrl.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        forms.Cookie = new FormCookie(secure: !plain) { Name = plain ? "forms" : "__Host-forms", HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };
        // The policy's frame-ancestors says the same, and says it per page.
        forms.SuppressXFrameOptionsHeader = true;
    }

    // X-Forwarded-Host is not read: proxies pass on what clients send, and the portal's own address is a setting.
    private static void Trust(ForwardedHeadersOptions forwarded, IOptions<PortalOptions> portal)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in portal.Value.TrustedProxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else if (System.Net.IPNetwork.TryParse(proxy, out var network))
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        }
    }

    // With SecurePolicy.Always the framework throws on requests that a proxy, unknown to it, took over TLS; the cookie is to be Secure all the same.
    private sealed class FormCookie(bool secure) : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = secure;
            return options;
        }
    }
}
