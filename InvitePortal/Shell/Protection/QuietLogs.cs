using Microsoft.Extensions.Logging.Configuration;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Categories of the framework that write addresses, destinations or what people type. They stay quiet whatever the configuration says, because a
/// link, a code or a password in a log is a key lying about.
/// </summary>
internal static class QuietLogs
{
    private static readonly (string Category, LogLevel Level)[] Rules =
    [
        // The line of each request, and the scope that puts its path on every other line.
        ("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None),
        ("Microsoft.AspNetCore.Routing", LogLevel.Information),
        ("Microsoft.AspNetCore.Routing.Matching.DfaMatcher", LogLevel.Information),
        ("Microsoft.AspNetCore.Routing.EndpointRoutingMiddleware", LogLevel.Information),
        ("Microsoft.AspNetCore.Http", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.RequestDelegateGenerator", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.Result", LogLevel.Warning),
        ("Microsoft.AspNetCore.Http.Result.RedirectResult", LogLevel.Warning),
        ("Microsoft.AspNetCore.StaticFiles.StaticFileMiddleware", LogLevel.Information),
        ("Microsoft.AspNetCore.StaticAssets", LogLevel.Information),
        ("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Information),
        ("Microsoft.AspNetCore.HttpLogging", LogLevel.None),
        ("Microsoft.AspNetCore.HttpsPolicy.HttpsRedirectionMiddleware", LogLevel.Information),
        // Calls over circuits, with their arguments, and the addresses people move to.
        ("Microsoft.AspNetCore.SignalR", LogLevel.Information),
        ("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Information),
        ("Microsoft.AspNetCore.SignalR.HubConnectionContext", LogLevel.Information),
        ("Microsoft.AspNetCore.SignalR.HubConnectionHandler", LogLevel.Information),
        ("Microsoft.AspNetCore.Http.Connections", LogLevel.Information),
        ("Microsoft.AspNetCore.Components", LogLevel.Information),
        ("Microsoft.AspNetCore.Components.Server.Circuits.CircuitHost", LogLevel.Information),
        ("Microsoft.AspNetCore.Components.Server.Circuits.RemoteNavigationManager", LogLevel.Information),
        ("Microsoft.AspNetCore.Components.Server.Circuits.RemoteJSRuntime", LogLevel.Information),
        ("Microsoft.AspNetCore.Components.Server.ComponentHub", LogLevel.Information),
        ("Microsoft.AspNetCore.Components.Routing.Router", LogLevel.Information),
    ];

    /// <summary>Adds the rules after those of the configuration, for every provider that has rules of its own: the most specific and last one counts.</summary>
    public static IServiceCollection AddQuietLogs(this IServiceCollection services) => services.PostConfigure<LoggerFilterOptions>(options =>
    {
        var providers = options.Rules.Select(r => r.ProviderName).Append(null).Distinct().ToList();
        foreach (var provider in providers)
        {
            foreach (var (category, level) in Rules)
            {
                var configured = options.Rules.LastOrDefault(r => r.ProviderName == provider && Covers(r.CategoryName, category));
                var floor = configured?.LogLevel is { } asked && asked > level ? asked : level;
                options.Rules.Add(new LoggerFilterRule(provider, category, floor, null));
            }
        }
    });

    private static bool Covers(string? rule, string category) =>
        string.IsNullOrEmpty(rule) || category.StartsWith(rule, StringComparison.OrdinalIgnoreCase);
}
