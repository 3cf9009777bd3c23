using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Who an access token belongs to.</summary>
public sealed record TokenUser(Guid Id, string Name, string? Email, Role ActiveRole, IReadOnlyList<Role> Roles);

/// <summary>The answer to every sign-in of an API client.</summary>
/// <param name="AccessToken">Goes into <c>Authorization: Bearer …</c>.</param>
/// <param name="RefreshToken">Gets the next pair, once; its reuse ends the session.</param>
/// <param name="ExpiresIn">Seconds until the access token ends.</param>
/// <param name="TokenType">Always <c>Bearer</c>.</param>
/// <param name="User">The person.</param>
public sealed record TokenAnswer(string AccessToken, string RefreshToken, int ExpiresIn, string TokenType, TokenUser User);

/// <summary>Token pairs of API sessions.</summary>
public sealed class ApiTokens(IDbContextFactory<AppDbContext> databases, SessionLimits sessionLimits, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private static readonly CompiledQuery<Func<AppDbContext, Guid, CancellationToken, Task<TokenUser?>>> Holder = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, Guid sessionId, CancellationToken ct) => db.Sessions
            .Where(s => s.Id == sessionId)
            .Join(db.Users, s => s.UserId, u => u.Id, (s, u) => new TokenUser(u.Id, u.DisplayName, u.Email, u.ActiveRole, RoleBits.Read(u.RoleBits)))
            .FirstOrDefault()));

    /// <summary>The answer for a session of kind <see cref="SessionKind.Api"/> that was just made or refreshed.</summary>
    public async Task<TokenAnswer> AnswerAsync(NewSession session, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return Answer(session, (await Holder.For(db)(db, session.SessionId, ct))!);
    }

    /// <summary>The same where the person is known already.</summary>
    public TokenAnswer Answer(NewSession session, TokenUser user)
    {
        var seconds = (int)Math.Max(0, Math.Floor((session.ExpiresAt - clock.GetUtcNow()).TotalSeconds));
        return new TokenAnswer(session.Secret, session.RefreshToken ?? "", seconds, "Bearer", user);
    }

    /// <summary>Puts a new pair in place of the old one. An old refresh token ends its session: either its owner or somebody else has a copy.</summary>
    public async Task<Result<NewSession>> RefreshAsync(Actor actor, string? refreshToken, CancellationToken ct)
    {
        if (!RefreshToken.TryReadSession(refreshToken, out var sessionId))
        {
            return AccountsErrors.RefreshInvalid;
        }

        var next = new NewSession(sessionId, Secrets.New(), RefreshToken.New(sessionId), default);
        if (await RotateAsync(next, Secrets.Hash(refreshToken!), ct) is { } expiresAt)
        {
            return next with { ExpiresAt = expiresAt };
        }

        await EndCopiedAsync(actor, sessionId, Secrets.Hash(refreshToken!), ct);
        return AccountsErrors.RefreshInvalid;
    }

    /// <summary>Ends the session of a refresh token; an unknown one is no failure.</summary>
    public async Task RevokeAsync(string? refreshToken, CancellationToken ct)
    {
        if (RefreshToken.TryReadSession(refreshToken, out var sessionId))
        {
            var hash = Secrets.Hash(refreshToken!);
            await using var db = await databases.CreateDbContextAsync(ct);
            await db.Sessions.Where(s => s.Id == sessionId && s.Kind == SessionKind.Api && s.RefreshHash == hash).ExecuteDeleteAsync(ct);
        }
    }

    private async Task<DateTimeOffset?> RotateAsync(NewSession next, byte[] oldHash, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var person = await db.Sessions
            .Where(s => s.Id == next.SessionId)
            .Join(db.Users, s => s.UserId, u => u.Id, (s, u) => new { u.ActiveRole, s.EndsAt })
            .FirstOrDefaultAsync(ct);
        if (person is null)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        // The sessions of administrators have a fixed end; the others live on while they are refreshed.
        var endsAt = Rights.IsAdmin(person.ActiveRole) ? person.EndsAt : now + limits.Value.RefreshTokenLifetime;
        var expiresAt = sessionLimits.AccessExpiresAt(endsAt);
        var (secretHash, refreshHash) = (Secrets.Hash(next.Secret), Secrets.Hash(next.RefreshToken!));
        var rotated = await db.Sessions
            .Where(s => s.Id == next.SessionId && s.Kind == SessionKind.Api && s.RefreshHash == oldHash && s.RefreshExpiresAt > now && s.EndsAt > now
                && db.Users.Any(u => u.Id == s.UserId && u.Status == PersonStatus.Active))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(s => s.SecretHash, secretHash)
                    .SetProperty(s => s.RefreshHash, refreshHash)
                    .SetProperty(s => s.LastSeenAt, now)
                    .SetProperty(s => s.ExpiresAt, expiresAt)
                    .SetProperty(s => s.RefreshExpiresAt, endsAt)
                    .SetProperty(s => s.EndsAt, endsAt),
                ct);
        return rotated == 1 ? expiresAt : null;
    }

    private Task<Result> EndCopiedAsync(Actor actor, Guid sessionId, byte[] hash, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var copied = db.Sessions.Where(s => s.Id == sessionId && s.Kind == SessionKind.Api && s.RefreshHash != hash);
                var userId = await copied.Select(s => (Guid?)s.UserId).FirstOrDefaultAsync(ct);
                if (userId is not null && await copied.ExecuteDeleteAsync(ct) == 1)
                {
                    AuditLog.Record(db, clock.GetUtcNow(), actor, null, "account.session_ended", userId, after: new { Reason = "refresh_token_reused" });
                    await db.SaveChangesAsync(ct);
                }

                return Result.Ok;
            },
            ct);
}
