using System.Globalization;
using System.Security.Claims;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>An open session with the stored state of its person.</summary>
public sealed record SessionState(
    Guid SessionId,
    Guid UserId,
    string Name,
    string? Email,
    Role StoredRole,
    int HeldRoles,
    string? AvatarVersion,
    string Language,
    string TimeZone,
    DateTimeOffset LastSeenAt,
    DateTimeOffset EndsAt,
    bool Remembered)
{
    /// <summary>The role in which the person acts.</summary>
    public Role ActiveRole => RoleBits.Acting(HeldRoles, StoredRole);

    /// <summary>The principal that pages and endpoints see.</summary>
    public ClaimsPrincipal ToPrincipal(string address, string scheme)
    {
        var claims = new List<Claim>
        {
            new(ActorClaims.UserId, UserId.ToString()),
            new(ActorClaims.SessionId, SessionId.ToString()),
            new(ActorClaims.Name, Name),
            new(ActorClaims.ActiveRole, ActiveRole.ToString()),
            new(ActorClaims.Roles, HeldRoles.ToString(CultureInfo.InvariantCulture)),
            new(ActorClaims.Language, Language),
            new(ActorClaims.TimeZone, TimeZone),
            new(ActorClaims.Address, address),
        };
        if (Email is not null)
        {
            claims.Add(new Claim(ActorClaims.Email, Email));
        }

        if (AvatarVersion is not null)
        {
            claims.Add(new Claim(ActorClaims.AvatarVersion, AvatarVersion));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, ActorClaims.Name, ActorClaims.ActiveRole));
    }
}

/// <summary>Finds open sessions; nothing is trusted but what is stored.</summary>
public static class SessionQueries
{
    private static readonly CompiledQuery<Func<AppDbContext, byte[], SessionKind, DateTimeOffset, CancellationToken, Task<SessionState?>>> BySecret = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, byte[] hash, SessionKind kind, DateTimeOffset now, CancellationToken ct) =>
            (from session in db.Sessions
             join user in db.Users on session.UserId equals user.Id
             where session.SecretHash == hash && session.Kind == kind && session.ExpiresAt > now && session.EndsAt > now
                && session.StartedAt != null && user.Status == PersonStatus.Active
             select new SessionState(
                 session.Id, user.Id, user.DisplayName, user.Email, user.ActiveRole, user.RoleBits, user.AvatarVersion, user.Language, user.TimeZone,
                 session.LastSeenAt, session.EndsAt, session.Remembered)).FirstOrDefault()));

    /// <summary>The open session with this secret, of a person who may act; one query.</summary>
    public static async Task<SessionState?> FindAsync(
        AppDbContext db, string? secret, SessionKind kind, DateTimeOffset now, CancellationToken ct) =>
        Secrets.HasShape(secret) ? await BySecret.For(db)(db, Secrets.Hash(secret!), kind, now, ct) : null;

    /// <summary>Those of the given sessions that are still open.</summary>
    public static Task<List<SessionState>> OpenAsync(AppDbContext db, IReadOnlyList<Guid> ids, DateTimeOffset now, CancellationToken ct) =>
        (from session in db.Sessions
         join user in db.Users on session.UserId equals user.Id
         where ids.Contains(session.Id) && session.ExpiresAt > now && session.EndsAt > now && user.Status == PersonStatus.Active
         select new SessionState(
             session.Id, user.Id, user.DisplayName, user.Email, user.ActiveRole, user.RoleBits, user.AvatarVersion, user.Language, user.TimeZone,
             session.LastSeenAt, session.EndsAt, session.Remembered)).ToListAsync(ct);
}
