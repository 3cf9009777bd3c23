using System.Security.Cryptography;
using System.Text;
using InvitePortal.Data;
using InvitePortal.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>
/// The key under which one-time codes are stored: a code has too few digits for a plain hash. Made once, kept protected in the settings,
/// the same on all nodes. When it cannot be read any more (its protection key is lost) a new one takes its place; only codes under way are lost.
/// </summary>
public sealed class CodeKey(IDbContextFactory<AppDbContext> databases, IDataProtectionProvider protection, TimeProvider clock)
{
    private const string SettingKey = "accounts.code-key";
    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Accounts.CodeKey");
    private byte[]? _key;

    /// <summary>What is stored for a code: HMAC-SHA256 over its person, purpose, flow and digits, as base64.</summary>
    public async Task<string> SealAsync(Guid userId, string purpose, string flow, string code, CancellationToken ct)
    {
        var key = _key ??= await LoadAsync(ct);
        return Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{userId:N}\n{purpose}\n{flow}\n{code}")));
    }

    private async Task<byte[]> LoadAsync(CancellationToken ct)
    {
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var stored = await db.Settings.AsNoTracking().FirstOrDefaultAsync(s => s.Key == SettingKey, ct);
            if (stored is not null && TryUnprotect(stored.Value) is { } key)
            {
                return key;
            }

            var fresh = _protector.Protect(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
            var now = clock.GetUtcNow();
            if (stored is not null)
            {
                await db.Settings
                    .Where(s => s.Key == SettingKey && s.Value == stored.Value)
                    .ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, fresh).SetProperty(s => s.ChangedAt, now), ct);
                continue;
            }

            try
            {
                db.Settings.Add(new Setting { Key = SettingKey, Value = fresh, ChangedAt = now });
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException e) when (DbErrors.IsUniqueViolation(e))
            {
                // Another node was first: its key is read in the next round.
            }
        }
    }

    private byte[]? TryUnprotect(string value)
    {
        try
        {
            return Convert.FromBase64String(_protector.Unprotect(value));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
