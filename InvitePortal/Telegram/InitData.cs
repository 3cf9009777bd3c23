using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;

namespace InvitePortal.Telegram;

/// <summary>Somebody as Telegram vouches for them.</summary>
/// <param name="Id">Never changes, and is all they are known by.</param>
/// <param name="Name">What they call themselves, made to fit.</param>
/// <param name="UserName">Without the @. It may be given up and taken by somebody else.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>; null for a language that the portal does not speak.</param>
public sealed record TelegramPerson(long Id, string Name, string? UserName, string? Language)
{
    /// <summary>The id as it is stored.</summary>
    public string Key => Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>To be told from another Telegram account.</summary>
    public string Label => UserName is null ? Name : "@" + UserName;
}

/// <summary>
/// What a Mini App is handed by Telegram, verified by the bot's token as Telegram documents it
/// (https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app).
/// </summary>
/// <param name="Hash">Lower-case hex; of the same data always the same, however it was escaped.</param>
/// <param name="At">When Telegram signed it.</param>
/// <param name="Person">Whom it is about.</param>
public sealed record InitData(string Hash, DateTimeOffset At, TelegramPerson Person)
{
    /// <summary>Telegram's own is about a tenth of that.</summary>
    public const int MaxLength = 8_192;

    /// <summary>How far ahead Telegram's clock may be.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    private const string HashField = "hash";
    private const int HashLength = 64;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> NameLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, MaxDepth = 8 };

    /// <summary>
    /// Reads and verifies: <c>telegram.malformed</c> for what is no initData at all (such as the JSON of <c>initDataUnsafe</c>),
    /// <see cref="TelegramErrors.Invalid"/> for what the bot's token did not sign, <see cref="TelegramErrors.Stale"/> for what was signed at another time.
    /// </summary>
    /// <param name="raw">As the Mini App got it.</param>
    /// <param name="botToken">The bot's token.</param>
    /// <param name="now">The time.</param>
    /// <param name="life">How old it may be.</param>
    public static Result<InitData> Verify(string? raw, string botToken, DateTimeOffset now, TimeSpan life)
    {
        if (string.IsNullOrWhiteSpace(raw) || raw.Length > MaxLength || raw[0] is '{' or '[' || !raw.Contains('=', StringComparison.Ordinal))
        {
            return TelegramErrors.Malformed;
        }

        if (Read(raw) is not { } fields || !fields.TryGetValue(HashField, out var hash) || !IsSigned(fields, hash, botToken))
        {
            return TelegramErrors.Invalid;
        }

        if (!fields.TryGetValue("auth_date", out var date) || !long.TryParse(date, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return TelegramErrors.Invalid;
        }

        var at = DateTimeOffset.FromUnixTimeSeconds(seconds);
        if (now - at > life || at - now > Ahead)
        {
            return TelegramErrors.Stale;
        }

        return PersonOf(fields.GetValueOrDefault("user")) is { } person ? new InitData(hash, at, person) : TelegramErrors.Invalid;
    }

    // Sorted by name, values exactly as decoded. No control characters: a line break within a value would be another field in the signed text.
    private static SortedDictionary<string, string>? Read(string raw)
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in raw.Split('&'))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            var value = WebUtility.UrlDecode(pair[(at + 1)..]);
            if (at <= 0 || pair.AsSpan(0, at).ContainsAnyExcept(NameLetters) || value.Any(char.IsControl) || !fields.TryAdd(pair[..at], value))
            {
                return null;
            }
        }

        return fields;
    }

    // Only the hash itself is left out: "signature", by which others than the bot verify, is signed like any other field.
    private static bool IsSigned(SortedDictionary<string, string> fields, string hash, string botToken)
    {
        if (hash.Length != HashLength || hash.AsSpan().ContainsAnyExcept(LowerHex))
        {
            return false;
        }

        var text = string.Join('\n', fields.Where(f => f.Key is not HashField).Select(f => $"{f.Key}={f.Value}"));
        var secret = HMACSHA256.HashData("WebAppData"u8, Encoding.UTF8.GetBytes(botToken));
        return CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(text)), Convert.FromHexString(hash));
    }

    private static TelegramPerson? PersonOf(string? json)
    {
        try
        {
            var user = json is null ? null : JsonSerializer.Deserialize<User>(json, Json);
            return user is { Id: > 0, IsBot: not true } ? new TelegramPerson(user.Id, NameOf(user), DisplayName.Fit(user.Username), LanguageOf(user)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string NameOf(User user) =>
        DisplayName.Fit($"{user.FirstName} {user.LastName}") ?? DisplayName.Fit(user.Username) ?? string.Create(CultureInfo.InvariantCulture, $"Telegram {user.Id}");

    private static string? LanguageOf(User user) =>
        user.LanguageCode is { Length: >= 2 } code && Languages.IsKnown(code[..2].ToLowerInvariant()) ? code[..2].ToLowerInvariant() : null;

    private sealed record User(long Id, string? FirstName, string? LastName, string? Username, string? LanguageCode, bool? IsBot);
}
