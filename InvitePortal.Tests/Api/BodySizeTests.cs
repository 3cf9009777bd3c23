using InvitePortal.Tests.Protection;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Api;

/// <summary>Large bodies: refused early, whatever they hold and however they are sent. On a real port, since the server takes part.</summary>
[Collection(nameof(Alone))]
public sealed class BodySizeTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public async Task O01_O02_LargeBodies_Are413()
    {
        var endpoints = new TestEndpoints();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Services = endpoints.Register });
        async Task<int> PostAsync(string path, long size, bool chunked) => (await RawHttp.PostAsync(portal.Url, path, size, chunked)).Status;

        foreach (var chunked in new[] { false, true })
        {
            Assert.Equal(400, await PostAsync("/api/test/echo", 32_768, chunked));
            Assert.Equal(413, await PostAsync("/api/test/echo", 98_304, chunked));
            Assert.Equal(400, await PostAsync("/api/test/bulk", Megabyte, chunked));
            Assert.Equal(413, await PostAsync("/api/test/echo", 10 * Megabyte, chunked));
            Assert.Equal(413, await PostAsync("/api/test/bulk", 40 * Megabyte, chunked));
            Assert.Equal(413, await PostAsync("/api/test/empty", 40 * Megabyte, chunked));
            Assert.Equal(401, await PostAsync("/api/test/create", Megabyte, chunked));
        }

        Assert.Equal(413, await PostAsync("/sign-in", 40 * Megabyte, chunked: false));
        Assert.Equal(413, await PostAsync("/api/test/create", 40 * Megabyte, chunked: false));
    }

    [Fact]
    public async Task O01_TwoHundredLargeBodies_LeaveMemoryFlat()
    {
        var endpoints = new TestEndpoints();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Services = endpoints.Register });
        await RawHttp.PostAsync(portal.Url, "/api/test/echo", 10 * Megabyte, chunked: true);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(413, (await RawHttp.PostAsync(portal.Url, "/api/test/echo", 10 * Megabyte, chunked: i % 2 == 0)).Status);
        }

        // Kept bodies would be 2 GB; servers of other tests may still be coming to rest.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 128 * Megabyte);
    }
}
