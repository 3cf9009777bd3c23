using Microsoft.AspNetCore.DataProtection;

namespace InvitePortal.Webhooks;

/// <summary>Keeps the keys of endpoints: protected in the database, shown once, never again.</summary>
public sealed class WebhookKeys(IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Webhooks.Secret");

    internal byte[] Protect(byte[] key) => _protector.Protect(key);

    /// <summary>The keys that sign now, the newest first. Throws <see cref="System.Security.Cryptography.CryptographicException"/> when they cannot be read any more.</summary>
    internal IReadOnlyList<byte[]> Of(WebhookEndpoint endpoint) =>
        endpoint.OldSecret is { } old && endpoint.OldSecretUntil > clock.GetUtcNow()
            ? [_protector.Unprotect(endpoint.Secret), _protector.Unprotect(old)]
            : [_protector.Unprotect(endpoint.Secret)];
}
