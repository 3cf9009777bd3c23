using System.Text.Json;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging;

public sealed class TelegramChannelTests
{
    private const string Token = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0";

    [Theory]
    [InlineData("987654321")]
    [InlineData("-1001234567890")]
    [InlineData("@some_channel")]
    public async Task Send_Message_IsWhatTelegramDocuments(string chat)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, """{"ok":true,"result":{"message_id":42,"date":1,"chat":{"id":987654321}}}""");

        var sent = Assert.IsType<SendOutcome.Sent>(await Channel(provider.Url).SendAsync(chat));

        Assert.Equal("ok, message 42", sent.Answer);
        var seen = Assert.Single(provider.Seen);
        Assert.Equal(("POST", $"/bot{Token}/sendMessage", "application/json; charset=utf-8"), (seen.Method, seen.Path, seen.Headers["Content-Type"]));
        var body = JsonDocument.Parse(seen.Body).RootElement;
        Assert.Equal(["chat_id", "link_preview_options", "text"], body.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        // Without a parse mode nothing in the text is markup, so nothing needs escaping.
        Assert.Equal((chat, ProviderCase.Text), (body.GetProperty("chat_id").GetString(), body.GetProperty("text").GetString()));
        Assert.True(body.GetProperty("link_preview_options").GetProperty("is_disabled").GetBoolean());
    }

    [Theory]
    [InlineData(403, "Forbidden: bot was blocked by the user")]
    [InlineData(403, "Forbidden: user is deactivated")]
    [InlineData(400, "Bad Request: chat not found")]
    public async Task Send_ChatRefused_IsFinalWithTelegramsWords(int code, string description)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(code, $$"""{"ok":false,"error_code":{{code}},"description":"{{description}}"}""");

        Assert.Equal($"{code} {description}", ProviderCase.Final(await Channel(provider.Url).SendAsync("1")).Reason);
    }

    [Fact]
    public async Task R34_Send_TooFast_WaitsAsLongAsTelegramSays()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(429, """{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 34","parameters":{"retry_after":34}}""");

        var passing = ProviderCase.Passing(await Channel(provider.Url).SendAsync("1"));

        Assert.Equal(("provider.limit|429 Too Many Requests: retry after 34", TimeSpan.FromSeconds(34), true), (passing.Reason, passing.RetryAfter, passing.RestsChannel));
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(404, "Not Found")]
    public async Task R34_Send_TokenRevoked_IsTheChannelsTrouble(int code, string description)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(code, $$"""{"ok":false,"error_code":{{code}},"description":"{{description}}"}""");

        Assert.Equal($"provider.sign-in|{code} {description}", ProviderCase.Down(await Channel(provider.Url).SendAsync("1"), needsPerson: true).Reason);
    }

    [Fact]
    public async Task Send_GroupBecameSupergroup_GoesToItsNewId()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider
            .Once(400, """{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}}""")
            .Once(200, """{"ok":true,"result":{"message_id":7}}""");

        Assert.IsType<SendOutcome.Sent>(await Channel(provider.Url).SendAsync("-42"));

        Assert.Equal(["-42", "-1001234567890"], provider.Seen.Select(s => JsonDocument.Parse(s.Body).RootElement.GetProperty("chat_id").GetString()));
    }

    [Fact]
    public async Task Send_MovesInACircle_EndsAfterTheSecond()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(400, """{"ok":false,"error_code":400,"description":"moved","parameters":{"migrate_to_chat_id":-2}}""");

        ProviderCase.Final(await Channel(provider.Url).SendAsync("-1"));

        Assert.Equal(2, provider.Seen.Count);
    }

    [Fact]
    public async Task R34_Send_ProviderMisbehaves_KeepsItsPromises() => await ProviderCase.KeepsItsPromisesAsync(Channel, "1", Token);

    [Fact]
    public async Task K01_Send_EveryFailure_LeavesTheTokenOut()
    {
        await using var provider = await HttpDouble.StartAsync();
        foreach (var status in new[] { 200, 302, 400, 401, 404, 429, 500 })
        {
            provider.Says(status, $"see https://api.telegram.org/bot{Token}/sendMessage and {Token.Split(':')[1]}");
            var outcome = await Channel(provider.Url).SendAsync("1");
            Assert.DoesNotContain(Token.Split(':')[1], outcome.ToString(), StringComparison.Ordinal);

            // Where a reason is cut, no half of it stays either.
            provider.Says(status, new string('x', 270) + Token);
            Assert.DoesNotContain(Token.Split(':')[1][..6], (await Channel(provider.Url).SendAsync("1")).ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 or 2")]
    [InlineData("https://evil.example")]
    [InlineData("ann@example.com")]
    public async Task Send_NotAChat_NeverReachesTheProvider(string chat)
    {
        await using var provider = await HttpDouble.StartAsync();

        Assert.Equal(DeliveryReasons.BadChat, ProviderCase.Final(await Channel(provider.Url).SendAsync(chat)).Reason);
        Assert.Equal(DeliveryReasons.TooLong, ProviderCase.Final(await Channel(provider.Url).SendAsync("1", new string('x', 4_097))).Reason);
        Assert.Empty(provider.Seen);
    }

    private static TelegramChannel Channel(string url) =>
        new(new LiveOptions<TelegramOptions>(new TelegramOptions { BotToken = Token, BaseUrl = url + "/" }), ProviderCase.Limits);
}
