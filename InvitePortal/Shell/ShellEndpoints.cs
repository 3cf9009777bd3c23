using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Shell;

/// <summary>What a visitor chooses for this browser: language and colours. Real posts with antiforgery, since a circuit cannot set cookies.</summary>
internal static class ShellEndpoints
{
    public const string SchemeCookie = "scheme";
    private const string Light = "light";
    private const string Dark = "dark";

    public static void MapPreferences(this IEndpointRouteBuilder app)
    {
        var preferences = app.MapGroup("/preferences").AllowAnonymous().ExcludeFromDescription();
        preferences.MapPost("/language", SetLanguage);
        preferences.MapPost("/scheme", SetScheme);
    }

    /// <summary>The chosen scheme; null follows the device.</summary>
    public static string? Scheme(HttpRequest request) => request.Cookies[SchemeCookie] is Light or Dark ? request.Cookies[SchemeCookie] : null;

    private static StatusCodeHttpResult SetLanguage(HttpContext context, [FromForm] string? language, [FromForm] string? returnUrl)
    {
        if (Languages.IsKnown(language))
        {
            var value = CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language!));
            context.Response.Cookies.Append(CookieRequestCultureProvider.DefaultCookieName, value, Lasting(context));
        }

        return SeeOther(context, returnUrl);
    }

    private static StatusCodeHttpResult SetScheme(HttpContext context, [FromForm] string? scheme, [FromForm] string? returnUrl)
    {
        if (scheme is Light or Dark)
        {
            context.Response.Cookies.Append(SchemeCookie, scheme, Lasting(context));
        }
        else
        {
            context.Response.Cookies.Delete(SchemeCookie, Lasting(context));
        }

        return SeeOther(context, returnUrl);
    }

    private static CookieOptions Lasting(HttpContext context) => new()
    {
        MaxAge = TimeSpan.FromDays(365),
        SameSite = SameSiteMode.Lax,
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        IsEssential = true,
    };

    private static StatusCodeHttpResult SeeOther(HttpContext context, string? returnUrl)
    {
        context.Response.Headers.Location = LocalUrl.OrHome(returnUrl);
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
