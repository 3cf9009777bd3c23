using System.Globalization;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Api;

/// <summary>A value of the query that cannot be used, found while binding.</summary>
internal sealed class BindingFailure(Error error) : BadHttpRequestException(error.Code)
{
    public Error Error { get; } = error;
}

/// <summary>Exceptions under <c>/api</c> become problems: what the client got wrong is named, everything else only has its id in the log.</summary>
internal sealed partial class ApiFailures(ILogger<ApiFailures> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // By now the request's own path is that of the error page.
        if (!ApiFeature.IsApi(httpContext.Features.Get<IExceptionHandlerPathFeature>()!.Path))
        {
            return false;
        }

        CultureInfo.CurrentUICulture = RequestLanguage.Of(httpContext);
        await Problems.WriteAsync(httpContext, Explain(exception, Problems.TraceId(httpContext)));
        return true;
    }

    private ProblemDetails Explain(Exception exception, string traceId)
    {
        switch (exception)
        {
            case BindingFailure failure:
                return Problems.Details(failure.Error);
            case BadHttpRequestException { InnerException: JsonException json }:
                return Problems.Details(JsonMistakes.Explain(json));
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad:
                return Problems.Details(ParameterMistake(bad));
            case BadHttpRequestException bad:
                return Problems.Details(bad.StatusCode);
        }

        if (DbErrors.IsUnavailable(exception))
        {
            LogUnavailable(exception.GetBaseException().Message);
            return Problems.Details(StatusCodes.Status503ServiceUnavailable);
        }

        LogFailed(exception, traceId);
        return Problems.Details(StatusCodes.Status500InternalServerError);
    }

    // The framework's sentence is: Failed to bind parameter "Guid id" from "…". Only the name is taken from it, never the value.
    private static Error ParameterMistake(BadHttpRequestException bad)
    {
        var quoted = bad.Message.Split('"');
        return quoted.Length > 1 && bad.Message.Contains("parameter", StringComparison.Ordinal) && quoted[1].Split(' ') is [.., var name]
            ? bad.Message.Contains("from body", StringComparison.Ordinal) ? ApiErrors.BodyMissing : ApiErrors.Parameter(name)
            : ApiErrors.Malformed;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request of the API failed, trace id {TraceId}.")]
    private partial void LogFailed(Exception exception, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request of the API was put off, the database does not answer: {Reason}")]
    private partial void LogUnavailable(string reason);
}

/// <summary>Answers of the API that have a status but no body (no route, wrong method, not signed in) get their problem.</summary>
internal sealed class ApiStatuses(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var response = context.Response;
        if (ApiFeature.IsApi(context.Request.Path) && response is { StatusCode: >= 400, HasStarted: false, ContentLength: null or 0, ContentType: null })
        {
            CultureInfo.CurrentUICulture = RequestLanguage.Of(context);
            await Problems.WriteAsync(context, Problems.Details(response.StatusCode), response.Headers.RetryAfter);
        }
    }
}

/// <summary>Completes the problems that endpoints answer with: trace id and <c>Retry-After</c>.</summary>
internal sealed class ProblemFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var answer = await next(context);
        var result = answer is INestedHttpResult nested ? nested.Result : answer;
        if (result is Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult problem)
        {
            Problems.Complete(context.HttpContext, problem.ProblemDetails);
        }

        return answer;
    }
}
