using System.Text.Json;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging;

public sealed class WhatsAppChannelTests
{
    private const string Token = "EAAGsecret0123456789";
    private const string Accepted =
        """{"messaging_product":"whatsapp","contacts":[{"input":"4915123456789","wa_id":"4915123456789"}],"messages":[{"id":"wamid.HBgL","message_status":"accepted"}]}""";

    [Fact]
    public async Task Send_Text_IsWhatMetaDocuments()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, Accepted);

        var sent = Assert.IsType<SendOutcome.Sent>(await Channel(provider.Url + "/v23.0").SendAsync("+4915123456789"));

        Assert.Equal("accepted wamid.HBgL", sent.Answer);
        var seen = Assert.Single(provider.Seen);
        Assert.Equal(("POST", "/v23.0/106540352242922/messages", "Bearer " + Token), (seen.Method, seen.Path, seen.Headers["Authorization"]));
        AssertJson(
            new
            {
                messaging_product = "whatsapp", recipient_type = "individual", to = "4915123456789", type = "text",
                text = new { preview_url = false, body = ProviderCase.Text },
            },
            seen.Body);
    }

    [Theory]
    [InlineData(null, "ru", "ru")]
    [InlineData("en_US", "ru", "en_US")]
    public async Task Send_Template_HoldsTheMessageOnOneLine(string? templateLanguage, string language, string expected)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(200, Accepted);
        var channel = Channel(provider.Url, o => (o.Template, o.TemplateLanguage) = ("portal_message", templateLanguage));

        Assert.IsType<SendOutcome.Sent>(await channel.SendAsync("+4915123456789", "Line one\n\n\tLine two      end", language));

        AssertJson(
            new
            {
                messaging_product = "whatsapp", recipient_type = "individual", to = "4915123456789", type = "template",
                template = new
                {
                    name = "portal_message",
                    language = new { code = expected },
                    components = new[] { new { type = "body", parameters = new[] { new { type = "text", text = "Line one Line two end" } } } },
                },
            },
            provider.Seen[0].Body);
    }

    [Theory]
    [InlineData(131026, 400, "131026 Message undeliverable: Recipient is not on WhatsApp")]
    [InlineData(131047, 400, "whatsapp.window|131047 Message undeliverable: Recipient is not on WhatsApp")]
    [InlineData(131030, 400, "131030 Message undeliverable: Recipient is not on WhatsApp")]
    public async Task Send_RecipientRefused_IsFinalWithMetasWords(int code, int status, string reason)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, "Message undeliverable", "Recipient is not on WhatsApp"));

        Assert.Equal(reason, ProviderCase.Final(await Channel(provider.Url).SendAsync("+4915123456789")).Reason);
    }

    [Theory]
    [InlineData(130429, 429, true)]
    [InlineData(80007, 400, true)]
    [InlineData(4, 400, true)]
    [InlineData(131056, 400, false)]
    public async Task R34_Send_TooFast_RestsTheChannelUnlessItIsAboutThisPair(int code, int status, bool rests)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, "Rate limit hit"), ("Retry-After", "5"));

        var passing = ProviderCase.Passing(await Channel(provider.Url).SendAsync("+4915123456789"));

        Assert.Equal(($"provider.limit|{code} Rate limit hit", rests, TimeSpan.FromSeconds(5)), (passing.Reason, passing.RestsChannel, passing.RetryAfter));
    }

    [Theory]
    [InlineData(190, 401)]
    [InlineData(10, 403)]
    [InlineData(200, 403)]
    [InlineData(131031, 400)]
    [InlineData(132001, 404)]
    [InlineData(132000, 400)]
    public async Task R34_Send_TokenOrAccountRefused_IsTheChannelsTrouble(int code, int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, $"Malformed access token {Token}"));

        Assert.Equal($"provider.sign-in|{code} Malformed access token •••", ProviderCase.Down(await Channel(provider.Url).SendAsync("+4915123456789"), needsPerson: true).Reason);
    }

    [Theory]
    [InlineData(131000, 500)]
    [InlineData(131016, 400)]
    [InlineData(2, 503)]
    [InlineData(999_999, 400)]
    public async Task Send_ServiceHasTrouble_IsPassing(int code, int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, "Something went wrong"));

        Assert.Equal($"provider.trouble|{code} Something went wrong", ProviderCase.Passing(await Channel(provider.Url).SendAsync("+4915123456789")).Reason);
    }

    [Fact]
    public async Task R34_Send_ProviderMisbehaves_KeepsItsPromises() => await ProviderCase.KeepsItsPromisesAsync(url => Channel(url), "+4915123456789", Token);

    [Fact]
    public async Task Send_TooLongForATemplate_IsFinal()
    {
        await using var provider = await HttpDouble.StartAsync();

        Assert.Equal(DeliveryReasons.TooLong, ProviderCase.Final(await Channel(provider.Url, o => o.Template = "t").SendAsync("+4915123456789", new string('x', 901))).Reason);
        Assert.Equal(DeliveryReasons.BadNumber, ProviderCase.Final(await Channel(provider.Url).SendAsync("4915123456789")).Reason);
        Assert.Empty(provider.Seen);
    }

    private static void AssertJson(object expected, string actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(JsonDocument.Parse(actual).RootElement));

    private static string Error(int code, string message, string? details = null) => JsonSerializer.Serialize(new
    {
        error = new { message, type = "OAuthException", code, error_data = details is null ? null : new { messaging_product = "whatsapp", details }, fbtrace_id = "Az8" },
    });

    private static WhatsAppChannel Channel(string url, Action<WhatsAppOptions>? change = null)
    {
        var options = new WhatsAppOptions { PhoneNumberId = "106540352242922", AccessToken = Token, BaseUrl = url };
        change?.Invoke(options);
        return new WhatsAppChannel(new LiveOptions<WhatsAppOptions>(options), ProviderCase.Limits);
    }
}
