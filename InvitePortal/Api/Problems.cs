using System.Globalization;
using System.Text.Json;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace InvitePortal.Api;

/// <summary>The one mapping from <see cref="Error"/> to problem details (RFC 9457).</summary>
public static class Problems
{
    private const string RetryAfter = "retryAfter";

    /// <summary>The failure as an endpoint's answer.</summary>
    public static ProblemHttpResult ToProblem(this Error error) => TypedResults.Problem(Details(error));

    /// <summary>200 with the value, or the failure.</summary>
    public static Results<Ok<T>, ProblemHttpResult> ToOk<T>(this Result<T> result) =>
        result.Succeeded ? TypedResults.Ok(result.Value) : result.Error.ToProblem();

    /// <summary>204, or the failure.</summary>
    public static Results<NoContent, ProblemHttpResult> ToNoContent(this Result result) =>
        result.Succeeded ? TypedResults.NoContent() : result.Error.ToProblem();

    /// <summary>The HTTP status of each kind of failure.</summary>
    public static int Status(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => StatusCodes.Status400BadRequest,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Gone => StatusCodes.Status410Gone,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    internal static ProblemDetails Details(Error error, int? status = null)
    {
        var problem = new ProblemDetails
        {
            Type = "urn:problem-type:inviteportal:" + error.Code,
            Status = status ?? Status(error.Kind),
            Detail = error.Message,
            Extensions = { ["code"] = error.Code },
        };
        problem.Title = ReasonPhrases.GetReasonPhrase(problem.Status.Value);
        if (error.Field is not null)
        {
            problem.Extensions["field"] = error.Field;
        }

        if (error.RetryAfter is { } wait)
        {
            problem.Extensions[RetryAfter] = (long)Math.Ceiling(Math.Max(1, wait.TotalSeconds));
        }

        return problem;
    }

    /// <summary>The problem of an answer that has a status and nothing else.</summary>
    internal static ProblemDetails Details(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => Details(new Error(ErrorKind.Forbidden, "request.unauthorized"), status),
        StatusCodes.Status403Forbidden => Details(new Error(ErrorKind.Forbidden, "request.forbidden")),
        StatusCodes.Status404NotFound => Details(new Error(ErrorKind.NotFound, "request.not_found")),
        StatusCodes.Status405MethodNotAllowed => Details(new Error(ErrorKind.Invalid, "request.method"), status),
        StatusCodes.Status408RequestTimeout => Details(new Error(ErrorKind.Invalid, "request.too_slow"), status),
        StatusCodes.Status413PayloadTooLarge => Details(new Error(ErrorKind.Invalid, "request.too_large"), status),
        StatusCodes.Status414UriTooLong => Details(new Error(ErrorKind.Invalid, "request.url_too_long"), status),
        StatusCodes.Status415UnsupportedMediaType => Details(new Error(ErrorKind.Invalid, "request.media_type"), status),
        StatusCodes.Status429TooManyRequests => Details(new Error(ErrorKind.TooMany, "request.too_many")),
        StatusCodes.Status503ServiceUnavailable => Details(new Error(ErrorKind.Unavailable, "unavailable") { RetryAfter = TimeSpan.FromSeconds(5) }),
        >= StatusCodes.Status500InternalServerError => Details(new Error(ErrorKind.Unavailable, "internal"), status),
        _ => Details(new Error(ErrorKind.Invalid, "request.invalid"), status),
    };

    /// <summary>Writes a problem from middleware, with the id under which the log knows the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What went wrong.</param>
    /// <param name="retryAfter">Seconds that were decided on before, if any.</param>
    internal static Task WriteAsync(HttpContext context, ProblemDetails problem, string? retryAfter = null)
    {
        if (long.TryParse(retryAfter, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            problem.Extensions[RetryAfter] = seconds;
        }

        Complete(context, problem);
        context.Response.StatusCode = problem.Status!.Value;
        return context.Response.WriteAsJsonAsync(problem, (JsonSerializerOptions?)null, "application/problem+json", context.RequestAborted);
    }

    internal static string TraceId(HttpContext context) => System.Diagnostics.Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    internal static void Complete(HttpContext context, ProblemDetails problem)
    {
        problem.Extensions["traceId"] = TraceId(context);
        if (problem.Extensions.TryGetValue(RetryAfter, out var seconds))
        {
            context.Response.Headers.RetryAfter = Convert.ToString(seconds, CultureInfo.InvariantCulture);
        }
    }
}
