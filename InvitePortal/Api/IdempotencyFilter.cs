using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace InvitePortal.Api;

/// <summary>Marks endpoints that honour <c>Idempotency-Key</c>, for the API's description.</summary>
internal sealed class IdempotencyMetadata
{
    public static readonly IdempotencyMetadata Instance = new();
}

/// <summary>
/// A creating POST that is sent again with the same <c>Idempotency-Key</c> gets the answer of the first, and changes nothing. Failures are not
/// remembered: they changed nothing either, so the key may be used for the mended request.
/// </summary>
internal sealed class IdempotencyFilter(IdempotencyStore store, IOptions<JsonOptions> json) : IEndpointFilter
{
    private const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!http.Request.Headers.TryGetValue(Header, out var values))
        {
            return await next(context);
        }

        if (values is not [{ Length: > 0 and <= MaxLength } key] || !key.All(c => c is >= ' ' and < '\x7f'))
        {
            return ApiErrors.IdempotencyKey.ToProblem();
        }

        var body = http.Features.Get<RequestBody>()?.Bytes ?? default;
        var id = Id(http.User.ToActor(), http.Request, key);
        var claim = await store.ClaimAsync(id, SHA256.HashData(body.Span), http.RequestAborted);
        switch (claim)
        {
            case { Error: { } error }:
                return error == ApiErrors.IdempotencyReused
                    ? TypedResults.Problem(Problems.Details(error, StatusCodes.Status422UnprocessableEntity))
                    : error.ToProblem();
            case { Value: { } answer }:
                http.Response.Headers["Idempotency-Replayed"] = "true";
                if (answer.Location is not null)
                {
                    http.Response.Headers.Location = answer.Location;
                }

                return answer.Body is null ? TypedResults.StatusCode(answer.Status) : TypedResults.Text(answer.Body, "application/json", Encoding.UTF8, answer.Status);
        }

        return await RunAsync(context, next, id);
    }

    private async Task<object?> RunAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, byte[] id)
    {
        var kept = false;
        try
        {
            var answer = await next(context);
            var result = answer is INestedHttpResult nested ? nested.Result : answer;
            if (result is IStatusCodeHttpResult { StatusCode: >= 200 and < 300 and var status })
            {
                var value = (result as IValueHttpResult)?.Value;
                var body = value is null ? null : JsonSerializer.Serialize(value, value.GetType(), json.Value.SerializerOptions);
                var location = result.GetType().GetProperty(nameof(Created.Location))?.GetValue(result) as string;
                await store.KeepAsync(id, new IdempotentAnswer(status, body, location));
                kept = true;
            }

            return answer;
        }
        finally
        {
            if (!kept)
            {
                await store.ForgetAsync(id);
            }
        }
    }

    private static byte[] Id(Actor actor, HttpRequest request, string key) => SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{actor.UserId?.ToString() ?? actor.Address}\n{request.Method}\n{request.Path.Value?.TrimEnd('/').ToLowerInvariant()}\n{key}"));
}
