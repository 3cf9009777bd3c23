using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Stands before <c>/_blazor</c>, which the framework opens to every origin and to any number of connections. A request is refused before a circuit
/// exists: 403 when another site made it, 429 when too many are open.
/// </summary>
internal sealed class CircuitGate(RequestDelegate next, [FromKeyedServices(CircuitGate.Connections)] CircuitCaps connections, IOptions<PortalOptions> portal)
{
    /// <summary>Name of the counter of open connections; a circuit without one is counted by <see cref="CircuitCount"/>.</summary>
    public const string Connections = "connections";

    public Task InvokeAsync(HttpContext context)
    {
        if (!context.Request.IsCircuit())
        {
            return next(context);
        }

        if (!IsOwnOrigin(context.Request))
        {
            return PlainPage.WriteAsync(context, StatusCodes.Status403Forbidden);
        }

        context.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase, out var rest);
        if (rest.Value is "" or "/" && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsConnect(context.Request.Method)))
        {
            return HoldAsync(context);
        }

        return rest.StartsWithSegments("/negotiate", StringComparison.OrdinalIgnoreCase) && connections.IsFull(context.AddressKey(), context.PersonId())
            ? RefuseAsync(context)
            : next(context);
    }

    // A WebSocket is one request that lasts as long as the connection; with long polling one poll follows the other. Either way, requests at work are connections.
    private async Task HoldAsync(HttpContext context)
    {
        var (address, person) = (context.AddressKey(), context.PersonId());
        if (!connections.TryEnter(address, person))
        {
            await RefuseAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            connections.Leave(address, person);
        }
    }

    private static Task RefuseAsync(HttpContext context) =>
        PlainPage.WriteAsync(context, StatusCodes.Status429TooManyRequests, TimeSpan.FromSeconds(10));

    // Browsers send Origin with every WebSocket and every POST; only programs, which carry nobody's cookies, leave it out.
    private bool IsOwnOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return false;
        }

        if (!request.Headers.TryGetValue("Origin", out var values))
        {
            return true;
        }

        return values is [{ } text] && Uri.TryCreate(text, UriKind.Absolute, out var origin) && origin.Scheme is "http" or "https"
            && (string.Equals(origin.Authority, Authority(request, origin.Scheme), StringComparison.OrdinalIgnoreCase)
                || Uri.Compare(origin, new Uri(portal.Value.PublicUrl), UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0);
    }

    // Uri leaves out a port that is the scheme's own, as browsers do; the Host header may have it.
    private static string? Authority(HttpRequest request, string scheme) =>
        Uri.TryCreate($"{scheme}://{request.Host.ToUriComponent()}", UriKind.Absolute, out var own) ? own.Authority : null;
}
