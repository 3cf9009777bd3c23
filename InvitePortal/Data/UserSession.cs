namespace InvitePortal.Data;

/// <summary>Where a session lives. The numbers are stored.</summary>
public enum SessionKind
{
    Browser = 1,
    Api = 2,
}

/// <summary>A signed-in browser or API client. Its row going away, or being ended, ends it everywhere.</summary>
public sealed class UserSession
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }
    public SessionKind Kind { get; init; }
    /// <summary>SHA-256 of the cookie's or access token's secret.</summary>
    public required byte[] SecretHash { get; set; }
    /// <summary>SHA-256 of the refresh token, for <see cref="SessionKind.Api"/>.</summary>
    public byte[]? RefreshHash { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset LastSeenAt { get; set; }
    /// <summary>When it ends unless it is used before.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
    /// <summary>When it ends in any case.</summary>
    public DateTimeOffset EndsAt { get; set; }
    /// <summary>When the refresh token ends, for <see cref="SessionKind.Api"/>.</summary>
    public DateTimeOffset? RefreshExpiresAt { get; set; }
    public bool Remembered { get; init; }
    /// <summary>Set once the one-time ticket of a session made on a circuit has become a cookie; null before.</summary>
    public DateTimeOffset? StartedAt { get; set; }
    /// <summary>When its person last proved who they are, by signing in or confirming it since: what is dangerous asks for a fresh proof.</summary>
    public DateTimeOffset ProvenAt { get; set; }
    public string? Address { get; init; }
    public string? Device { get; init; }
}
