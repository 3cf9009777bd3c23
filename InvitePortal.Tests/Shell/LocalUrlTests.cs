using InvitePortal.Shell;

namespace InvitePortal.Tests.Shell;

public sealed class LocalUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/users?tab=invites&search=a%2Fb")]
    public void OrHome_PathOfThisPortal_IsKept(string url) => Assert.Equal(url, LocalUrl.OrHome(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("users")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.example")]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    public void OrHome_AnythingElse_LeadsHome(string? url) => Assert.Equal("/", LocalUrl.OrHome(url));
}
