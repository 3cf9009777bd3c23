using System.Globalization;
using InvitePortal.Common;
using Microsoft.Net.Http.Headers;

namespace InvitePortal.Api;

/// <summary>Answers with a table as a file that is written while it is read.</summary>
public static class CsvDownload
{
    /// <summary>Sends what <paramref name="write"/> writes; a failure before its first byte as a problem.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">What the file is called, before the day of <paramref name="now"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="write">Writes to the stream, or says why not.</param>
    public static async Task<IResult> AnswerAsync(HttpContext context, string name, DateTimeOffset now, Func<Stream, CancellationToken, Task<Result>> write)
    {
        context.Response.ContentType = "text/csv; charset=utf-8";
        context.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment")
        {
            FileName = string.Create(CultureInfo.InvariantCulture, $"{name}-{now:yyyy-MM-dd}.csv"),
        }.ToString();
        var written = await write(context.Response.Body, context.RequestAborted);
        return written.Succeeded ? TypedResults.Empty : Refused(context, written.Error);
    }

    private static IResult Refused(HttpContext context, Error error)
    {
        if (context.Response.HasStarted)
        {
            // A file that ends early must not look like a whole one.
            context.Abort();
            return TypedResults.Empty;
        }

        context.Response.Clear();
        return error.ToProblem();
    }
}
