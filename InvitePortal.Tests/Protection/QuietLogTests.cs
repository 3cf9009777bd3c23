using System.Text;
using InvitePortal.Common;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Protection;

/// <summary>Secrets in addresses and forms do not reach the log, however much of it is switched on.</summary>
public sealed class QuietLogTests
{
    [Theory]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("Logging:RecordedLogs:LogLevel:Default")]
    public async Task K01_EverythingLogged_HoldsNoSecretOfARequest(string setting)
    {
        var canary = Secrets.New();
        var settings = new Dictionary<string, string?> { ["Logging:LogLevel:Default"] = "Trace", [setting] = "Trace" };
        foreach (var category in new[] { "Microsoft", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Http.Connections" })
        {
            settings[$"Logging:LogLevel:{category}"] = "Trace";
        }

        await using var portal = await PortalFactory.StartAsync(new PortalSetup { OnPort = true, Environment = "Development", Settings = settings });
        using var client = portal.CreateBrowser(followRedirects: true);

        foreach (var path in new[]
        {
            $"/accept-invitation?token={canary}",
            $"/reset-password?token={canary}",
            $"/sign-in/link?token={canary}",
            $"/setup?secret={canary}",
            $"/sign-in?returnUrl=%2Faccept-invitation%3Ftoken%3D{canary}",
            $"/api/invitations/by-token/{canary}",
            $"/api/invitations?access_token={canary}",
            $"/nothing/{canary}",
            $"/{canary}.css",
        })
        {
            await client.GetAsync(path);
        }

        await client.PostFormAsync("/sign-in", new Dictionary<string, string> { ["Input.Email"] = "a@example.org", ["Email"] = "a@example.org", ["Password"] = canary });
        using var json = new StringContent($$"""{"email":"a@example.org","password":"{{canary}}","{{canary}}":1}""", Encoding.UTF8, "application/json");
        await client.PostAsync("/api/auth/login", json);
        await RawHttp.SendAsync(portal.Url, $"GET /accept-invitation?token={canary} HTTP/1.1 x\r\nHost: localhost\r\n\r\n");
        await RawHttp.SendAsync(portal.Url, $"GET /accept-invitation?token={canary} HTTP/1.1\r\nHost: a b\r\n\r\n");

        Assert.Contains(portal.Logs.Lines, l => l.Level <= LogLevel.Debug);
        Assert.DoesNotContain(portal.Logs.Lines, l => $"{l.Message} {l.Exception}".Contains(canary, StringComparison.Ordinal));
    }
}
