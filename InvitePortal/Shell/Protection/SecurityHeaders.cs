using Microsoft.AspNetCore.StaticAssets;

namespace InvitePortal.Shell.Protection;

/// <summary>Headers that tell browsers to guard the portal. Set when the answer starts, so that error pages, which begin anew, have them too.</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IHostEnvironment environment)
{
    private readonly bool _strictTransport = !environment.IsDevelopment();

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(static state =>
        {
            var (self, http) = ((SecurityHeaders, HttpContext))state;
            self.Set(http);
            return Task.CompletedTask;
        }, (this, context));
        return next(context);
    }

    private void Set(HttpContext context)
    {
        var request = context.Request;
        var headers = context.Response.Headers;
        var inert = context.GetEndpoint()?.Metadata.GetMetadata<InertContent>() is not null && context.Response.StatusCode == StatusCodes.Status200OK;
        headers.ContentSecurityPolicy = inert ? InertContent.Policy : Policy(request, context.GetEndpoint()?.Metadata.GetMetadata<FramedByAttribute>()?.Origin ?? "'none'");
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Referrer-Policy"] = request.IsSecretPage() ? "no-referrer" : "same-origin";
        if (inert)
        {
            headers.CacheControl = InertContent.Cache;
        }
        else if (context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is null)
        {
            headers.CacheControl = "no-store";
        }

        if (_strictTransport && request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }

    private static string Policy(HttpRequest request, string ancestors)
    {
        // Browsers that follow CSP 2 do not count wss: as part of 'self'. The host is the caller's own word: nothing but a host may get in.
        var host = request.Host is { HasValue: true } h && Uri.CheckHostName(h.Host.Trim('[', ']')) is not UriHostNameType.Unknown
            ? $" {(request.IsHttps ? "wss" : "ws")}://{h.ToUriComponent()}"
            : "";
        return $"default-src 'self'; base-uri 'self'; object-src 'none'; frame-ancestors {ancestors}; form-action 'self'; script-src 'self'; "
            + $"style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'{host}";
    }
}
