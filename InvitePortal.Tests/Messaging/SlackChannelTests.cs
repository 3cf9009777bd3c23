using System.Text.Json;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging;

public sealed class SlackChannelTests
{
    private const string Token = "xoxb-17653672481-19874698323";
    private const string Hook = "/services/T00000000/B00000000/XXXXsecretXXXX";

    [Fact]
    public async Task Send_AsBot_IsWhatSlackDocuments()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, """{"ok":true,"channel":"D024BE91L","ts":"1503435956.000247","message":{"text":"x"}}""");

        var sent = Assert.IsType<SendOutcome.Sent>(await Bot(provider.Url + "/api").SendAsync("U024BE7LH", "Ann & <Bob> *bold* <!channel>"));

        Assert.Equal("ok, D024BE91L 1503435956.000247", sent.Answer);
        var seen = Assert.Single(provider.Seen);
        Assert.Equal(("POST", "/api/chat.postMessage", "Bearer " + Token, "application/json; charset=utf-8"), (seen.Method, seen.Path, seen.Headers["Authorization"], seen.Headers["Content-Type"]));
        AssertJson(new { channel = "U024BE7LH", text = "Ann &amp; &lt;Bob&gt; *bold* &lt;!channel&gt;", mrkdwn = false, unfurl_links = false, unfurl_media = false }, seen.Body);
    }

    [Theory]
    [InlineData("channel_not_found")]
    [InlineData("not_in_channel")]
    [InlineData("is_archived")]
    public async Task Send_ChannelRefused_IsFinalThoughHttpSaysOk(string error)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, $$"""{"ok":false,"error":"{{error}}"}""");

        Assert.Equal(error, ProviderCase.Final(await Bot(provider.Url).SendAsync("C024BE7LH")).Reason);
    }

    [Theory]
    [InlineData("invalid_auth")]
    [InlineData("token_revoked")]
    [InlineData("account_inactive")]
    public async Task R34_Send_TokenRevoked_IsTheChannelsTrouble(string error)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, $$"""{"ok":false,"error":"{{error}}"}""");

        Assert.Equal("provider.sign-in|" + error, ProviderCase.Down(await Bot(provider.Url).SendAsync("U024BE7LH"), needsPerson: true).Reason);
    }

    [Fact]
    public async Task R34_Send_ScopeMissing_NamesTheScope()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, """{"ok":false,"error":"missing_scope","needed":"chat:write","provided":"users:read"}""");

        Assert.Equal("provider.sign-in|missing_scope (needs chat:write)", ProviderCase.Down(await Bot(provider.Url).SendAsync("U024BE7LH"), needsPerson: true).Reason);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(429)]
    public async Task R34_Send_TooFast_WaitsAsLongAsSlackSays(int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, """{"ok":false,"error":"ratelimited"}""", ("Retry-After", "30"));

        var passing = ProviderCase.Passing(await Bot(provider.Url).SendAsync("U024BE7LH"));

        Assert.Equal(("provider.limit|ratelimited", TimeSpan.FromSeconds(30), true), (passing.Reason, passing.RetryAfter, passing.RestsChannel));
    }

    [Theory]
    [InlineData("internal_error")]
    [InlineData("fatal_error")]
    [InlineData("something_new")]
    public async Task Send_SlackHasTrouble_IsPassing(string error)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, $$"""{"ok":false,"error":"{{error}}"}""");

        Assert.Equal("provider.trouble|" + error, ProviderCase.Passing(await Bot(provider.Url).SendAsync("U024BE7LH")).Reason);
    }

    [Fact]
    public async Task Webhook_Person_IsMentioned()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, "ok");

        Assert.Equal("ok", Assert.IsType<SendOutcome.Sent>(await Webhook(provider.Url).SendAsync("U024BE7LH", "a < b")).Answer);

        var seen = Assert.Single(provider.Seen);
        Assert.Equal(("POST", Hook, false), (seen.Method, seen.Path, seen.Headers.ContainsKey("Authorization")));
        AssertJson(new { text = "<@U024BE7LH> a &lt; b", mrkdwn = false, unfurl_links = false, unfurl_media = false }, seen.Body);
    }

    [Fact]
    public async Task Webhook_AnotherChannel_IsNotShownToTheWrongPeople()
    {
        await using var provider = await HttpDouble.StartAsync();

        Assert.Equal(DeliveryReasons.SlackWebhookChannel, ProviderCase.Final(await Webhook(provider.Url).SendAsync("C024BE7LH")).Reason);
        Assert.Empty(provider.Seen);
    }

    [Theory]
    [InlineData(400, "invalid_payload")]
    [InlineData(400, "user_not_found")]
    public async Task Webhook_MessageRefused_IsFinal(int status, string word)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, word);

        Assert.Equal(word, ProviderCase.Final(await Webhook(provider.Url).SendAsync("U024BE7LH")).Reason);
    }

    [Theory]
    [InlineData(404, "no_service")]
    [InlineData(404, "channel_not_found")]
    [InlineData(410, "channel_is_archived")]
    [InlineData(403, "action_prohibited")]
    [InlineData(403, "invalid_token")]
    public async Task R34_Webhook_Gone_IsTheChannelsTrouble(int status, string word)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, word);

        Assert.Equal("provider.sign-in|" + word, ProviderCase.Down(await Webhook(provider.Url).SendAsync("U024BE7LH"), needsPerson: true).Reason);
    }

    [Fact]
    public async Task Webhook_RollupError_IsPassing()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(500, "rollup_error");

        ProviderCase.Passing(await Webhook(provider.Url).SendAsync("U024BE7LH"));
    }

    [Fact]
    public async Task R34_Send_ProviderMisbehaves_KeepsItsPromises()
    {
        await ProviderCase.KeepsItsPromisesAsync(Bot, "U024BE7LH", Token);
        await ProviderCase.KeepsItsPromisesAsync(Webhook, "U024BE7LH", "XXXXsecretXXXX");
    }

    [Fact]
    public async Task Send_NotAnId_NeverReachesTheProvider()
    {
        await using var provider = await HttpDouble.StartAsync();
        foreach (var recipient in new[] { "#general", "ann", "U1", "U024BE7LH> <!channel", "ann@example.com" })
        {
            Assert.Equal(DeliveryReasons.BadSlackId, ProviderCase.Final(await Bot(provider.Url).SendAsync(recipient)).Reason);
        }

        Assert.Empty(provider.Seen);
    }

    [Fact]
    public void Validate_EveryMistake_IsNamed()
    {
        var found = new SlackOptionsValidation().Validate(null, new SlackOptions { BotToken = "nonsense", WebhookUrl = "hooks.slack.com", BaseUrl = "" });

        Assert.Equal(3, found.Failures!.Count());
        Assert.DoesNotContain(found.Failures!, f => f.Contains("nonsense", StringComparison.Ordinal));
    }

    private static void AssertJson(object expected, string actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(JsonDocument.Parse(actual).RootElement));

    private static SlackChannel Bot(string url) => new(new LiveOptions<SlackOptions>(new SlackOptions { BotToken = Token, BaseUrl = url }), ProviderCase.Limits);

    private static SlackChannel Webhook(string url) => new(new LiveOptions<SlackOptions>(new SlackOptions { WebhookUrl = url + Hook }), ProviderCase.Limits);
}
