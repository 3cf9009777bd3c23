using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// Turns the session of an access token into one of a browser, for pages that sign people in through the API. Only one whose person has proven who they
/// are within <see cref="LimitOptions.FreshProof"/>: a token that was left somewhere opens nothing.
/// </summary>
public sealed class SessionExchange(IDbContextFactory<AppDbContext> databases, SessionService sessions, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>Ends the session of the token and makes one for a browser, as freshly proven; of several tries at once, one wins.</summary>
    /// <param name="actor">Who is signed in at the browser: nobody, or the same person.</param>
    /// <param name="accessToken">The token; it and its refresh token are dead afterwards.</param>
    /// <param name="device">The <c>User-Agent</c>.</param>
    /// <param name="ct">Ends the work.</param>
    public async Task<Result<NewSession>> ExchangeAsync(Actor actor, string? accessToken, string? device, CancellationToken ct) =>
        await databases.InTransactionAsync<NewSession>(
            async db =>
            {
                var now = clock.GetUtcNow();
                if (await SessionQueries.FindAsync(db, accessToken, SessionKind.Api, now, ct) is not { } found)
                {
                    return AccountsErrors.TicketGone;
                }

                if (actor.UserId is { } here && here != found.UserId)
                {
                    return AccountsErrors.OtherAccount;
                }

                var oldest = now - limits.Value.FreshProof;
                var fresh = db.Sessions.Where(s => s.Id == found.SessionId && s.ProvenAt >= oldest);
                var proven = await fresh.Select(s => (DateTimeOffset?)s.ProvenAt).FirstOrDefaultAsync(ct);
                if (proven is null || await fresh.ExecuteDeleteAsync(ct) == 0)
                {
                    return AccountsErrors.TicketGone;
                }

                var session = sessions.Add(db, found.UserId, found.ActiveRole, SessionKind.Browser, remember: false, actor, device);
                await db.SaveChangesAsync(ct);
                await db.Sessions.Where(s => s.Id == session.SessionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, proven.Value), ct);
                return session;
            },
            ct);
}
