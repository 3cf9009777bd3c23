using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Org.BouncyCastle.Crypto.Generators;

namespace InvitePortal.Accounts;

/// <summary>
/// Identity's hasher as bcrypt over a SHA-384 of the password: bcrypt reads 72 bytes at most and stops at a zero, and the hash in base64
/// has 64 characters without one. Stored as <c>sha384$</c> and the usual <c>$2b$</c> text.
/// </summary>
public sealed class BcryptPasswordHasher(IOptions<LimitOptions> limits) : IPasswordHasher<AppUser>
{
    private const string Prefix = "sha384$";
    private const int SaltBytes = 16;

    public string HashPassword(AppUser user, string password) =>
        Prefix + OpenBsdBCrypt.Generate("2b", PreHash(password), RandomNumberGenerator.GetBytes(SaltBytes), limits.Value.PasswordWorkFactor);

    public PasswordVerificationResult VerifyHashedPassword(AppUser user, string hashedPassword, string providedPassword)
    {
        if (!hashedPassword.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return PasswordVerificationResult.Failed;
        }

        var stored = hashedPassword[Prefix.Length..];
        if (!OpenBsdBCrypt.CheckPassword(stored, PreHash(providedPassword)))
        {
            return PasswordVerificationResult.Failed;
        }

        return FactorOf(hashedPassword) < limits.Value.PasswordWorkFactor
            ? PasswordVerificationResult.SuccessRehashNeeded
            : PasswordVerificationResult.Success;
    }

    /// <summary>The work factor that a stored hash was made with.</summary>
    internal static int FactorOf(string hashedPassword) =>
        int.TryParse(hashedPassword.AsSpan(Prefix.Length + 4, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? factor : int.MaxValue;

    private static char[] PreHash(string password) =>
        Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(password))).ToCharArray();
}
