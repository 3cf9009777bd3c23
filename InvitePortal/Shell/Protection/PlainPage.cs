using System.Globalization;
using System.Resources;
using System.Text.Encodings.Web;
using InvitePortal.Common;

namespace InvitePortal.Shell.Protection;

/// <summary>A page that needs neither the database nor components: one sentence and a next step.</summary>
internal static class PlainPage
{
    private static readonly ResourceManager Texts = new("InvitePortal.Shell.Protection.ProtectionTexts", typeof(PlainPage).Assembly);

    /// <summary>Answers with <paramref name="status"/>. Programs get no body here; the API's conventions add their own.</summary>
    public static async Task WriteAsync(HttpContext context, int status, TimeSpan? retryAfter = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (context.Request.IsApi() || context.Request.IsCircuit())
        {
            return;
        }

        response.ContentType = "text/html; charset=utf-8";
        await response.WriteAsync(Html(context, status), context.RequestAborted);
    }

    private static string Html(HttpContext context, int status)
    {
        var culture = RequestLanguage.Of(context);
        var key = Texts.GetString($"page.{status}.title", culture) is null ? (status >= 500 ? 500 : 400) : status;
        string Text(string name) => HtmlEncoder.Default.Encode(Texts.GetString(name, culture) ?? name);
        var again = HttpMethods.IsGet(context.Request.Method) && status is 429 or 503;
        return $"""
            <!DOCTYPE html>
            <html lang="{culture.TwoLetterISOLanguageName}">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>{Text($"page.{key}.title")}</title>
            <link rel="stylesheet" href="/app.css" />
            </head>
            <body>
            <main class="plain-page card stack">
            <h1>{Text($"page.{key}.title")}</h1>
            <p>{Text($"page.{key}.text")}</p>
            <p><a class="btn primary" href="{(again ? "" : "/")}">{Text(again ? "page.again" : "page.home")}</a></p>
            </main>
            </body>
            </html>
            """;
    }
}
