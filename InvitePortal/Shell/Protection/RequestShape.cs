using Microsoft.AspNetCore.Http.Features;

namespace InvitePortal.Shell.Protection;

/// <summary>Requests that nobody needs to look at: too long, too large, of a refused method. And HEAD, which pages answer like GET without a body.</summary>
internal sealed class RequestShape(RequestDelegate next)
{
    /// <summary>Longest path and query, in characters.</summary>
    public const int MaxUrl = 2_048;

    /// <summary>Largest body of any request: an import of 5 MB and what a form adds to it.</summary>
    public const long MaxBody = (5 * 1024 * 1024) + (64 * 1024);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (Refusal(context) is { } status)
        {
            context.Response.StatusCode = status;
        }
        else if (HttpMethods.IsHead(request.Method) && !request.IsCircuit())
        {
            await AnswerHeadAsync(context);
        }
        else
        {
            await next(context);
        }
    }

    private static int? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsTrace(request.Method) || HttpMethods.IsConnect(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD, POST, PUT, DELETE";
            return StatusCodes.Status405MethodNotAllowed;
        }

        if (context.Features.Get<IHttpRequestFeature>()!.RawTarget.Length > MaxUrl || request.Path.Value!.Length + request.QueryString.Value!.Length > MaxUrl)
        {
            return StatusCodes.Status414UriTooLong;
        }

        return request.ContentLength > MaxBody ? StatusCodes.Status413PayloadTooLarge : null;
    }

    // Endpoints of components know GET and POST only: HEAD would get 404 from them, and mail scanners would take the link for broken.
    private async Task AnswerHeadAsync(HttpContext context)
    {
        var body = context.Features.Get<IHttpResponseBodyFeature>()!;
        context.Request.Method = HttpMethods.Get;
        context.Items[HeadRequests.Mark] = true;
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, body));
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(body);
            context.Request.Method = HttpMethods.Head;
        }
    }
}

/// <summary>What is left to see of a HEAD that is answered like a GET.</summary>
public static class HeadRequests
{
    internal const string Mark = "was-head";

    /// <summary>Whether the caller wants to know of a page without reading it, as mail scanners do.</summary>
    public static bool WasHead(this HttpContext context) => context.Items.ContainsKey(Mark);
}
