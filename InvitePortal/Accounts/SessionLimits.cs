using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>How long sessions last, and how use prolongs them.</summary>
public sealed class SessionLimits(IOptions<LimitOptions> limits, TimeProvider clock)
{
    private static readonly TimeSpan SlideEvery = TimeSpan.FromMinutes(1);

    /// <summary>When a session made or refreshed now ends in any case.</summary>
    public DateTimeOffset EndsAt(Role role, SessionKind kind) =>
        clock.GetUtcNow() + (Rights.IsAdmin(role)
            ? limits.Value.AdminSessionAbsolute
            : kind is SessionKind.Api ? limits.Value.RefreshTokenLifetime : limits.Value.SessionRemembered);

    /// <summary>When a browser session used now ends unless it is used again.</summary>
    public DateTimeOffset ExpiresAt(Role role, bool remembered, DateTimeOffset endsAt)
    {
        var idle = Rights.IsAdmin(role) ? limits.Value.AdminSessionIdle : remembered ? limits.Value.SessionRemembered : limits.Value.SessionIdle;
        return Earlier(clock.GetUtcNow() + idle, endsAt);
    }

    /// <summary>When an access token made now ends.</summary>
    public DateTimeOffset AccessExpiresAt(DateTimeOffset endsAt) => Earlier(clock.GetUtcNow() + limits.Value.AccessTokenLifetime, endsAt);

    /// <summary>Prolongs a browser session that is in use; writes at most once a minute.</summary>
    public async Task SlideAsync(AppDbContext db, SessionState session, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var seenBefore = now - SlideEvery;
        if (session.LastSeenAt > seenBefore)
        {
            return;
        }

        var expiresAt = ExpiresAt(session.ActiveRole, session.Remembered, session.EndsAt);
        await db.Sessions
            .Where(s => s.Id == session.SessionId && s.LastSeenAt <= seenBefore && s.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.LastSeenAt, now).SetProperty(s => s.ExpiresAt, expiresAt), ct);
    }

    /// <summary>
    /// Holds all sessions of somebody who becomes an administrator to the short limits, on every device: those that are older end at once.
    /// In the caller's transaction; the caller saves.
    /// </summary>
    public async Task ShortenAsync(AppDbContext db, Guid userId, CancellationToken ct)
    {
        var idle = clock.GetUtcNow() + limits.Value.AdminSessionIdle;
        foreach (var session in await db.Sessions.AsTracking().Where(s => s.UserId == userId).ToListAsync(ct))
        {
            session.EndsAt = Earlier(session.EndsAt, session.CreatedAt + limits.Value.AdminSessionAbsolute);
            session.ExpiresAt = Earlier(session.ExpiresAt, Earlier(idle, session.EndsAt));
            session.RefreshExpiresAt = session.RefreshExpiresAt is { } refresh ? Earlier(refresh, session.EndsAt) : null;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
