using System.Net;
using AngleSharp.Html.Parser;
using InvitePortal.Common;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

public sealed class HeaderTests(HeaderTests.Host host) : IClassFixture<HeaderTests.Host>
{
    private const string Policy = "default-src 'self'; base-uri 'self'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; script-src 'self'; "
        + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' wss://localhost";

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/accept-invitation?token=x")]
    [InlineData("/nothing/here")]
    [InlineData("/error")]
    [InlineData("/api/nothing")]
    [InlineData("/api/index.html")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/app.css")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_blazor/negotiate")]
    public async Task G07_EveryAnswer_CarriesTheHeaders(string path)
    {
        using var client = host.Portal.CreateApiClient();

        var answer = await client.GetAsync(path);

        Assert.Equal(Policy, One(answer, "Content-Security-Policy"));
        Assert.Equal("nosniff", One(answer, "X-Content-Type-Options"));
        Assert.Equal("same-origin", One(answer, "Cross-Origin-Opener-Policy"));
        Assert.Equal("max-age=31536000", One(answer, "Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
        Assert.False(answer.Headers.Contains("X-Frame-Options"));
    }

    [Theory]
    [InlineData("/accept-invitation?token=x", "no-referrer")]
    [InlineData("/Accept-Invitation?token=x", "no-referrer")]
    [InlineData("/reset-password?token=x", "no-referrer")]
    [InlineData("/setup", "no-referrer")]
    [InlineData("/sign-in", "no-referrer")]
    [InlineData("/sign-in/code", "no-referrer")]
    [InlineData("/sign-in/link?token=x", "no-referrer")]
    [InlineData("/", "same-origin")]
    [InlineData("/users", "same-origin")]
    public async Task K02_SecretPages_SendNoReferrerAndLoadNothingFromElsewhere(string path, string expected)
    {
        using var client = host.Portal.CreateApiClient();

        var answer = await client.GetAsync(path);
        using var page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());

        Assert.Equal(expected, One(answer, "Referrer-Policy"));
        Assert.DoesNotContain(
            page.QuerySelectorAll("[src], link[href]").Select(e => e.GetAttribute("src") ?? e.GetAttribute("href") ?? ""),
            url => url.Contains("//", StringComparison.Ordinal));
    }

    [Fact]
    public async Task K08_PrivatePages_AreNotStored()
    {
        var portal = host.Portal;
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin);
        using var client = portal.CreateApiClient();
        client.DefaultRequestHeaders.Add("Cookie", portal.CookieOf(person));

        foreach (var path in new[] { "/", "/users", "/profile/password", "/sign-in", "/nothing/here", "/api/nothing", "/health/ready" })
        {
            Assert.Equal("no-store", One(await client.GetAsync(path), "Cache-Control"));
        }

        Assert.NotEqual("no-store", One(await client.GetAsync("/app.css"), "Cache-Control"));
    }

    [Fact]
    public async Task Get_Development_IsNotBoundToHttps()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development" });
        using var client = portal.CreateApiClient();
        client.BaseAddress = new Uri("https://localhost");

        Assert.False((await client.GetAsync("/health/live")).Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Get_HostThatIsNoHost_StaysOutOfThePolicy()
    {
        using var client = host.Portal.CreateApiClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Host", "a;script-src *");

        var answer = await client.GetAsync("/health/live");

        Assert.DoesNotContain("*", One(answer, "Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Cookies_AreGuarded()
    {
        using var client = host.Portal.CreateApiClient();

        var answer = await client.GetAsync("/sign-in");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-forms=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    private static string One(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? Assert.Single(values) : "";

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync();

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
