using System.Net;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

/// <summary>Requests that no browser makes. On a real port, since the server answers some of them.</summary>
public sealed class RequestShapeTests(RequestShapeTests.Host host) : IClassFixture<RequestShapeTests.Host>
{
    private string Url => host.Portal.Url;

    [Theory]
    [InlineData(2_000, 404)]
    [InlineData(2_100, 414)]
    [InlineData(20_000, 414)]
    public async Task O08_LongAddress_Is414(int length, int status)
    {
        Assert.Equal(status, (await RawHttp.SendAsync(Url, $"GET /{new string('a', length)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
        Assert.Equal(status, (await RawHttp.SendAsync(Url, $"GET /nothing?{new string('a', length)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
        Assert.Equal(status, (await RawHttp.SendAsync(Url, $"GET /api/{new string('a', length)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);
    }

    [Fact]
    public async Task O08_LargeHeaders_Are431()
    {
        var many = string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: 1\r\n"));

        Assert.Equal(431, (await RawHttp.SendAsync(Url, $"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {new string('a', 40_000)}\r\n\r\n")).Status);
        Assert.Equal(431, (await RawHttp.SendAsync(Url, $"GET / HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")).Status);
    }

    [Theory]
    [InlineData("TRACE", "/")]
    [InlineData("TRACE", "/api/invitations")]
    [InlineData("TRACE", "/app.css")]
    public async Task G10_Trace_Is405(string method, string path)
    {
        var answer = await RawHttp.SendAsync(Url, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nX-Secret: canary\r\n\r\n");

        Assert.Equal(405, answer.Status);
        Assert.DoesNotContain("canary", answer.Head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/%2e%2e/appsettings.json")]
    [InlineData("/..%2fappsettings.json")]
    [InlineData("/%2e%2e%2f%2e%2e%2fetc/passwd")]
    [InlineData("/..%5c..%5cappsettings.json")]
    [InlineData("/%252e%252e/appsettings.json")]
    [InlineData("/_content/..%2f..%2fappsettings.json")]
    [InlineData("/_framework/..%2f..%2fappsettings.json")]
    [InlineData("/app.css/..%2f..%2fappsettings.json")]
    [InlineData("/appsettings.json")]
    [InlineData("/App_Data/portal.db")]
    [InlineData("/api/..%2f..%2fappsettings.json")]
    public async Task O13_Traversal_Is404(string path) =>
        Assert.Equal(404, (await RawHttp.SendAsync(Url, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status);

    [Theory]
    [InlineData("/%00")]
    [InlineData("/sign-in?returnUrl=%00")]
    [InlineData("/%ff%fe")]
    [InlineData("/sign-in?%ff=%zz&&&==")]
    [InlineData("//")]
    [InlineData("/users?page=x&sort=';--")]
    public async Task Get_OddAddress_IsNever500(string path) =>
        Assert.InRange((await RawHttp.SendAsync(Url, $"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).Status, 200, 499);

    [Theory]
    [InlineData("/sign-in", HttpStatusCode.OK)]
    [InlineData("/accept-invitation", HttpStatusCode.OK)]
    [InlineData("/", HttpStatusCode.Redirect)]
    [InlineData("/nothing/here", HttpStatusCode.NotFound)]
    [InlineData("/app.css", HttpStatusCode.OK)]
    [InlineData("/health/live", HttpStatusCode.OK)]
    [InlineData("/api/nothing", HttpStatusCode.NotFound)]
    public async Task Head_AnswersLikeGet_WithoutABody(string path, HttpStatusCode status)
    {
        using var client = host.Portal.CreateApiClient();
        var get = await client.GetAsync(path);

        var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(status, head.StatusCode);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task O07_SlowBody_Is408_AndOthersAreServed()
    {
        using var slow = await RawHttp.ConnectAsync(Url);
        await slow.WriteAsync("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
        var answer = slow.ReadAsync();
        using var client = host.Portal.CreateApiClient();

        while (!answer.IsCompleted)
        {
            try
            {
                await slow.WriteAsync("a");
            }
            catch (IOException)
            {
                break;
            }

            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        Assert.Equal(408, (await answer).Status);
        Assert.InRange((await answer).After, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true });

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
