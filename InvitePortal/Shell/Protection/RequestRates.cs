using InvitePortal.Common;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Options;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// The second net: how fast requests may come, for each person who is signed in, else for each network. The limits that matter are counted in the
/// database by the services; this one, kept by each node for itself, keeps floods away from them.
/// </summary>
internal sealed class RequestRates(RequestDelegate next, IOptions<LimitOptions> options)
{
    private const int Capacity = 100_000;
    private readonly TokenBuckets _buckets = new(TimeProvider.System, Capacity);

    public Task InvokeAsync(HttpContext context)
    {
        if (IsFree(context))
        {
            return next(context);
        }

        var limits = options.Value;
        var wait = context.PersonId() is { } person
            ? _buckets.Take("p:" + person, limits.TokenRequestsPerSecond, limits.TokenRequestsPerSecond)
            : _buckets.Take("a:" + context.AddressKey(), limits.AnonymousRequestsPerSecond, limits.AnonymousBurst);
        return wait is null ? next(context) : PlainPage.WriteAsync(context, StatusCodes.Status429TooManyRequests, wait);
    }

    private static bool IsFree(HttpContext context) =>
        context.Request.IsHealth()
        || context.Request.IsCircuit()
        || context.Request.Path.StartsWithSegments("/_framework", StringComparison.OrdinalIgnoreCase)
        || context.Request.Path.StartsWithSegments("/_content", StringComparison.OrdinalIgnoreCase)
        || context.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
        || context.Features.Get<IStatusCodeReExecuteFeature>() is not null;
}
