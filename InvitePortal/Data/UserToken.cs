using Microsoft.AspNetCore.Identity;

namespace InvitePortal.Data;

/// <summary>
/// Identity's token row, extended for one-time codes and reset links. Its key (person, provider, name) holds one row per purpose,
/// so a new code replaces the one before it.
/// </summary>
public sealed class UserToken : IdentityUserToken<Guid>
{
    /// <summary>The flow that asked for the code; a code works in no other.</summary>
    public string? Flow { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }
    /// <summary>How many tries were counted. A try is counted before the code is compared.</summary>
    public int Attempts { get; set; }
    public DateTimeOffset? SentAt { get; set; }
}
