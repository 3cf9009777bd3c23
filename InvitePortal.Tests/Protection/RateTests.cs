using System.Net;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell.Protection;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

public sealed class RateTests
{
    private const int Burst = 5;

    [Fact]
    public async Task J01_ForwardedForOfStrangers_IsIgnored()
    {
        await using var portal = await StartAsync();
        using var client = portal.CreateApiClient();

        var statuses = await SendAsync(client, i => $"203.0.113.{i}");

        Assert.Equal(Burst, statuses.Count(s => s is HttpStatusCode.NotFound));
        Assert.Equal(HttpStatusCode.TooManyRequests, statuses[^1]);
    }

    [Fact]
    public async Task J02_EntriesLeftOfTheProxys_AreIgnored()
    {
        await using var portal = await StartAsync("127.0.0.1", "::1", "10.0.0.0/8");
        using var client = portal.CreateApiClient();

        var spoofed = await SendAsync(client, i => $"203.0.113.{i}, 198.51.100.7, 10.1.2.3");
        var others = await SendAsync(client, i => $"198.51.100.{100 + i}, 10.1.2.3");

        Assert.Equal(Burst, spoofed.Count(s => s is HttpStatusCode.NotFound));
        Assert.All(others, s => Assert.Equal(HttpStatusCode.NotFound, s));
    }

    [Fact]
    public async Task J03_AddressesOfOneNetwork_ShareTheirLimit()
    {
        await using var portal = await StartAsync("127.0.0.1", "::1");
        using var client = portal.CreateApiClient();

        var same = await SendAsync(client, i => $"2001:db8:1:2:{i}::{i}");
        var others = await SendAsync(client, i => $"2001:db8:1:{100 + i}::1");

        Assert.Equal(Burst, same.Count(s => s is HttpStatusCode.NotFound));
        Assert.All(others, s => Assert.Equal(HttpStatusCode.NotFound, s));
    }

    [Fact]
    public async Task Get_TooMany_SaysWhenAndInWhichForm()
    {
        await using var portal = await StartAsync();
        using var client = portal.CreateApiClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru-RU");
        await SendAsync(client, _ => "");

        var page = await client.GetAsync("/sign-in");
        var problem = await client.GetAsync("/api/invitations");

        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
        Assert.NotNull(page.Headers.RetryAfter?.Delta);
        Assert.Contains("<html lang=\"ru\">", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, problem.StatusCode);
        Assert.NotNull(problem.Headers.RetryAfter?.Delta);
        Assert.Contains("request.too_many", await problem.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var free in new[] { "/health/live", "/health/ready", "/app.css", "/_framework/blazor.web.js" })
        {
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(free)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null)).StatusCode);
    }

    [Fact]
    public async Task Get_SignedIn_IsNotHeldToTheAnonymousRate()
    {
        await using var portal = await StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Staff);
        using var browser = portal.CreateApiClient();
        browser.DefaultRequestHeaders.Add("Cookie", portal.CookieOf(person));
        using var program = portal.CreateApiClient((await portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api)).Secret);

        Assert.All(await SendAsync(browser, _ => ""), s => Assert.Equal(HttpStatusCode.NotFound, s));
        Assert.All(await SendAsync(program, _ => "", "/api/nothing"), s => Assert.Equal(HttpStatusCode.NotFound, s));
    }

    [Fact]
    public async Task Get_OnePersonsToken_HasItsOwnLimit()
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Settings = new Dictionary<string, string?> { ["Limits:TokenRequestsPerSecond"] = "3" },
        });
        using var one = portal.CreateApiClient((await portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api)).Secret);
        using var two = portal.CreateApiClient((await portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api)).Secret);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await one.GetAsync("/api/nothing")).StatusCode));

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.NotFound, (await two.GetAsync("/api/nothing")).StatusCode);
    }

    [Fact]
    public void Take_TimePasses_FillsTheBucket()
    {
        var clock = new FakeClock();
        var buckets = new TokenBuckets(clock, 100);
        for (var i = 0; i < 10; i++)
        {
            Assert.Null(buckets.Take("a", perSecond: 2, burst: 10));
        }

        Assert.Equal(TimeSpan.FromSeconds(0.5), buckets.Take("a", 2, 10));
        Assert.Null(buckets.Take("b", 2, 10));
        clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Null(buckets.Take("a", 2, 10));
        Assert.NotNull(buckets.Take("a", 2, 10));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => buckets.Take("a", 2, 10) is null));
    }

    [Fact]
    public void J13_AMillionKeys_AreNotKept()
    {
        var clock = new FakeClock();
        var buckets = new TokenBuckets(clock, 1_000);
        var most = 0;

        for (var i = 0; i < 1_000_000; i++)
        {
            buckets.Take("key" + i, 5, 50);
            most = Math.Max(most, buckets.Count);
        }

        Assert.InRange(most, 1, 1_001);
    }

    [Fact]
    public void J13_BusyKeysAmongManyIdleOnes_KeepTheirState()
    {
        var clock = new FakeClock();
        var buckets = new TokenBuckets(clock, 1_000);
        for (var i = 0; i < 50; i++)
        {
            buckets.Take("busy", 0.001, 50);
        }

        for (var i = 0; i < 10_000; i++)
        {
            buckets.Take("idle" + i, 5, 50);
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.NotNull(buckets.Take("busy", 0.001, 50));
    }

    private static Task<PortalFactory> StartAsync(params string[] proxies)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Limits:AnonymousRequestsPerSecond"] = "0.01",
            ["Limits:AnonymousBurst"] = Burst.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        for (var i = 0; i < proxies.Length; i++)
        {
            settings[$"Portal:TrustedProxies:{i}"] = proxies[i];
        }

        return PortalFactory.StartAsync(new PortalSetup { OnPort = true, Settings = settings });
    }

    private static async Task<List<HttpStatusCode>> SendAsync(HttpClient client, Func<int, string> forwardedFor, string path = "/nothing")
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < Burst * 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor(i));
            statuses.Add((await client.SendAsync(request)).StatusCode);
        }

        return statuses;
    }
}
