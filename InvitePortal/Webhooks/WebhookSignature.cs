using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace InvitePortal.Webhooks;

/// <summary>Signatures as in Standard Webhooks: HMAC-SHA256 over <c>id.timestamp.body</c>, <c>v1,</c> and base64.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const int KeyBytes = 32;

    /// <summary>A new key of 32 random bytes.</summary>
    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeyBytes);

    /// <summary>The key as receivers are given it: <c>whsec_</c> and base64.</summary>
    public static string SecretOf(byte[] key) => SecretPrefix + Convert.ToBase64String(key);

    /// <summary>The key in a secret of 24 to 64 bytes; null when it is none.</summary>
    public static byte[]? KeyOf(string? secret)
    {
        if (secret?.StartsWith(SecretPrefix, StringComparison.Ordinal) != true)
        {
            return null;
        }

        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var length) && length is >= 24 and <= 64 ? key[..length] : null;
    }

    /// <summary>The name of a message: the same at every try and every replay, so that a receiver knows what it has had.</summary>
    public static string IdOf(Guid message) => "msg_" + message.ToString("N");

    /// <summary>The value of <see cref="SignatureHeader"/>: one signature for each key, separated by a blank.</summary>
    /// <param name="id">Value of <see cref="IdHeader"/>.</param>
    /// <param name="timestamp">Value of <see cref="TimestampHeader"/>, in seconds since 1970.</param>
    /// <param name="body">The body as it is sent.</param>
    /// <param name="keys">One, or two while a rotation is under way.</param>
    public static string Sign(string id, long timestamp, ReadOnlySpan<byte> body, params IEnumerable<byte[]> keys)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        return string.Join(' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
    }
}
