using System.Net;
using System.Net.WebSockets;
using InvitePortal.Common;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

public sealed class CircuitGateTests(CircuitGateTests.Host host) : IClassFixture<CircuitGateTests.Host>
{
    private const string Negotiate = "/_blazor/negotiate?negotiateVersion=1";

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("self", null, true)]
    [InlineData("self", "same-origin", true)]
    [InlineData("https://portal.example.org", "same-origin", true)]
    [InlineData("https://PORTAL.example.org", null, true)]
    [InlineData("https://evil.example", null, false)]
    [InlineData("https://portal.example.org.evil.example", null, false)]
    [InlineData("http://portal.example.org", null, false)]
    [InlineData("https://portal.example.org:8443", null, false)]
    [InlineData("null", null, false)]
    [InlineData("file://", null, false)]
    [InlineData("self", "cross-site", false)]
    [InlineData(null, "cross-site", false)]
    [InlineData("self", "same-site", false)]
    public async Task G06_OtherOrigins_AreRefusedBeforeACircuit(string? origin, string? site, bool allowed)
    {
        var portal = host.Portal;
        using var client = portal.CreateApiClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Negotiate);
        var sent = origin == "self" ? portal.Url : origin;
        if (sent is not null)
        {
            request.Headers.Add("Origin", sent);
        }

        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        var answer = await client.SendAsync(request);
        using var socket = new ClientWebSocket();
        var connects = await ConnectsAsync(socket, portal, sent, site);

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(allowed ? HttpStatusCode.SwitchingProtocols : HttpStatusCode.Forbidden, connects);
    }

    [Fact]
    public async Task I11_ConnectionsOfOneAddress_AreCapped()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup
        {
            OnPort = true,
            Settings = new Dictionary<string, string?> { ["Limits:CircuitsPerAddress"] = "3" },
        });
        using var client = portal.CreateApiClient();
        var sockets = Enumerable.Range(0, 4).Select(_ => new ClientWebSocket()).ToList();

        foreach (var socket in sockets.Take(3))
        {
            Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectsAsync(socket, portal));
        }

        var refused = await client.PostAsync(Negotiate, null);
        Assert.Equal(HttpStatusCode.TooManyRequests, await ConnectsAsync(sockets[3], portal));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/sign-in")).StatusCode);

        sockets[0].Abort();
        await Eventually.TrueAsync(async () => (await client.PostAsync(Negotiate, null)).StatusCode is HttpStatusCode.OK);
        sockets.ForEach(s => s.Dispose());
    }

    [Fact]
    public async Task I11_ConnectionsOfOnePerson_AreCapped()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup
        {
            OnPort = true,
            Settings = new Dictionary<string, string?> { ["Limits:CircuitsPerPerson"] = "2" },
        });
        var (one, two) = (await portal.Services.AddPersonAsync(Role.Staff), await portal.Services.AddPersonAsync(Role.Staff));
        var sockets = Enumerable.Range(0, 5).Select(_ => new ClientWebSocket()).ToList();

        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectsAsync(sockets[0], portal, cookie: portal.CookieOf(one)));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectsAsync(sockets[1], portal, cookie: portal.CookieOf(one)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await ConnectsAsync(sockets[2], portal, cookie: portal.CookieOf(one)));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectsAsync(sockets[3], portal, cookie: portal.CookieOf(two)));
        Assert.Equal(HttpStatusCode.SwitchingProtocols, await ConnectsAsync(sockets[4], portal));
        sockets.ForEach(s => s.Dispose());
    }

    private static async Task<HttpStatusCode> ConnectsAsync(
        ClientWebSocket socket, PortalFactory portal, string? origin = null, string? site = null, string? cookie = null)
    {
        socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in new[] { ("Origin", origin), ("Sec-Fetch-Site", site), ("Cookie", cookie) })
        {
            if (value is not null)
            {
                socket.Options.SetRequestHeader(name, value);
            }
        }

        try
        {
            await socket.ConnectAsync(new Uri(portal.Url.Replace("http", "ws", StringComparison.Ordinal) + "/_blazor"), CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup
        {
            OnPort = true,
            Settings = new Dictionary<string, string?> { ["Portal:PublicUrl"] = "https://portal.example.org" },
        });

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
