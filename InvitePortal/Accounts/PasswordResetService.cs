using System.Diagnostics;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Forgotten passwords: a link by mail, or by the channel that somebody without an address was invited by, for one use within an hour; a newer one replaces it.</summary>
public sealed class PasswordResetService(
    IDbContextFactory<AppDbContext> databases,
    Passwords passwords,
    SignInLimits signInLimits,
    MailLimits mailLimits,
    Outbox outbox,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    private const string Provider = "PasswordReset";

    /// <summary>Sends a link to somebody who may sign in, within the limits of the recipient. The answer is the same for every well-formed name, and takes the same time.</summary>
    public async Task<Result> AskAsync(Actor actor, string? addressOrNumber, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        if (!ChannelAddress.TryParseAny(addressOrNumber, out var address))
        {
            return AccountsErrors.SignInNameInvalid;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        if (await mailLimits.TakeAsync(address.LimitKey, ct) is null)
        {
            await SendAsync(address, ct);
        }

        await EvenTime.WaitAsync(started, ct);
        return Result.Ok;
    }

    /// <summary>Whether the link still works; reading changes nothing.</summary>
    public async Task<bool> IsLiveAsync(string? token, CancellationToken ct)
    {
        if (!LinkTokens.TryRead(token, out var userId, out var value))
        {
            return false;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        return await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow()).AnyAsync(ct);
    }

    /// <summary>Sets the password and ends all sessions. The link is used up in the same transaction: of several tries at once, one wins.</summary>
    public async Task<Result> SetAsync(Actor actor, string? token, string? password, string? repeated, CancellationToken ct)
    {
        var owner = await FindOwnerAsync(token, ct);
        if (owner is null || !LinkTokens.TryRead(token, out var userId, out var value))
        {
            return AccountsErrors.ResetLinkGone;
        }

        if (passwords.Check(password, owner.Name, owner.Reach?.Display) is { Error: { } weak })
        {
            return weak;
        }

        if (password != repeated)
        {
            return AccountsErrors.PasswordsDiffer;
        }

        var hashed = await passwords.HashAsync(password!, ct);
        if (!hashed.Succeeded)
        {
            return hashed.Error;
        }

        var stored = await databases.InTransactionAsync(
            async db =>
            {
                if (await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow()).ExecuteDeleteAsync(ct) == 0)
                {
                    return AccountsErrors.ResetLinkGone;
                }

                var now = clock.GetUtcNow();
                await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.EmailConfirmed, u => u.Email != null), ct);
                await NewPassword.StoreAsync(db, outbox, actor with { UserId = userId }, owner, hashed.Value, "account.password_reset", now, ct);
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (stored.Succeeded)
        {
            outbox.Wake();
        }

        return stored;
    }

    private async Task SendAsync(ChannelAddress address, CancellationToken ct)
    {
        var sent = await databases.InTransactionAsync(
            async db =>
            {
                var person = await People.Named(db.Users, address)
                    .Where(u => u.Status == PersonStatus.Active)
                    .Select(u => new { u.Id, Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey), u.Language })
                    .FirstOrDefaultAsync(ct);
                if (person is null || !await People.HoldAddressAsync(db, person.Id, address, ct))
                {
                    return AccountsErrors.ResetLinkGone;
                }

                var now = clock.GetUtcNow();
                var expiresAt = now + limits.Value.ResetLinkLifetime;
                var token = await LinkTokens.ReplaceAsync(db, Provider, person.Id, now, expiresAt, ct);
                outbox.Enqueue(db, new MessageDraft(ResetMessage.KindName, person.Reach!, person.Language, new ResetData(token))
                {
                    Priority = Priority.Code,
                    SubjectId = person.Id,
                    ExpiresAt = expiresAt,
                });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (sent.Succeeded)
        {
            outbox.Wake();
        }
    }

    private async Task<NewPassword.Owner?> FindOwnerAsync(string? token, CancellationToken ct)
    {
        if (!LinkTokens.TryRead(token, out var userId, out var value))
        {
            return null;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        return await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow())
            .Join(db.Users, t => t.UserId, u => u.Id, (t, u) => new NewPassword.Owner(u.Id, u.DisplayName, ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey), u.Language))
            .FirstOrDefaultAsync(ct);
    }
}
