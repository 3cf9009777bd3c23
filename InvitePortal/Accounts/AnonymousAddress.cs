using System.Security.Claims;
using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>Puts the network address on the principal of people not signed in, so that limits on a circuit know them by it.</summary>
public static class AnonymousAddress
{
    /// <summary>Somebody not signed in, calling from this address.</summary>
    public static ClaimsPrincipal Principal(string address) => new(new ClaimsIdentity([new Claim(ActorClaims.Address, address)]));

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.Identity?.IsAuthenticated is not true)
        {
            context.User = Principal(ActorClaims.AddressKey(context.Connection.RemoteIpAddress));
        }

        return next(context);
    }
}
