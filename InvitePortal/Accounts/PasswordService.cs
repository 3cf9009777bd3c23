using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>A new password, confirmed by the current one, or by a code that is sent to them where there is none yet.</summary>
public sealed record SetPassword(string? Current, string? Code, string? Password, string? Repeated);

/// <summary>Changes the password of somebody signed in.</summary>
public sealed class PasswordService(
    IDbContextFactory<AppDbContext> databases,
    Passwords passwords,
    OneTimeCodes codes,
    SessionService sessions,
    Reauthentication reauthentication,
    Outbox outbox,
    TimeProvider clock)
{
    /// <summary>Whether the actor has a password.</summary>
    public async Task<Result<bool>> HasPasswordAsync(Actor actor, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        return mine.Succeeded ? mine.Value.Hash is not null : mine.Error;
    }

    /// <summary>Sends the code with which somebody without a password sets one; it works in the calling session only.</summary>
    public async Task<Result> SendCodeAsync(Actor actor, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        return mine.Succeeded
            ? await codes.SendAsync(new CodeRequest(mine.Value.Me.Id, OneTimeCodes.PasswordPurpose, Flow(actor), mine.Value.Me.Language), ct)
            : mine.Error;
    }

    /// <summary>Sets the password, ends all sessions of the person, and opens a new one in place of the calling one.</summary>
    public async Task<Result<NewSession>> SetAsync(Actor actor, SetPassword command, string? device, CancellationToken ct)
    {
        var mine = await FindAsync(actor, ct);
        if (!mine.Succeeded)
        {
            return mine.Error;
        }

        var (me, hash, remembered, reach) = mine.Value;
        if (passwords.Check(command.Password, me.Name, reach?.Display) is { Error: { } weak })
        {
            return weak;
        }

        if (command.Password != command.Repeated)
        {
            return AccountsErrors.PasswordsDiffer;
        }

        var confirmed = hash is null
            ? await codes.VerifyAsync(me.Id, OneTimeCodes.PasswordPurpose, Flow(actor), command.Code ?? "", ct)
            : await reauthentication.CompareAsync(me.Id, reach, hash, command.Current, ct);
        if (!confirmed.Succeeded)
        {
            return confirmed.Error;
        }

        var hashed = await passwords.HashAsync(command.Password!, ct);
        return hashed.Succeeded ? await StoreAsync(actor, new NewPassword.Owner(me.Id, me.Name, reach, me.Language), hashed.Value, hash is null, remembered, device, ct) : hashed.Error;
    }

    private static string Flow(Actor actor) => actor.SessionId?.ToString("N", CultureInfo.InvariantCulture) ?? "";

    private async Task<Result<NewSession>> StoreAsync(
        Actor actor, NewPassword.Owner owner, string hashed, bool first, bool remembered, string? device, CancellationToken ct)
    {
        var stored = await databases.InTransactionAsync<NewSession>(
            async db =>
            {
                var still = await db.RequireAsync(actor, clock, ct);
                if (!still.Succeeded)
                {
                    return still.Error;
                }

                await NewPassword.StoreAsync(db, outbox, actor, owner, hashed, first ? "account.password_set" : "account.password_changed", clock.GetUtcNow(), ct);
                var session = sessions.Add(db, owner.Id, still.Value.ActiveRole, SessionKind.Browser, remembered, actor, device);
                await db.SaveChangesAsync(ct);
                return session;
            },
            ct);
        if (stored.Succeeded)
        {
            outbox.Wake();
        }

        return stored;
    }

    private async Task<Result<Mine>> FindAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        var mine = await db.Users
            .Where(u => u.Id == me.Value.Id)
            .Select(u => new { u.PasswordHash, Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey) })
            .FirstAsync(ct);
        var remembered = await db.Sessions.Where(s => s.Id == actor.SessionId).Select(s => s.Remembered).FirstOrDefaultAsync(ct);
        return new Mine(me.Value, mine.PasswordHash, remembered, mine.Reach);
    }

    private sealed record Mine(ActorState Me, string? Hash, bool Remembered, ChannelAddress? Reach);
}
