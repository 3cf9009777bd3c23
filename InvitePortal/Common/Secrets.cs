using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace InvitePortal.Common;

/// <summary>Random secrets and their one-way form. Only the hash of a secret is ever stored.</summary>
public static class Secrets
{
    /// <summary>Length of a secret's text: 32 bytes as unpadded base64url.</summary>
    public const int TextLength = 43;

    /// <summary>A new secret of 256 random bits, as 43 characters of unpadded base64url.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>SHA-256 of the secret's text. A fast hash is enough: the input has 256 bits of entropy.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    /// <summary>Whether the text has the shape of a secret; anything else need not be looked up.</summary>
    public static bool HasShape(string? text) => text?.Length == TextLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>A uniformly random code of <paramref name="digits"/> decimal digits.</summary>
    public static string NewDigits(int digits) => RandomNumberGenerator.GetString("0123456789", digits);
}
