using System.Net;
using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Tests.Support;

/// <summary>The test host itself: that it is the real portal, over the database it was given, in memory and on a port.</summary>
public sealed class PortalFactoryTests
{
    [Theory]
    [InlineData("Production", false)]
    [InlineData("Development", false)]
    [InlineData("Production", true)]
    [InlineData("Development", true)]
    public async Task StartAsync_AnyMode_ServesPagesAndAssets(string environment, bool onPort)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = environment, OnPort = onPort });
        using var client = portal.CreateBrowser();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/app.css")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/_framework/blazor.web.js")).StatusCode);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task StartAsync_AnyDatabase_IsUsed(DatabaseProvider provider)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Provider = provider });

        var person = await portal.Services.AddPersonAsync(Role.Teacher);

        await using var db = portal.Database.Open();
        Assert.Equal(person.Id, db.Users.Single(u => u.Email == person.Email).Id);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task CreateBrowser_OfAPerson_IsSignedIn(string environment)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = environment });
        var person = await portal.Services.AddPersonAsync(Role.Teacher, name: "Tess Teacher");
        using var stranger = portal.CreateBrowser();
        using var client = portal.CreateBrowser(person);

        Assert.Equal(HttpStatusCode.Redirect, (await stranger.GetAsync("/")).StatusCode);
        Assert.Contains("Tess Teacher", await client.GetStringAsync("/"), StringComparison.Ordinal);
    }
}
