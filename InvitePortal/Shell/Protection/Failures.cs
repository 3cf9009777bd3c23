using System.Diagnostics;
using InvitePortal.Data;
using Microsoft.AspNetCore.Diagnostics;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Exceptions behind pages whose answer is known without looking further: a request that cannot be read, a database that does not answer. Those must
/// not run the error page, which may need the database as well. All others go on to <c>/error</c>.
/// </summary>
internal sealed partial class PageFailures(ILogger<PageFailures> logger) : IExceptionHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case BadHttpRequestException bad:
                await PlainPage.WriteAsync(httpContext, bad.StatusCode);
                return true;
            // The form reader's own limits on keys, values and lengths.
            case InvalidDataException when httpContext.Request.HasFormContentType:
                await PlainPage.WriteAsync(httpContext, StatusCodes.Status400BadRequest);
                return true;
        }

        if (!DbErrors.IsUnavailable(exception))
        {
            LogFailed(exception, Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier);
            return false;
        }

        LogUnavailable(exception.GetBaseException().Message);
        await PlainPage.WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable, RetryAfter);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A page failed, reference {Reference}.")]
    private partial void LogFailed(Exception exception, string reference);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A page was put off, the database does not answer: {Reason}")]
    private partial void LogUnavailable(string reason);
}

/// <summary>Gives pages without a body (refused, forbidden, failed even in the error page) the plain one. Not found is left to its own page.</summary>
internal sealed partial class PageStatuses(RequestDelegate next, ILogger<PageStatuses> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            LogFailed(e);
            context.Response.Clear();
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        var response = context.Response;
        var hasOwnPage = response.StatusCode == StatusCodes.Status404NotFound && context.Request.IsPage();
        if (response is { StatusCode: >= 400, HasStarted: false, ContentLength: null or 0, ContentType: null } && !hasOwnPage)
        {
            await PlainPage.WriteAsync(context, response.StatusCode);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request failed, and its error page too.")]
    private partial void LogFailed(Exception exception);
}
