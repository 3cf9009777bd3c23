using System.Buffers;
using System.Text.Unicode;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace InvitePortal.Api;

/// <summary>Marks endpoints of the API, so that its conventions hold wherever they are mapped.</summary>
internal sealed class ApiMetadata
{
    public static readonly ApiMetadata Instance = new();
}

/// <summary>Marks an endpoint that takes many addresses at once: its body may have <see cref="LimitOptions.BulkJsonBytes"/>.</summary>
public sealed class BulkBodyMetadata
{
    internal static readonly BulkBodyMetadata Instance = new();
}

/// <summary>The body of a request, read whole before binding.</summary>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Reads bodies before they are bound: never more than the limit, UTF-8 only, JSON only. What comes after needs no limit of its own, and a body
/// that is too large costs neither memory nor a parser.
/// </summary>
internal sealed class ApiBody(RequestDelegate next, IOptions<LimitOptions> limits)
{
    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        return endpoint?.Metadata.GetMetadata<ApiMetadata>() is null || !HasBody(context.Request)
            ? next(context)
            : ReadAsync(context, endpoint);
    }

    private static bool HasBody(HttpRequest request) => request.ContentLength is > 0 || request.Headers.ContainsKey(HeaderNames.TransferEncoding)
        || request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    private async Task ReadAsync(HttpContext context, Endpoint endpoint)
    {
        var limit = endpoint.Metadata.GetMetadata<BulkBodyMetadata>() is null ? limits.Value.JsonBytes : limits.Value.BulkJsonBytes;
        var request = context.Request;
        if (request.ContentLength > limit)
        {
            await Problems.WriteAsync(context, Problems.Details(StatusCodes.Status413PayloadTooLarge));
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(request.ContentLength + 1 ?? 4096, 1024, limit + 1));
        try
        {
            var length = 0;
            while (true)
            {
                var read = await request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
                length += read;
                if (read == 0 || length > limit)
                {
                    break;
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length, limit);
                }
            }

            if (Refusal(request, endpoint, buffer.AsSpan(0, length), limit) is { } refusal)
            {
                await Problems.WriteAsync(context, refusal);
                return;
            }

            context.Features.Set(new RequestBody(buffer.AsMemory(0, length)));
            // Found to be UTF-8: whatever the charset was called, it needs no conversion.
            request.ContentType = length > 0 ? "application/json" : request.ContentType;
            request.Body = new MemoryStream(buffer, 0, length, writable: false);
            await next(context);
        }
        finally
        {
            context.Features.Set<RequestBody>(null);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static Microsoft.AspNetCore.Mvc.ProblemDetails? Refusal(HttpRequest request, Endpoint endpoint, ReadOnlySpan<byte> body, int limit)
    {
        if (body.Length > limit)
        {
            return Problems.Details(StatusCodes.Status413PayloadTooLarge);
        }

        if (body.Length == 0 || endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null)
        {
            return null;
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !(type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        {
            return Problems.Details(StatusCodes.Status415UnsupportedMediaType);
        }

        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        var isUtf8 = !charset.HasValue || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return isUtf8 && Utf8.IsValid(body) ? null : Problems.Details(ApiErrors.NotUtf8);
    }

    private static byte[] Grow(byte[] buffer, int length, int limit)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(length * 2, Math.Max(limit + 1, length + 1)));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }
}
