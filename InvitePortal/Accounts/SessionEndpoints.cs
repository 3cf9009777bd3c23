using InvitePortal.Common;
using InvitePortal.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Accounts;

/// <summary>The posts that set and take away the session's cookie. Reading the form makes the framework check antiforgery.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/session/start", StartAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/profile/saved", ReloadProfile).RequireAuthorization().ExcludeFromDescription();
        app.MapPost("/session/role", SwitchRoleAsync).RequireAuthorization().ExcludeFromDescription();
        // The page of the same path answers GET; the lower order lets this one have the posts.
        app.MapPost("/sign-out", SignOutAsync).AllowAnonymous().ExcludeFromDescription().WithOrder(-1);
    }

    private static async Task<StatusCodeHttpResult> StartAsync(
        HttpContext context, BrowserSessions browser, [FromForm] string? ticket, [FromForm] string? returnUrl)
    {
        var begun = await browser.BeginAsync(context, ticket);
        return SeeOther(context, begun.Succeeded ? LocalUrl.OrHome(returnUrl) : "/sign-in?notice=ticket");
    }

    private static async Task<StatusCodeHttpResult> SignOutAsync(HttpContext context, BrowserSessions browser, [FromForm] string? returnUrl)
    {
        await browser.EndAsync(context);
        return SeeOther(context, LocalUrl.IsLocal(returnUrl) ? LocalUrl.OrHome(returnUrl) : "/sign-in?notice=signed-out");
    }

    private static async Task<StatusCodeHttpResult> SwitchRoleAsync(HttpContext context, ProfileService profiles, [FromForm] Role role)
    {
        var switched = await profiles.SwitchRoleAsync(context.User.ToActor(), role, context.RequestAborted);
        // The profile says why not, when it is tried there.
        return SeeOther(context, switched.Succeeded ? "/" : "/profile#roles");
    }

    // The language chosen for this browser would hide the one just chosen in the profile; a circuit cannot take the cookie away.
    private static StatusCodeHttpResult ReloadProfile(HttpContext context)
    {
        context.Response.Cookies.Delete(CookieRequestCultureProvider.DefaultCookieName);
        return SeeOther(context, "/profile?notice=saved");
    }

    private static StatusCodeHttpResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
