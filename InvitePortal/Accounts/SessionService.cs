using System.Security.Cryptography;
using System.Text.Json;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>The secrets of a session just made; they are stored nowhere.</summary>
/// <param name="SessionId">Id of its row.</param>
/// <param name="Secret">Secret of the cookie, or the access token.</param>
/// <param name="RefreshToken">For API sessions.</param>
/// <param name="ExpiresAt">When the secret ends unless it is used before.</param>
public sealed record NewSession(Guid SessionId, string Secret, string? RefreshToken, DateTimeOffset ExpiresAt);

/// <summary>What the cookie of a session needs.</summary>
/// <param name="Secret">The session's secret.</param>
/// <param name="Remembered">Whether the cookie outlives the browser.</param>
/// <param name="EndsAt">When the session ends in any case.</param>
public sealed record BrowserSession(string Secret, bool Remembered, DateTimeOffset EndsAt);

/// <summary>One line of the list of a person's sessions.</summary>
public sealed record SessionRow(Guid Id, SessionKind Kind, string? Device, string? Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool IsCurrent);

/// <summary>Sessions of people: made, found, ended.</summary>
public sealed class SessionService(
    IDbContextFactory<AppDbContext> databases,
    SessionLimits sessionLimits,
    IDataProtectionProvider protection,
    TimeProvider clock)
{
    private const int MaxRows = 100;
    private static readonly TimeSpan TicketLifetime = TimeSpan.FromMinutes(1);

    private readonly IDataProtector _tickets = protection.CreateProtector("InvitePortal.Accounts.SessionTicket");

    /// <summary>
    /// Adds a session to the context of the command that signs the person in; the caller saves. A browser session works only
    /// after its <see cref="Ticket"/> was turned into a cookie.
    /// </summary>
    public NewSession Add(AppDbContext db, Guid userId, Role activeRole, SessionKind kind, bool remember, Actor actor, string? device)
    {
        var now = clock.GetUtcNow();
        var secret = Secrets.New();
        var id = Guid.CreateVersion7(now);
        var refreshToken = kind is SessionKind.Api ? RefreshToken.New(id) : null;
        var endsAt = sessionLimits.EndsAt(activeRole, kind);
        var expiresAt = kind is SessionKind.Api ? sessionLimits.AccessExpiresAt(endsAt) : sessionLimits.ExpiresAt(activeRole, remember, endsAt);
        db.Sessions.Add(new UserSession
        {
            Id = id,
            UserId = userId,
            Kind = kind,
            SecretHash = Secrets.Hash(secret),
            RefreshHash = refreshToken is null ? null : Secrets.Hash(refreshToken),
            CreatedAt = now,
            ProvenAt = now,
            LastSeenAt = now,
            ExpiresAt = expiresAt,
            EndsAt = endsAt,
            RefreshExpiresAt = kind is SessionKind.Api ? endsAt : null,
            Remembered = remember,
            StartedAt = kind is SessionKind.Api ? now : null,
            Address = actor.Address,
            Device = DeviceName.Of(device),
        });
        return new NewSession(id, secret, refreshToken, expiresAt);
    }

    /// <summary>A one-time ticket, valid for a minute, that <c>POST /session/start</c> (field <c>ticket</c>) turns into the cookie of a session made on a circuit.</summary>
    public string Ticket(NewSession session) =>
        _tickets.Protect(JsonSerializer.Serialize(new TicketData(session.SessionId, session.Secret, clock.GetUtcNow() + TicketLifetime)));

    /// <summary>Turns a ticket into a started session, once: one conditional update decides.</summary>
    public async Task<Result<BrowserSession>> StartAsync(string? ticket, CancellationToken ct)
    {
        if (TryReadTicket(ticket) is not { } data || data.Until < clock.GetUtcNow())
        {
            return AccountsErrors.TicketGone;
        }

        return await StartAsync(data.SessionId, data.Secret, ct);
    }

    /// <summary>Starts a browser session whose cookie is set in the same request.</summary>
    public Task<Result<BrowserSession>> StartAsync(NewSession session, CancellationToken ct) => StartAsync(session.SessionId, session.Secret, ct);

    /// <summary>The actor's open sessions, the latest used first.</summary>
    public async Task<Result<IReadOnlyList<SessionRow>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        var now = clock.GetUtcNow();
        var rows = await db.Sessions
            .Where(s => s.UserId == me.Value.Id && s.StartedAt != null && s.EndsAt > now && (s.ExpiresAt > now || s.RefreshExpiresAt > now))
            .OrderByDescending(s => s.LastSeenAt)
            .Select(s => new SessionRow(s.Id, s.Kind, s.Device, s.Address, s.CreatedAt, s.LastSeenAt, s.Id == actor.SessionId))
            .Take(MaxRows)
            .ToArrayAsync(ct);
        return rows;
    }

    /// <summary>Ends one of the actor's sessions.</summary>
    public Task<Result> EndAsync(Actor actor, Guid sessionId, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var ended = await db.Sessions.Where(s => s.Id == sessionId && s.UserId == me.Value.Id).ExecuteDeleteAsync(ct);
                if (ended == 0)
                {
                    return AccountsErrors.SessionUnknown;
                }

                AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.session_ended", me.Value.Id);
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);

    /// <summary>Ends all of the actor's sessions, the calling one included.</summary>
    public Task<Result> EndAllAsync(Actor actor, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var ended = await EndAllAsync(db, me.Value.Id, except: null, ct);
                AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.signed_out_everywhere", me.Value.Id, after: new { Sessions = ended });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);

    /// <summary>Signs out: the calling session ends. Signing out twice is no failure.</summary>
    public async Task SignOutAsync(Actor actor, CancellationToken ct)
    {
        if (actor is { UserId: { } userId, SessionId: { } sessionId })
        {
            await databases.InTransactionAsync(db => SignOutAsync(db, actor, db.Sessions.Where(s => s.Id == sessionId && s.UserId == userId), userId, clock.GetUtcNow(), ct), ct);
        }
    }

    /// <summary>Ends one session and records it, in the caller's transaction; nothing to end is no failure.</summary>
    internal static async Task<Result> SignOutAsync(AppDbContext db, Actor actor, IQueryable<UserSession> session, Guid userId, DateTimeOffset now, CancellationToken ct)
    {
        if (await session.ExecuteDeleteAsync(ct) > 0)
        {
            var name = await db.Users.Where(u => u.Id == userId).Select(u => u.DisplayName).FirstOrDefaultAsync(ct);
            AuditLog.Record(db, now, actor, name, "account.signed_out", userId);
            await db.SaveChangesAsync(ct);
        }

        return Result.Ok;
    }

    /// <summary>Ends a person's sessions but one, in the caller's transaction.</summary>
    public static Task<int> EndAllAsync(AppDbContext db, Guid userId, Guid? except, CancellationToken ct) =>
        db.Sessions.Where(s => s.UserId == userId && s.Id != except).ExecuteDeleteAsync(ct);

    private async Task<Result<BrowserSession>> StartAsync(Guid sessionId, string secret, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var hash = Secrets.Hash(secret);
        await using var db = await databases.CreateDbContextAsync(ct);
        var row = db.Sessions.Where(s => s.Id == sessionId && s.SecretHash == hash && s.Kind == SessionKind.Browser && s.EndsAt > now);
        if (await row.Where(s => s.StartedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.StartedAt, now), ct) == 0)
        {
            return AccountsErrors.TicketGone;
        }

        var started = await row.Select(s => new { s.Remembered, s.EndsAt }).FirstOrDefaultAsync(ct);
        return started is null ? AccountsErrors.TicketGone : new BrowserSession(secret, started.Remembered, started.EndsAt);
    }

    private TicketData? TryReadTicket(string? ticket)
    {
        try
        {
            return string.IsNullOrEmpty(ticket) ? null : JsonSerializer.Deserialize<TicketData>(_tickets.Unprotect(ticket));
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }

    private sealed record TicketData(Guid SessionId, string Secret, DateTimeOffset Until);
}
