using System.Diagnostics;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>What a sign-in wants to end in.</summary>
/// <param name="Kind">A browser's session or an API client's.</param>
/// <param name="Remember">Whether a browser's session outlives the browser.</param>
/// <param name="Device">The <c>User-Agent</c>.</param>
public sealed record SessionWanted(SessionKind Kind, bool Remember, string? Device);

/// <summary>Signs people in, by password or by a code that is sent to them. No answer tells whether a name has an account.</summary>
public sealed class SignInService(
    IDbContextFactory<AppDbContext> databases,
    SessionService sessions,
    OneTimeCodes codes,
    Passwords passwords,
    SignInLimits signInLimits,
    SignInFlows flows,
    MailLimits mailLimits,
    SignInAlarm alarm,
    TimeProvider clock)
{
    /// <summary>Signs in by password: <c>sign_in.failed</c> for an unknown name (<see cref="ChannelAddress.TryParseAny"/>), a wrong password and somebody who may not sign in.</summary>
    public async Task<Result<NewSession>> WithPasswordAsync(Actor actor, string? addressOrNumber, string? password, SessionWanted wanted, CancellationToken ct)
    {
        if (await signInLimits.TakeAddressAsync(actor.Address, ct) is { } addressWait)
        {
            return AccountsErrors.SignInTooMany(addressWait);
        }

        if (!ChannelAddress.TryParseAny(addressOrNumber, out var address) || string.IsNullOrEmpty(password))
        {
            return AccountsErrors.SignInFailed;
        }

        if (await signInLimits.TakeAccountAsync(address.Key, ct) is { } accountWait)
        {
            return AccountsErrors.SignInTooMany(accountWait);
        }

        var person = await FindAsync(address, ct);
        var verified = await passwords.VerifyAsync(person?.PasswordHash, password, ct);
        if (!verified.Succeeded)
        {
            // Nothing was compared.
            await signInLimits.ForgiveAsync(address.Key, ct);
            return verified.Error;
        }

        if (!verified.Value || person is not { Status: PersonStatus.Active })
        {
            await alarm.FailedAsync(ct);
            return AccountsErrors.SignInFailed;
        }

        await signInLimits.ForgiveAsync(address.Key, ct);
        await RenewAsync(person, password, ct);
        return await OpenAsync(actor, person.Id, wanted, "password", ct);
    }

    /// <summary>
    /// Begins a sign-in by code. Succeeds for every well-formed name; a code goes out only to somebody who may sign in, within the limits of the
    /// recipient, and the answer takes the same time either way. With the id of a flow under way, the code already sent keeps working in it
    /// when no new one may be sent yet.
    /// </summary>
    public async Task<Result<SignInFlow>> AskForCodeAsync(Actor actor, string? addressOrNumber, bool remember, string returnUrl, CancellationToken ct, string? flowId = null)
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

        var person = await FindAsync(address, ct);
        var mayEnter = person is { Status: PersonStatus.Active };
        var flow = flows.New(mayEnter ? person!.Id : Guid.Empty, address.Display, remember, returnUrl, flowId);
        if (mayEnter)
        {
            await codes.SendAsync(new CodeRequest(person!.Id, OneTimeCodes.SignInPurpose, flow.Flow, person.Language), ct);
        }
        else
        {
            await mailLimits.TakeAsync(address.LimitKey, ct);
        }

        await EvenTime.WaitAsync(started, ct);
        return flow;
    }

    /// <summary>Finishes a sign-in by code; the person is taken from the flow, never from what the caller sends.</summary>
    public async Task<Result<NewSession>> WithCodeAsync(Actor actor, SignInFlow? flow, string? code, SessionWanted wanted, CancellationToken ct)
    {
        if (flow is null)
        {
            return AccountsErrors.CodeInvalid;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var verified = await codes.VerifyAsync(flow.UserId, OneTimeCodes.SignInPurpose, flow.Flow, code ?? "", ct);
        if (!verified.Succeeded)
        {
            await alarm.FailedAsync(ct);
            return verified.Error;
        }

        var opened = await OpenAsync(actor, flow.UserId, wanted with { Remember = flow.Remember }, "code", ct);
        return opened.Succeeded ? opened : AccountsErrors.CodeInvalid;
    }

    private async Task<Found?> FindAsync(ChannelAddress name, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await People.Named(db.Users, name)
            .Select(u => new Found(u.Id, u.Status, u.PasswordHash, u.Language))
            .FirstOrDefaultAsync(ct);
    }

    // The work factor was raised since the password was set: only now is the password here to be hashed anew. Busy or changed meanwhile: next time.
    private async Task RenewAsync(Found person, string password, CancellationToken ct)
    {
        if (!passwords.IsOutdated(person.PasswordHash!) || await passwords.HashAsync(password, ct) is not { Succeeded: true, Value: var hash })
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Users.Where(u => u.Id == person.Id && u.PasswordHash == person.PasswordHash).ExecuteUpdateAsync(set => set.SetProperty(u => u.PasswordHash, hash), ct);
    }

    /// <summary>Opens a session of somebody who may sign in, in the caller's transaction, after they have proven who they are.</summary>
    internal async Task<Result<NewSession>> OpenAsync(AppDbContext db, Actor actor, Guid userId, SessionWanted wanted, string method, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var mailed = method is "code" or "link";
        var entered = await db.Users
            .Where(u => u.Id == userId && u.Status == PersonStatus.Active)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.LastSignInAt, now).SetProperty(u => u.EmailConfirmed, u => u.EmailConfirmed || (mailed && u.Email != null)), ct);
        if (entered == 0)
        {
            return AccountsErrors.SignInFailed;
        }

        var person = await db.Users.Where(u => u.Id == userId).Select(u => new { u.DisplayName, u.ActiveRole }).FirstAsync(ct);
        var session = sessions.Add(db, userId, person.ActiveRole, wanted.Kind, wanted.Remember, actor, wanted.Device);
        AuditLog.Record(
            db, now, new Actor(userId, session.SessionId, actor.Address), person.DisplayName, "account.signed_in", userId, after: new { Method = method, wanted.Kind });
        await db.SaveChangesAsync(ct);
        return session;
    }

    private Task<Result<NewSession>> OpenAsync(Actor actor, Guid userId, SessionWanted wanted, string method, CancellationToken ct) =>
        databases.InTransactionAsync<NewSession>(db => OpenAsync(db, actor, userId, wanted, method, ct), ct);

    private sealed record Found(Guid Id, PersonStatus Status, string? PasswordHash, string Language);
}
