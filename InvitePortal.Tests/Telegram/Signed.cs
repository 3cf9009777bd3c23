using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Telegram;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Telegram;

/// <summary>Signs initData as Telegram does, written apart from the portal's own reading of it.</summary>
internal static class Signed
{
    public const string BotToken = "123456789:AAtest_token_of_a_bot_that_is_not_there";

    /// <summary>The bot of the tests.</summary>
    public static readonly Dictionary<string, string?> Bot = new() { ["Telegram:BotToken"] = BotToken, ["Telegram:BotName"] = "portal_test_bot" };

    /// <summary>initData of a user; each call makes another one, as each opening of a Mini App does.</summary>
    public static string Of(
        long id, DateTimeOffset at, string? startParam = null, string firstName = "Ada", string? lastName = "Lovelace", string? userName = null, string language = "en", string token = BotToken)
    {
        var fields = new Dictionary<string, string>
        {
            ["user"] = JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["id"] = id,
                ["first_name"] = firstName,
                ["last_name"] = lastName,
                ["username"] = userName,
                ["language_code"] = language,
                ["allows_write_to_pm"] = true,
            }),
            ["chat_instance"] = RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture),
            ["auth_date"] = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["signature"] = "bm90IGxvb2tlZCBhdA",
        };
        if (startParam is not null)
        {
            fields["start_param"] = startParam;
        }

        return Of(fields, token);
    }

    /// <summary>Any fields, signed.</summary>
    public static string Of(IReadOnlyDictionary<string, string> fields, string token = BotToken)
    {
        var text = string.Join('\n', fields.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => f.Key + "=" + f.Value));
        using var first = new HMACSHA256(Encoding.UTF8.GetBytes("WebAppData"));
        using var second = new HMACSHA256(first.ComputeHash(Encoding.UTF8.GetBytes(token)));
        var hash = Convert.ToHexStringLower(second.ComputeHash(Encoding.UTF8.GetBytes(text)));
        return string.Join('&', fields.Select(f => f.Key + "=" + Uri.EscapeDataString(f.Value))) + "&hash=" + hash;
    }

    /// <summary>Joins as somebody who opened the Mini App just now.</summary>
    public static Task<Result<TelegramJoined>> JoinAsync(this ServiceHost host, long id, string? code, string address = "192.0.2.7", string? userName = null) =>
        host.JoinAsync(Of(id, host.Clock.Now, code, userName: userName), code, address);

    public static Task<Result<TelegramJoined>> JoinAsync(this ServiceHost host, string data, string? code, string address = "192.0.2.7", bool confirm = false) =>
        host.Get<TelegramJoinService>().JoinAsync(Actor.Anonymous(address), new JoinFromTelegram(data, code, confirm), "Telegram", CancellationToken.None);

    /// <summary>Somebody with a link.</summary>
    public static async Task<(TestPerson Owner, string Code)> LinkAsync(this IServiceProvider services, Role role, string? name = null)
    {
        var owner = await services.AddPersonAsync(role, name: name);
        await using var scope = services.CreateAsyncScope();
        return (owner, (await scope.ServiceProvider.GetRequiredService<LinkService>().GetOrMakeAsync(owner.Actor, default)).Value!.Code);
    }
}
