using System.Security.Claims;
using InvitePortal.Accounts;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Protection;

/// <summary>The cookie of a stored session, made without the sign-in page.</summary>
internal static class TestCookies
{
    /// <summary>Value of a <c>Cookie</c> header.</summary>
    public static string CookieOf(this PortalFactory portal, TestPerson person)
    {
        var options = portal.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(AccountsSchemes.Cookie);
        var identity = new ClaimsIdentity([new Claim("secret", person.Secret)], AccountsSchemes.Cookie);
        var ticket = new AuthenticationTicket(new ClaimsPrincipal(identity), AccountsSchemes.Cookie);
        return $"{options.Cookie.Name}={options.TicketDataFormat.Protect(ticket)}";
    }
}
