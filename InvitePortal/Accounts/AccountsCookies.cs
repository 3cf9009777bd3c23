using System.Security.Claims;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>The schemes by which callers are known.</summary>
public static class AccountsSchemes
{
    /// <summary>Chooses by path: <see cref="Bearer"/> below <c>/api</c>, <see cref="Cookie"/> everywhere else.</summary>
    public const string Choice = "Portal.Choice";
    public const string Cookie = "Portal";
    public const string Bearer = "Bearer";
}

/// <summary>Names and attributes of the portal's own cookies.</summary>
public sealed class AccountsCookies(IOptions<PortalOptions> portal, IHostEnvironment environment)
{
    // Browsers keep neither Secure nor __Host- cookies over plain http; only Development goes without.
    private readonly bool _plain = environment.IsDevelopment() && portal.Value.PublicUrl.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The cookie's full name.</summary>
    public string Name(string name) => _plain ? name : "__Host-" + name;

    /// <summary>Secure (but over plain http in Development), HttpOnly, SameSite Lax, the whole site.</summary>
    public CookieOptions Options(TimeSpan? life = null) => new()
    {
        Secure = !_plain,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
        MaxAge = life,
    };

    /// <summary>The same for the framework's cookie handler.</summary>
    public void Apply(CookieBuilder cookie, string name)
    {
        cookie.Name = Name(name);
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = _plain ? CookieSecurePolicy.None : CookieSecurePolicy.Always;
        cookie.Path = "/";
        cookie.IsEssential = true;
    }
}

/// <summary>The cookie carries nothing but the secret of a session; who it is and what they may do is read anew at every request.</summary>
public sealed class SessionCookieEvents(IDbContextFactory<AppDbContext> databases, SessionLimits sessionLimits, TimeProvider clock) : CookieAuthenticationEvents
{
    private const string SecretClaim = "secret";

    /// <summary>Sets the cookie of a started session.</summary>
    public static Task SignInAsync(HttpContext context, BrowserSession session)
    {
        var identity = new ClaimsIdentity([new Claim(SecretClaim, session.Secret)], AccountsSchemes.Cookie);
        var properties = new AuthenticationProperties { IsPersistent = session.Remembered, ExpiresUtc = session.EndsAt, AllowRefresh = false };
        return context.SignInAsync(AccountsSchemes.Cookie, new ClaimsPrincipal(identity), properties);
    }

    /// <summary>Takes the cookie away.</summary>
    public static Task SignOutAsync(HttpContext context) => context.SignOutAsync(AccountsSchemes.Cookie);

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
        {
            // Files are the same for everybody: no query for each of them.
            context.RejectPrincipal();
            return;
        }

        var secret = context.Principal?.FindFirstValue(SecretClaim);
        await using var db = await databases.CreateDbContextAsync(http.RequestAborted);
        var session = await SessionQueries.FindAsync(db, secret, SessionKind.Browser, clock.GetUtcNow(), http.RequestAborted);
        if (session is null)
        {
            context.RejectPrincipal();
            await SignOutAsync(http);
            return;
        }

        await sessionLimits.SlideAsync(db, session, http.RequestAborted);
        context.ReplacePrincipal(session.ToPrincipal(ActorClaims.AddressKey(http.Connection.RemoteIpAddress), AccountsSchemes.Cookie));
    }
}
