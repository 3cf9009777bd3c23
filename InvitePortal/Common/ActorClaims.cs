using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;

namespace InvitePortal.Common;

/// <summary>The claims of a signed-in principal, made anew from the stored session at every request, and how an <see cref="Actor"/> is read from them.</summary>
public static class ActorClaims
{
    /// <summary>Named <c>sub</c> because antiforgery tokens are bound to that claim; without it they would be bound to all claims, and die when the person changes networks or roles.</summary>
    public const string UserId = "sub";
    /// <summary>Id of the session; no secret.</summary>
    public const string SessionId = "sid";
    public const string Name = "name";
    public const string Email = "email";
    /// <summary>Name of the active <see cref="Role"/>, as <see cref="ClaimsIdentity.RoleClaimType"/>.</summary>
    public const string ActiveRole = "role";
    /// <summary>All roles held, as <see cref="RoleBits"/>.</summary>
    public const string Roles = "roles";
    /// <summary>Version of the uploaded picture; only there when there is one.</summary>
    public const string AvatarVersion = "avatar";
    public const string Language = "lang";
    public const string TimeZone = "tz";
    /// <summary>Network address; also on the principal of somebody not signed in.</summary>
    public const string Address = "addr";

    /// <summary>Who calls, for a service. Rights are not read from claims.</summary>
    public static Actor ToActor(this ClaimsPrincipal principal) => new(
        Guid.TryParse(principal.FindFirstValue(UserId), out var user) ? user : null,
        Guid.TryParse(principal.FindFirstValue(SessionId), out var session) ? session : null,
        principal.FindFirstValue(Address) ?? "unknown");

    /// <summary>The active role, to choose what a page shows; null for somebody not signed in.</summary>
    public static Role? ActiveRoleOf(this ClaimsPrincipal principal) =>
        Enum.TryParse<Role>(principal.FindFirstValue(ActiveRole), out var role) ? role : null;

    /// <summary>The roles held, as <see cref="RoleBits"/>; none for somebody not signed in.</summary>
    public static int RoleBitsOf(this ClaimsPrincipal principal) =>
        int.TryParse(principal.FindFirstValue(Roles), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) ? bits : 0;

    /// <summary>The key by which limits know a caller: IPv4 as it is, IPv6 by its /64 (one household has a whole /64).</summary>
    public static string AddressKey(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily is not AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return new IPAddress(bytes) + "/64";
    }
}
