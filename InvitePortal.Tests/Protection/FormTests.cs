using System.Net;
using InvitePortal.Common;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

/// <summary>Forms of the pages: only from the portal's own pages, and never leading to another site.</summary>
public sealed class FormTests(FormTests.Host host) : IClassFixture<FormTests.Host>
{
    private static readonly string[] Forms =
    [
        "/sign-in",
        "/sign-in/code",
        "/sign-in/link",
        "/sign-out",
        "/forgot-password",
        "/reset-password",
        "/setup",
        "/session/start",
        "/profile/password",
        "/preferences/language",
        "/preferences/scheme",
        "/accept-invitation",
    ];

    [Fact]
    public async Task G04_FormsOfOtherSites_Are400AndChangeNothing()
    {
        var person = await host.Portal.Services.AddPersonAsync(Role.Staff);
        using var client = host.Portal.CreateApiClient();
        client.DefaultRequestHeaders.Add("Cookie", host.Portal.CookieOf(person));
        client.DefaultRequestHeaders.Add("Origin", "https://evil.example");

        foreach (var path in Forms)
        {
            foreach (var forged in new[] { null, "CfDJ8forged" })
            {
                var fields = new Dictionary<string, string> { ["language"] = "ru", ["scheme"] = "dark", ["ticket"] = "x", ["email"] = person.Email, ["password"] = "x", ["_handler"] = "sign-in" };
                if (forged is not null)
                {
                    fields["__RequestVerificationToken"] = forged;
                }

                var answer = await client.PostAsync(path, new FormUrlEncodedContent(fields));

                Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"POST {path} answered {(int)answer.StatusCode}");
                Assert.False(answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(c => !c.Contains("forms=", StringComparison.Ordinal)), path);
            }
        }

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task Post_WithoutToken_ShowsAPlainPage()
    {
        using var client = host.Portal.CreateApiClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru");

        var answer = await client.PostAsync("/preferences/language", new FormUrlEncodedContent(new Dictionary<string, string> { ["language"] = "ru" }));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("<html lang=\"ru\">", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("\t//evil.example")]
    [InlineData("/\r\nLocation: https://evil.example")]
    [InlineData("")]
    public async Task G01_ReturnUrl_StaysOnThisSite(string returnUrl)
    {
        using var browser = host.Portal.CreateBrowser();

        var language = await browser.PostFormAsync("/sign-in", new Dictionary<string, string> { ["language"] = "ru", ["returnUrl"] = returnUrl }, "form[action='/preferences/language']");
        AssertStays(language, returnUrl);

        var person = await host.Portal.Services.AddPersonAsync(Role.Staff, password: "correct horse battery");
        var signIn = await browser.PostFormAsync(
            "/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl),
            new Dictionary<string, string> { ["email"] = person.Email, ["password"] = "correct horse battery", ["how"] = "password" },
            "form:has(#password)");
        AssertStays(signIn, returnUrl);
    }

    private static void AssertStays(HttpResponseMessage answer, string returnUrl)
    {
        Assert.InRange((int)answer.StatusCode, 200, 499);
        var location = answer.Headers.Location?.OriginalString ?? "/";
        var target = new Uri(new Uri("https://localhost/"), location);
        Assert.True(target.Host == "localhost" && target.Scheme == "https", $"{returnUrl} led to {location}");
        Assert.False(location.StartsWith("//", StringComparison.Ordinal) || location.StartsWith("/\\", StringComparison.Ordinal), location);
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Settings = new Dictionary<string, string?> { ["Limits:PasswordWorkFactor"] = "4" },
        });

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
