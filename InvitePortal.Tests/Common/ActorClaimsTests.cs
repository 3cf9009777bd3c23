using System.Net;
using System.Security.Claims;
using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class ActorClaimsTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    public void J03_AddressKey_Ipv6CountsByIts64(string address, string key) => Assert.Equal(key, ActorClaims.AddressKey(IPAddress.Parse(address)));

    [Fact]
    public void AddressKey_NoAddress_IsUnknown() => Assert.Equal("unknown", ActorClaims.AddressKey(null));

    [Fact]
    public void ToActor_Claims_BecomeIdsOnly()
    {
        var user = Guid.NewGuid();
        var session = Guid.NewGuid();
        var principal = Principal(
            (ActorClaims.UserId, user.ToString()), (ActorClaims.SessionId, session.ToString()), (ActorClaims.Address, "192.0.2.7"), (ActorClaims.ActiveRole, "Staff"));

        Assert.Equal(new Actor(user, session, "192.0.2.7"), principal.ToActor());
        Assert.Equal(Role.Staff, principal.ActiveRoleOf());
    }

    [Fact]
    public void ToActor_Nobody_IsAnonymous()
    {
        Assert.Equal(Actor.Anonymous("unknown"), new ClaimsPrincipal().ToActor());
        Assert.Equal(Actor.Anonymous("192.0.2.7"), Principal((ActorClaims.Address, "192.0.2.7"), (ActorClaims.UserId, "nonsense")).ToActor());
        Assert.Null(new ClaimsPrincipal().ActiveRoleOf());
    }

    private static ClaimsPrincipal Principal(params (string Type, string Value)[] claims) =>
        new(new ClaimsIdentity(claims.Select(c => new Claim(c.Type, c.Value))));
}
