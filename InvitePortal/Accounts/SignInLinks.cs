using InvitePortal.Accounts.Messages;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Whom a link signs in.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Name">Display name.</param>
/// <param name="Reach">Their address, number or id, masked.</param>
public sealed record SignInLinkOwner(Guid UserId, string Name, string Reach);

/// <summary>
/// Links to sign in that an administrator sends to somebody: to the stored address only, or, without one, by the channel that they were invited by; for one use within <see cref="LimitOptions.SignInLinkLifetime"/>,
/// a newer one in place of the older. Opening one changes nothing; only its button signs in.
/// </summary>
public sealed class SignInLinks(
    IDbContextFactory<AppDbContext> databases,
    SignInService signIn,
    SignInLimits signInLimits,
    MailLimits mailLimits,
    Outbox outbox,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    private const string Provider = "SignInLink";

    /// <summary>
    /// Adds a link and its message to the transaction of the caller, who has checked the rights, saves, and wakes the outbox after the commit.
    /// For somebody just added to <paramref name="db"/> as well. Takes nothing from the limits of the mailbox: those count outside any transaction.
    /// </summary>
    /// <param name="db">The context of the transaction.</param>
    /// <param name="person">Somebody active who can be written to.</param>
    /// <param name="welcome">Whether the message says that an account was made for them.</param>
    /// <param name="ct">Ends the work.</param>
    /// <returns><c>account.not_active</c> for somebody who may not sign in, <c>account.no_address</c> without an address.</returns>
    public async Task<Result> EnqueueAsync(AppDbContext db, AppUser person, bool welcome, CancellationToken ct)
    {
        if (person.Status is not PersonStatus.Active)
        {
            return AccountsErrors.NotActive;
        }

        if (ChannelAddress.Of(person.Email, person.ContactChannel, person.ContactKey) is not { } reach)
        {
            return AccountsErrors.NoAddress;
        }

        var now = clock.GetUtcNow();
        var life = limits.Value.SignInLinkLifetime;
        var token = await LinkTokens.ReplaceAsync(db, Provider, person.Id, now, now + life, ct);
        var data = new SignInLinkData(token, (int)Math.Max(1, life.TotalMinutes), welcome);
        outbox.Enqueue(db, new MessageDraft(SignInLinkMessage.KindName, reach, person.Language, data)
        {
            Priority = Priority.Code,
            SubjectId = person.Id,
            ExpiresAt = now + life,
        });
        return Result.Ok;
    }

    /// <summary>Sends a link to somebody whom the actor may manage, within the limits of the recipient.</summary>
    public async Task<Result> SendAsync(Actor actor, Guid userId, CancellationToken ct)
    {
        await using var look = await databases.CreateDbContextAsync(ct);
        var found = await FindAsync(look, actor, userId, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var person = found.Value.Person;
        if (ChannelAddress.Of(person.Email, person.ContactChannel, person.ContactKey) is not { } address)
        {
            return AccountsErrors.NoAddress;
        }

        if (await mailLimits.TakeAsync(address.LimitKey, ct) is { } wait)
        {
            return AccountsErrors.CodeTooMany(wait);
        }

        var sent = await databases.InTransactionAsync(db => SendAsync(db, actor, userId, address, ct), ct);
        if (sent.Succeeded)
        {
            outbox.Wake();
        }
        else
        {
            await mailLimits.GiveBackAsync(address.LimitKey, ct);
        }

        return sent;
    }

    /// <summary>Whom the link would sign in; null when it does not work any more. Reading changes nothing.</summary>
    public async Task<SignInLinkOwner?> FindAsync(string? token, CancellationToken ct)
    {
        if (!LinkTokens.TryRead(token, out var userId, out var value))
        {
            return null;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        return await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow())
            .Join(db.Users, t => t.UserId, u => u.Id, (t, u) => new SignInLinkOwner(u.Id, u.DisplayName, ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey)!.Masked))
            .FirstOrDefaultAsync(ct);
    }

    /// <summary>Signs in. The link is used up in the same transaction: of several tries at once, one wins. Other sessions of the person go on.</summary>
    public async Task<Result<NewSession>> EnterAsync(Actor actor, string? token, SessionWanted wanted, CancellationToken ct)
    {
        if (!LinkTokens.TryRead(token, out var userId, out var value))
        {
            return AccountsErrors.SignInLinkGone;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        return await databases.InTransactionAsync<NewSession>(
            async db => await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow()).ExecuteDeleteAsync(ct) == 0
                ? AccountsErrors.SignInLinkGone
                : await signIn.OpenAsync(db, actor, userId, wanted, "link", ct),
            ct);
    }

    private async Task<Result> SendAsync(AppDbContext db, Actor actor, Guid userId, ChannelAddress address, CancellationToken ct)
    {
        if (!await People.HoldAddressAsync(db, userId, address, ct))
        {
            return AccountsErrors.PersonChanged;
        }

        var found = await FindAsync(db, actor, userId, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var added = await EnqueueAsync(db, found.Value.Person, welcome: false, ct);
        if (added.Succeeded)
        {
            AuditLog.Record(db, clock.GetUtcNow(), actor, found.Value.Me.Name, "account.sign_in_link_sent", userId);
            await db.SaveChangesAsync(ct);
        }

        return added;
    }

    private async Task<Result<Target>> FindAsync(AppDbContext db, Actor actor, Guid userId, CancellationToken ct)
    {
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (!Rights.SeesPeople(me.Value.ActiveRole))
        {
            return AccountsErrors.PersonForbidden;
        }

        if (await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == userId, ct) is not { } person)
        {
            return AccountsErrors.PersonUnknown;
        }

        if (!Rights.MayManage(me.Value.ActiveRole, person.RoleBits))
        {
            return AccountsErrors.PersonForbidden;
        }

        return person.Status is PersonStatus.Active ? new Target(me.Value, person) : AccountsErrors.NotActive;
    }

    private sealed record Target(ActorState Me, AppUser Person);
}
