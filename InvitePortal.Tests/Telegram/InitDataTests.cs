using InvitePortal.Common;
using InvitePortal.Telegram;

namespace InvitePortal.Tests.Telegram;

/// <summary>What Telegram signed, and what it did not.</summary>
public sealed class InitDataTests
{
    private static readonly DateTimeOffset Now = new(2030, 5, 6, 9, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Published by Telegram-Mini-Apps (init-data-golang, tma.js) with the tokens of their bots: before the field "signature", with every field there is, and with "signature".</summary>
    public static TheoryData<string, string, long, long, string> Published { get; } = new()
    {
        {
            "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8",
            "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C"
                + "%22language_code%22%3A%22ru%22%2C%22is_premium%22%3Atrue%7D&auth_date=1662771648&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2",
            1662771648, 279058397, "Vladislav Kibenko"
        },
        {
            "7342037359:AAHI25ES9xCOMPokpYoz-p8XVrZUdygo2J4",
            "user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%20%2B%20-%20%3F%20%5C%2F%22%2C%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code"
                + "%22%3A%22ru%22%2C%22is_premium%22%3Atrue%2C%22allows_write_to_pm%22%3Atrue%2C%22photo_url%22%3A%22https%3A%5C%2F%5C%2Ft.me%5C%2Fi%5C%2Fuserpic%5C%2F320%5C%2F"
                + "4FPEE4tmP3ATHa57u6MqTDih13LTOiMoKoLDRG4PnSA.svg%22%7D&chat_instance=8134722200314281151&chat_type=private&auth_date=1733509682"
                + "&signature=TYJxVcisqbWjtodPepiJ6ghziUL94-KNpG8Pau-X7oNNLNBM72APCpi_RKiUlBvcqo5L-LAxIc3dnTzcZX_PDg&hash=a433d8f9847bd6addcc563bff7cc82c89e97ea0d90c11fe5729cae6796a36d73",
            1733509682, 279058397, "Vladislav + - ? / Kibenko"
        },
    };

    [Theory, MemberData(nameof(Published))]
    public void Verify_PublishedVectors_AreGenuine(string token, string data, long at, long id, string name)
    {
        var verified = InitData.Verify(data, token, DateTimeOffset.FromUnixTimeSeconds(at + 10), Life);

        Assert.True(verified.Succeeded, verified.Error?.Code);
        Assert.Equal((id, name, "vdkfrost", "ru"), (verified.Value.Person.Id, verified.Value.Person.Name, verified.Value.Person.UserName, verified.Value.Person.Language));
        Assert.Equal(at, verified.Value.At.ToUnixTimeSeconds());
    }

    [Theory, MemberData(nameof(Published))]
    public void M01_M03_Verify_PublishedVectors_AnyChangeOrOtherBot_IsRefused(string token, string data, long at, long id, string name)
    {
        Assert.NotEqual(0, id + name.Length);
        var now = DateTimeOffset.FromUnixTimeSeconds(at + 10);
        string[] changed =
        [
            data.Replace("27905839", "27905838", StringComparison.Ordinal),
            data.Replace($"auth_date={at}", $"auth_date={at + 1}", StringComparison.Ordinal),
            data + "&start_param=T_x",
            data[..^1] + (data[^1] == '0' ? '1' : '0'),
            data.Replace("signature=T", "signature=U", StringComparison.Ordinal),
            data.Replace("query_id=A", "query_id=B", StringComparison.Ordinal),
        ];

        foreach (var forged in changed.Where(c => c != data))
        {
            Assert.Equal(TelegramErrors.Invalid, InitData.Verify(forged, token, now, Life).Error);
        }

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data, Signed.BotToken, now, Life).Error);
    }

    [Fact]
    public void Verify_EveryFieldThatThereIs_IsSigned()
    {
        // Published by tma.js; its user is a bot, which nobody may be.
        const string data = "auth_date=1&can_send_after=10000&chat=%7B%22id%22%3A1%2C%22type%22%3A%22group%22%2C%22title%22%3A%22chat-title%22%2C%22photo_url%22%3A%22group%22%2C%22username%22%3A%22my-chat%22%7D"
            + "&chat_instance=888&chat_type=sender&hash=47cfa22e72b887cba90c9cb833c5ea0f599975b6ce7193741844b5c4a4228b40&query_id=QUERY&receiver=%7B%22added_to_attachment_menu%22%3Afalse%2C"
            + "%22allows_write_to_pm%22%3Atrue%2C%22first_name%22%3A%22receiver-first-name%22%2C%22id%22%3A991%2C%22is_bot%22%3Afalse%2C%22is_premium%22%3Atrue%2C%22language_code%22%3A%22ru%22%2C"
            + "%22last_name%22%3A%22receiver-last-name%22%2C%22photo_url%22%3A%22receiver-photo%22%2C%22username%22%3A%22receiver-username%22%7D&start_param=debug&user=%7B%22added_to_attachment_menu"
            + "%22%3Afalse%2C%22allows_write_to_pm%22%3Afalse%2C%22first_name%22%3A%22user-first-name%22%2C%22id%22%3A222%2C%22is_bot%22%3Atrue%2C%22is_premium%22%3Afalse%2C%22language_code%22%3A%22en"
            + "%22%2C%22last_name%22%3A%22user-last-name%22%2C%22photo_url%22%3A%22user-photo%22%2C%22username%22%3A%22user-username%22%7D";
        const string token = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8";

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data, token, DateTimeOffset.FromUnixTimeSeconds(1), Life).Error);
        // Only what is signed can be too old, in whatever order the fields come.
        var parts = data.Split('&');
        Array.Reverse(parts);
        Assert.Equal(TelegramErrors.Stale, InitData.Verify(data, token, Now, Life).Error);
        Assert.Equal(TelegramErrors.Stale, InitData.Verify(string.Join('&', parts), token, Now, Life).Error);
        for (var i = 0; i < parts.Length; i++)
        {
            Assert.Equal(TelegramErrors.Invalid, InitData.Verify(string.Join('&', parts.Where((_, at) => at != i)), token, Now, Life).Error);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-300, true)]
    [InlineData(-301, false)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void M04_Verify_AuthDate_WithinFiveMinutesAndAMinuteAhead(int seconds, bool genuine)
    {
        var verified = InitData.Verify(Signed.Of(1, Now.AddSeconds(seconds)), Signed.BotToken, Now, Life);

        Assert.Equal(genuine ? null : TelegramErrors.Stale, verified.Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-5")]
    [InlineData("+1904547600")]
    [InlineData("1904547600.0")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999999")]
    public void M04_Verify_AuthDateThatIsNone_IsRefused(string? date)
    {
        var fields = new Dictionary<string, string> { ["user"] = """{"id":1,"first_name":"Ada"}""" };
        if (date is not null)
        {
            fields["auth_date"] = date;
        }

        Assert.Equal("telegram_invalid", InitData.Verify(Signed.Of(fields), Signed.BotToken, Now, Life).Error?.Code);
    }

    [Theory]
    [InlineData("&hash=")]
    [InlineData("")]
    [InlineData("&hash=0")]
    [InlineData("&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2bg")]
    public void M02_Verify_HashMissingEmptyShortOrNoHex_IsRefused(string hash)
    {
        var data = Signed.Of(1, Now);

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data[..data.IndexOf("&hash=", StringComparison.Ordinal)] + hash, Signed.BotToken, Now, Life).Error);
    }

    [Fact]
    public void M02_Verify_HashInCapitalsOrTwiceAsLong_IsRefused()
    {
        var data = Signed.Of(1, Now);
        var hash = data[^64..];
        Assert.True(InitData.Verify(data, Signed.BotToken, Now, Life).Succeeded);

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data[..^64] + hash.ToUpperInvariant(), Signed.BotToken, Now, Life).Error);
        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data + hash, Signed.BotToken, Now, Life).Error);
        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data[..^2], Signed.BotToken, Now, Life).Error);
    }

    [Theory]
    [InlineData("auth_date=1")]
    [InlineData("user=%7B%22id%22%3A2%7D")]
    [InlineData("hash=0000000000000000000000000000000000000000000000000000000000000000")]
    public void Verify_FieldTwice_IsRefused(string again)
    {
        var data = Signed.Of(1, Now);

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data + "&" + again, Signed.BotToken, Now, Life).Error);
        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(again + "&" + data, Signed.BotToken, Now, Life).Error);
    }

    [Fact]
    public void Verify_FieldsHiddenInALineBreak_AreRefused()
    {
        // The signed text is the same as of two fields, yet nobody signed one.
        var fields = new Dictionary<string, string> { ["auth_date"] = $"{Now.ToUnixTimeSeconds()}", ["query_id"] = "A", ["user"] = """{"id":1,"first_name":"Ada"}""" };
        var data = Signed.Of(fields);
        Assert.True(InitData.Verify(data, Signed.BotToken, Now, Life).Succeeded);

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data.Replace("&query_id=", "%0Aquery_id%3D", StringComparison.Ordinal), Signed.BotToken, Now, Life).Error);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("hello")]
    [InlineData("""{"user":{"id":1,"first_name":"Ada"},"auth_date":"1904547600","hash":"=="}""")]
    public void M07_Verify_NoInitDataAtAll_IsMalformed(string? data)
    {
        Assert.Equal(TelegramErrors.Malformed, InitData.Verify(data, Signed.BotToken, Now, Life).Error);
        Assert.Equal(TelegramErrors.Malformed, InitData.Verify(new string('a', InitData.MaxLength) + "=1", Signed.BotToken, Now, Life).Error);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"id":0,"first_name":"Ada"}""")]
    [InlineData("""{"id":-1,"first_name":"Ada"}""")]
    [InlineData("""{"id":"1","first_name":"Ada"}""")]
    [InlineData("""{"id":1.5,"first_name":"Ada"}""")]
    [InlineData("""{"id":1,"first_name":"Ada","is_bot":true}""")]
    public void Verify_UserThatIsNobody_IsRefused(string user)
    {
        var data = Signed.Of(new Dictionary<string, string> { ["auth_date"] = $"{Now.ToUnixTimeSeconds()}", ["user"] = user });

        Assert.Equal(TelegramErrors.Invalid, InitData.Verify(data, Signed.BotToken, Now, Life).Error);
    }

    [Theory]
    [InlineData("Ada", "Lovelace", null, "Ada Lovelace")]
    [InlineData("Ада", null, null, "Ада")]
    [InlineData("A\u202Eda\u2066", "", "ada", "Ada")]
    [InlineData("\u202E \u200B", null, "ada", "ada")]
    [InlineData("", "", null, "Telegram 7")]
    [InlineData("\U0001F680", null, null, "\U0001F680")]
    public void Verify_Names_AreMadeToFit(string first, string? last, string? userName, string expected)
    {
        var verified = InitData.Verify(Signed.Of(7, Now, firstName: first, lastName: last, userName: userName), Signed.BotToken, Now, Life);

        Assert.Equal(expected, verified.Value?.Person.Name);
        Assert.True(DisplayName.TryParse(verified.Value!.Person.Name, out _));
    }

    [Fact]
    public void Verify_NameOf300Characters_IsCutBetweenThem()
    {
        var verified = InitData.Verify(Signed.Of(7, Now, firstName: "a" + string.Concat(Enumerable.Repeat("\U0001F680", 150)), lastName: null), Signed.BotToken, Now, Life);

        Assert.Equal(99, verified.Value?.Person.Name.Length);
        Assert.True(DisplayName.TryParse(verified.Value!.Person.Name, out _));
    }
}
