using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Telegram;

/// <summary>Telegram as one of the ways in which somebody signs in.</summary>
public sealed class TelegramEntryService(IDbContextFactory<AppDbContext> databases, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>By which Telegram account the actor signs in, in words; null for none.</summary>
    public async Task<Result<string?>> FindAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        return await db.UserLogins
            .Where(l => l.UserId == me.Value.Id && l.LoginProvider == SignInProviders.Telegram)
            .Select(l => l.ProviderDisplayName ?? l.ProviderKey)
            .FirstOrDefaultAsync(ct);
    }

    /// <summary>Takes Telegram from the ways in, where another one is left, and ends all other sessions: whoever holds the phone is out as well.</summary>
    public Task<Result> DisconnectAsync(Actor actor, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var me = await db.RequireAsync(actor, clock, ct);
            if (!me.Succeeded)
            {
                return me.Error;
            }

            if (await People.ReachAsync(db, me.Value.Id, ct) is null)
            {
                return TelegramErrors.OnlyWayIn;
            }

            if (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
            {
                return stale;
            }

            if (await db.UserLogins.Where(l => l.UserId == me.Value.Id && l.LoginProvider == SignInProviders.Telegram).ExecuteDeleteAsync(ct) == 0)
            {
                return TelegramErrors.NotConnected;
            }

            await SessionService.EndAllAsync(db, me.Value.Id, actor.SessionId, ct);
            AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.telegram_disconnected", me.Value.Id);
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);
}
