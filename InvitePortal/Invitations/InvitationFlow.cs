using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Shell.Protection;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Localization;

namespace InvitePortal.Invitations;

/// <summary>
/// Takes the secret out of the address bar: opening a mailed link sets a protected cookie for 15 minutes and leads to the clean page. Nothing is
/// used up by it, however often and by whatever machine the link is fetched.
/// </summary>
public sealed class InvitationFlow(IDataProtectionProvider protection, AccountsCookies cookies)
{
    /// <summary>The page that the link names.</summary>
    public const string Path = "/accept-invitation";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("InvitePortal.Invitations.Flow").ToTimeLimitedDataProtector();

    private readonly string _cookie = cookies.Name("invitation");

    /// <summary>The token of the flow that this browser is in; null when there is none, or its time is over.</summary>
    public string? TokenOf(HttpContext context)
    {
        try
        {
            return context.Request.Cookies[_cookie] is { } value ? _protector.Unprotect(value) : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Answers <c>GET /accept-invitation?token=…</c> with 303 to the clean page; other requests pass.</summary>
    public async Task InterceptAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase)
            || !HttpMethods.IsGet(context.Request.Method)
            || context.WasHead()
            || context.Request.Query["token"].ToString() is not { Length: > 0 } token)
        {
            await next(context);
            return;
        }

        var landings = context.RequestServices.GetRequiredService<InvitationLandingQueries>();
        var actor = Actor.Anonymous(ActorClaims.AddressKey(context.Connection.RemoteIpAddress));
        var found = await landings.FindAsync(actor, token, context.RequestAborted);
        if (found.Succeeded)
        {
            await landings.NoteAsync(found.Value.Id, InvitationEventKind.Fetched, context.RequestAborted);
            if (!context.Request.Cookies.ContainsKey(CookieRequestCultureProvider.DefaultCookieName) && context.User.Identity is not { IsAuthenticated: true })
            {
                // The page speaks the language of the invitation, unless this browser has chosen one.
                var culture = new RequestCulture(found.Value.Language);
                context.Response.Cookies.Append(
                    CookieRequestCultureProvider.DefaultCookieName, CookieRequestCultureProvider.MakeCookieValue(culture), cookies.Options());
            }
        }

        // An unknown link is counted as a guess here, not again by the page and its circuit.
        var kept = found.Error?.Code != InvitationErrors.UnknownLink.Code && token.Length <= Secrets.TextLength ? token : "";
        context.Response.Cookies.Append(_cookie, _protector.Protect(kept, Lifetime), cookies.Options(Lifetime));
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = Path;
    }
}
