using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>Reads the stored state of the person behind an <see cref="Actor"/>: the start of every command and query that needs rights.</summary>
public static class ActorQueries
{
    private static readonly Error SignedOut = new(ErrorKind.Forbidden, "account.signed_out");

    private static readonly CompiledQuery<Func<AppDbContext, Guid, Guid, DateTimeOffset, CancellationToken, Task<Stored?>>> Find = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, Guid userId, Guid sessionId, DateTimeOffset now, CancellationToken ct) =>
            (from session in db.Sessions
             join user in db.Users on session.UserId equals user.Id
             where session.Id == sessionId && session.UserId == userId && session.ExpiresAt > now && session.EndsAt > now
                && user.Status == PersonStatus.Active
             select new Stored(user.Id, user.DisplayName, user.Email, user.ActiveRole, user.RoleBits, user.Language, user.TimeZone)).FirstOrDefault()));

    /// <summary>The person's state, or <c>account.signed_out</c> when the session has ended or the person may not act any more.</summary>
    public static async Task<Result<ActorState>> RequireAsync(this AppDbContext db, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        if (actor is not { UserId: { } userId, SessionId: { } sessionId })
        {
            return SignedOut;
        }

        if (await Find.For(db)(db, userId, sessionId, clock.GetUtcNow(), ct) is not { } found)
        {
            return SignedOut;
        }

        var role = RoleBits.Acting(found.RoleBits, found.ActiveRole);
        return new ActorState(found.Id, found.Name, found.Email, role, found.Language, found.TimeZone);
    }

    /// <summary>
    /// Whether the calling session was proven to be its person's within <see cref="LimitOptions.FreshProof"/>; <see cref="Error.ConfirmAgain"/> when that was
    /// longer ago. For changes of roles, states, settings and secrets, after <see cref="RequireAsync"/> and the check of rights, in the same transaction:
    /// <c>if (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale }) { return stale; }</c>
    /// </summary>
    public static async Task<Result> RequireFreshProofAsync(this AppDbContext db, Actor actor, TimeProvider clock, LimitOptions limits, CancellationToken ct)
    {
        var oldest = clock.GetUtcNow() - limits.FreshProof;
        return actor is { UserId: { } userId, SessionId: { } sessionId }
            && await db.Sessions.AnyAsync(s => s.Id == sessionId && s.UserId == userId && s.ProvenAt >= oldest, ct)
                ? Result.Ok
                : Error.ConfirmAgain;
    }

    private sealed record Stored(Guid Id, string Name, string? Email, Role ActiveRole, int RoleBits, string Language, string TimeZone);
}
