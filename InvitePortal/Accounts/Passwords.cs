using System.Collections.Concurrent;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Password rules and hashing.</summary>
public sealed class Passwords(IOptions<LimitOptions> limits, IOptions<PortalOptions> portal, HashGate gate, IPasswordHasher<AppUser> hasher)
{
    private const int ShortestPart = 4;
    /// <summary>How many letters and digits must remain when everything personal is taken out.</summary>
    private const int ShortestRest = 8;

    private static readonly AppUser Nobody = new() { DisplayName = "" };
    private static readonly ConcurrentDictionary<int, string> DummyHashes = new();

    /// <summary>Whether a new password may be used by this person: length, the 10,000 most common, parts of name, address or portal name.</summary>
    public Result Check(string? password, string? name, string? email)
    {
        var (min, max) = (limits.Value.PasswordMinLength, limits.Value.PasswordMaxLength);
        if (password is null || password.Length < min || password.Length > max)
        {
            return AccountsErrors.PasswordLength(min, max);
        }

        if (CommonPasswords.Contains(password))
        {
            return AccountsErrors.PasswordCommon;
        }

        return IsPersonal(password, name, email) ? AccountsErrors.PasswordPersonal : Result.Ok;
    }

    /// <summary>Hashes a password; at most two at once, then a short queue, then <c>busy</c>.</summary>
    public Task<Result<string>> HashAsync(string password, CancellationToken ct) =>
        gate.RunAsync(() => hasher.HashPassword(Nobody, password), ct);

    /// <summary>Whether a hash was made with a lower work factor than is set now.</summary>
    public bool IsOutdated(string hash) => BcryptPasswordHasher.FactorOf(hash) < limits.Value.PasswordWorkFactor;

    /// <summary>
    /// Compares a password with a stored hash, through the same gate. Without a hash it takes as long and says no, so that the time
    /// of the answer does not tell whether there is an account.
    /// </summary>
    public Task<Result<bool>> VerifyAsync(string? hash, string password, CancellationToken ct) =>
        gate.RunAsync(
            () =>
            {
                var stored = hash ?? DummyHashes.GetOrAdd(limits.Value.PasswordWorkFactor, _ => hasher.HashPassword(Nobody, Secrets.New()));
                return hasher.VerifyHashedPassword(Nobody, stored, password) is not PasswordVerificationResult.Failed && hash is not null;
            },
            ct);

    /// <summary>
    /// How hard a password is to guess, 0 (refused) to 4. A rough count of what a guesser must try: words count little for each letter,
    /// repeats and runs next to nothing, changes between letters, digits and signs a little more.
    /// </summary>
    public int Estimate(string? password, string? name, string? email)
    {
        if (password is null || !Check(password, name, email).Succeeded)
        {
            return 0;
        }

        var bits = 0.0;
        for (var i = 0; i < password.Length; i++)
        {
            var step = i == 0 ? int.MaxValue : password[i] - password[i - 1];
            var repeated = password.AsSpan(0, i).Contains(password[i]);
            bits += step is >= -1 and <= 1 ? 0.3 : char.IsLetter(password[i]) ? 2.3 : char.IsDigit(password[i]) ? 2.5 : 3.5;
            bits += i > 0 && Kind(password[i]) != Kind(password[i - 1]) && !repeated ? 1.6 : 0;
        }

        return bits switch { < 28 => 1, < 40 => 2, < 52 => 3, _ => 4 };
    }

    private static int Kind(char c) => char.IsUpper(c) ? 0 : char.IsLetter(c) ? 1 : char.IsDigit(c) ? 2 : 3;

    private bool IsPersonal(string password, string? name, string? email)
    {
        var rest = password.ToLowerInvariant();
        var parts = Parts(name).Concat(Parts(email)).Concat(Parts(portal.Value.Name)).OrderByDescending(p => p.Length).ToList();
        if (!parts.Any(p => rest.Contains(p, StringComparison.Ordinal)))
        {
            return false;
        }

        rest = parts.Aggregate(rest, (text, part) => text.Replace(part, "", StringComparison.Ordinal));
        return rest.Count(char.IsLetterOrDigit) < ShortestRest;
    }

    /// <summary>The words of a text, the text without what stands between them (<c>annaivanova</c>), and its digits: a number, or a year.</summary>
    private static IEnumerable<string> Parts(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        var lower = text.ToLowerInvariant();
        var words = new string([.. lower.Select(c => char.IsLetter(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Append(string.Concat(words)).Append(string.Concat(lower.Where(char.IsAsciiDigit))).Where(w => w.Length >= ShortestPart).Distinct();
    }
}
