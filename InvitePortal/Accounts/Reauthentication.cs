using System.Globalization;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>By what somebody signed in can prove once more who they are.</summary>
/// <param name="HasPassword">Whether they have a password.</param>
/// <param name="Reach">Where a code would go; null where it cannot.</param>
public sealed record ProofMethods(bool HasPassword, ChannelAddress? Reach);

/// <summary>
/// Proves once more who is at a session that is open already, for what <see cref="ActorQueries.RequireFreshProofAsync"/> guards. Tries count as
/// those of signing in do, so that a session left open cannot be used to guess a password.
/// </summary>
public sealed class Reauthentication(
    IDbContextFactory<AppDbContext> databases,
    Passwords passwords,
    OneTimeCodes codes,
    SignInLimits signInLimits,
    TimeProvider clock)
{
    /// <summary>How the actor can prove it.</summary>
    public async Task<Result<ProofMethods>> MethodsAsync(Actor actor, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        return mine.Succeeded ? new ProofMethods(mine.Value.Hash is not null, mine.Value.Reach) : mine.Error;
    }

    /// <summary>Sends the code; it works in the calling session only.</summary>
    public async Task<Result> SendCodeAsync(Actor actor, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        if (!mine.Succeeded)
        {
            return mine.Error;
        }

        return await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait
            ? AccountsErrors.SignInTooMany(wait)
            : await codes.SendAsync(new CodeRequest(mine.Value.Me.Id, OneTimeCodes.ConfirmPurpose, Flow(actor), mine.Value.Me.Language), ct);
    }

    /// <summary>Renews the proof by the password.</summary>
    public async Task<Result> WithPasswordAsync(Actor actor, string? password, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        if (!mine.Succeeded)
        {
            return mine.Error;
        }

        if (await signInLimits.TakeAddressAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var right = await CompareAsync(mine.Value.Me.Id, mine.Value.Reach, mine.Value.Hash, password, ct);
        if (!right.Succeeded)
        {
            return right.Error == AccountsErrors.PasswordWrong ? AccountsErrors.PasswordWrong with { Field = "password" } : right.Error;
        }

        return await RenewAsync(actor, "password", ct);
    }

    /// <summary>Renews the proof by the code that was sent.</summary>
    public async Task<Result> WithCodeAsync(Actor actor, string? code, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        if (!mine.Succeeded)
        {
            return mine.Error;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var right = await codes.VerifyAsync(mine.Value.Me.Id, OneTimeCodes.ConfirmPurpose, Flow(actor), code ?? "", ct);
        return right.Succeeded ? await RenewAsync(actor, "code", ct) : right;
    }

    /// <summary>Compares the current password of somebody signed in, within the limits of the account: <c>password.wrong</c>, also where there is none.</summary>
    internal async Task<Result> CompareAsync(Guid userId, ChannelAddress? reach, string? hash, string? password, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(password))
        {
            return AccountsErrors.PasswordWrong;
        }

        // The name that they sign in by: both ways in share one count.
        var account = reach?.Key ?? userId.ToString("N");
        if (await signInLimits.TakeAccountAsync(account, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var verified = await passwords.VerifyAsync(hash, password, ct);
        if (verified is { Succeeded: true, Value: false })
        {
            return AccountsErrors.PasswordWrong;
        }

        await signInLimits.ForgiveAsync(account, ct);
        return verified.Succeeded ? Result.Ok : verified.Error;
    }

    private static string Flow(Actor actor) => actor.SessionId?.ToString("N", CultureInfo.InvariantCulture) ?? "";

    private Task<Result> RenewAsync(Actor actor, string method, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var now = clock.GetUtcNow();
                await db.Sessions.Where(s => s.Id == actor.SessionId).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, now), ct);
                AuditLog.Record(db, now, actor, me.Value.Name, "account.identity_confirmed", me.Value.Id, after: new { Method = method });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);

    private async Task<Result<Mine>> FindAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        return await db.Users
            .Where(u => u.Id == me.Value.Id)
            .Select(u => new Mine(me.Value, u.PasswordHash, ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey)))
            .FirstAsync(ct);
    }

    private sealed record Mine(ActorState Me, string? Hash, ChannelAddress? Reach);
}
