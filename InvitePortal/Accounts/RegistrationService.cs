using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using InvitePortal.Accounts.Messages;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>The mailbox is proven.</summary>
/// <param name="Session">The session of somebody who had an account; null where one is to be made.</param>
public sealed record MailboxProven(NewSession? Session);

/// <summary>
/// People who make an account on their own: address, emailed code, name. A known address simply signs in, and nobody learns before the code is
/// entered whether it is known.
/// </summary>
public sealed class RegistrationService(
    IDbContextFactory<AppDbContext> databases,
    SignInService signIn,
    SignInFlows flows,
    SignInLimits signInLimits,
    MailLimits mailLimits,
    AddressRules rules,
    CodeKey key,
    Outbox outbox,
    IEnumerable<NewcomerPage> pages,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    /// <summary>Purpose of the codes, for their words and their seal.</summary>
    public const string Purpose = "register";

    /// <summary>Whether people without an account are expected on the page they want to reach.</summary>
    public bool IsForNewcomers(string returnUrl) => pages.Any(p => p.Covers(returnUrl));

    /// <summary>
    /// Begins: succeeds for every well-formed address. A code goes out unless the address belongs to somebody who may not sign in, within the limits
    /// of the mailbox, and the answer takes the same time in every case.
    /// </summary>
    public async Task<Result<SignInFlow>> AskAsync(Actor actor, string? email, string returnUrl, CancellationToken ct, string? flowId = null)
    {
        var started = Stopwatch.GetTimestamp();
        if (!EmailAddress.TryParse(email, out var address))
        {
            return AccountsErrors.EmailInvalid;
        }

        // Also of addresses that have an account: they sign in on the page for that, and nobody learns here that they do.
        if (rules.Refusal(address) is { } refused)
        {
            return refused;
        }

        if (await StatusAsync(address, ct) is not (null or PersonStatus.Invited))
        {
            return await signIn.AskForCodeAsync(actor, email, remember: false, returnUrl, ct, flowId);
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var flow = flows.New(await IdAsync(address, ct), address.Display, remember: false, returnUrl, flowId);
        if (await mailLimits.TakeAsync(address.LimitKey, ct) is null && !await SendAsync(flow, address, ct))
        {
            await mailLimits.GiveBackAsync(address.LimitKey, ct);
        }

        await EvenTime.WaitAsync(started, ct);
        return flow;
    }

    /// <summary>Takes the code. The address is the flow's, never what the caller sends; a wrong code is the same failure for known and unknown ones.</summary>
    public async Task<Result<MailboxProven>> ProveAsync(Actor actor, SignInFlow? flow, string? code, SessionWanted wanted, CancellationToken ct)
    {
        if (flow is null)
        {
            return AccountsErrors.CodeInvalid;
        }

        if (!await IsNewcomerAsync(flow, ct))
        {
            var entered = await signIn.WithCodeAsync(actor, flow, code, wanted, ct);
            return entered.Succeeded ? new MailboxProven(entered.Value) : entered.Error;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        if (!OneTimeCodes.TryReadDigits(code, out var digits))
        {
            return AccountsErrors.CodeInvalid;
        }

        var guess = await key.SealAsync(flow.UserId, Purpose, flow.Flow, digits, ct);
        var right = await databases.InTransactionAsync<bool>(db => CompareAsync(db, flow, guess, ct), ct);
        return right switch
        {
            { Error: { } error } => error,
            { Value: true } => new MailboxProven(null),
            _ => AccountsErrors.CodeInvalid,
        };
    }

    /// <summary>The same flow with all its time before it.</summary>
    public SignInFlow Renewed(SignInFlow flow) => flow with { Until = clock.GetUtcNow() + flows.Lifetime };

    /// <summary>Whether the flow's mailbox is proven and its account still to be made.</summary>
    public async Task<bool> IsProvenAsync(SignInFlow flow, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await Proven(db, flow, clock.GetUtcNow()).AnyAsync(ct);
    }

    /// <summary>Makes the account and signs it in; of several calls at once, one does.</summary>
    public Task<Result<NewSession>> CreateAsync(Actor actor, SignInFlow? flow, string? name, SessionWanted wanted, CancellationToken ct)
    {
        if (flow is null)
        {
            return Task.FromResult<Result<NewSession>>(AccountsErrors.RegistrationGone);
        }

        return DisplayName.TryParse(name, out var displayName)
            ? databases.InTransactionAsync<NewSession>(db => CreateAsync(db, actor, flow, displayName, wanted, ct), ct)
            : Task.FromResult<Result<NewSession>>(AccountsErrors.NameInvalid);
    }

    private static IQueryable<Newcomer> Proven(AppDbContext db, SignInFlow flow, DateTimeOffset now) =>
        db.Newcomers.Where(n => n.Id == flow.UserId && n.Flow == flow.Flow && n.Value == null && n.ExpiresAt > now);

    private async Task<Result<NewSession>> CreateAsync(
        AppDbContext db, Actor actor, SignInFlow flow, string name, SessionWanted wanted, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var newcomer = await Proven(db, flow, now).Select(n => new { n.Email, n.NormalizedEmail }).FirstOrDefaultAsync(ct);
        if (newcomer is null || !EmailAddress.TryParse(newcomer.Email, out var email) || await Proven(db, flow, now).ExecuteDeleteAsync(ct) == 0)
        {
            return AccountsErrors.RegistrationGone;
        }

        var page = pages.FirstOrDefault(p => p.Covers(flow.ReturnUrl));
        var (role, hasNone) = (page?.Role ?? Role.Business, page is { Role: null });
        var known = await db.Users.Where(u => u.NormalizedEmail == email.Normalized).Select(u => new { u.Id, u.Status }).FirstOrDefaultAsync(ct);
        var id = known?.Id ?? Add(db, name, email, role, now);
        await db.SaveChangesAsync(ct);
        // Somebody may have made the account meanwhile; the mailbox is proven all the same.
        if (known is null || (known.Status is PersonStatus.Invited && await People.ActivateAsync(db, id, ChannelAddress.Of(email), name, role, Languages.Current, passwordHash: null, now, ct)))
        {
            if (hasNone)
            {
                await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, 0), ct);
            }

            await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserCreated, known is null ? [id] : [], ct);
            Role[] roles = hasNone ? [] : [role];
            AuditLog.Record(db, now, actor with { UserId = id }, name, "account.registered", id, after: new { Name = name, Email = email.Display, Roles = roles });
        }

        return await signIn.OpenAsync(db, actor, id, wanted, "code", ct);
    }

    private static Guid Add(AppDbContext db, string name, EmailAddress email, Role role, DateTimeOffset now)
    {
        var person = AppUser.Create(name, email, PersonStatus.Active, role, now);
        person.EmailConfirmed = true;
        person.Language = Languages.Current;
        person.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        db.Users.Add(person);
        return person.Id;
    }

    private async Task<Result<bool>> CompareAsync(AppDbContext db, SignInFlow flow, string guess, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (tries, until) = (limits.Value.CodeAttempts, now + flows.Lifetime);
        var live = db.Newcomers.Where(n => n.Id == flow.UserId && n.Flow == flow.Flow && n.Value != null && n.ExpiresAt > now);
        // Counted before it is compared, which also locks the row: guesses of one address go one after the other.
        if (await live.Where(n => n.Attempts < tries).ExecuteUpdateAsync(set => set.SetProperty(n => n.Attempts, n => n.Attempts + 1), ct) == 0)
        {
            return AccountsErrors.CodeInvalid;
        }

        var value = await live.Select(n => n.Value).FirstOrDefaultAsync(ct);
        return value is not null
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(value), Encoding.ASCII.GetBytes(guess))
            && await live.ExecuteUpdateAsync(set => set.SetProperty(n => n.Value, (string?)null).SetProperty(n => n.ExpiresAt, until), ct) == 1;
    }

    private async Task<bool> SendAsync(SignInFlow flow, EmailAddress address, CancellationToken ct)
    {
        var code = Secrets.NewDigits(OneTimeCodes.Digits);
        var value = await key.SealAsync(flow.UserId, Purpose, flow.Flow, code, ct);
        var sent = await databases.InTransactionAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                if (!await ReplaceAsync(db, flow, address, value, now, ct))
                {
                    return AccountsErrors.CodeTooSoon(limits.Value.CodeResendAfter);
                }

                outbox.Enqueue(db, new MessageDraft(CodeMessage.KindName, address.Display, Languages.Current, new CodeData(code, Purpose))
                {
                    Priority = Priority.Code,
                    ExpiresAt = now + limits.Value.CodeLifetime,
                });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (sent.Succeeded)
        {
            outbox.Wake();
        }

        return sent.Succeeded;
    }

    private async Task<bool> ReplaceAsync(AppDbContext db, SignInFlow flow, EmailAddress address, string value, DateTimeOffset now, CancellationToken ct)
    {
        var (expiresAt, sentBefore) = (now + limits.Value.CodeLifetime, now - limits.Value.CodeResendAfter);
        await db.Newcomers.Where(n => n.ExpiresAt < now).ExecuteDeleteAsync(ct);
        var row = db.Newcomers.Where(n => n.NormalizedEmail == address.Normalized);
        var replaced = await row.Where(n => n.Id == flow.UserId && n.SentAt <= sentBefore).ExecuteUpdateAsync(
            set => set
                .SetProperty(n => n.Email, address.Display)
                .SetProperty(n => n.Value, value)
                .SetProperty(n => n.Flow, flow.Flow)
                .SetProperty(n => n.Attempts, 0)
                .SetProperty(n => n.SentAt, now)
                .SetProperty(n => n.ExpiresAt, expiresAt),
            ct);
        if (replaced == 1)
        {
            return true;
        }

        if (await row.AnyAsync(ct))
        {
            return false;
        }

        db.Newcomers.Add(new Newcomer
        {
            Id = flow.UserId, Email = address.Display, NormalizedEmail = address.Normalized, Value = value, Flow = flow.Flow, SentAt = now, ExpiresAt = expiresAt,
        });
        return true;
    }

    private async Task<PersonStatus?> StatusAsync(EmailAddress address, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Users.Where(u => u.NormalizedEmail == address.Normalized).Select(u => (PersonStatus?)u.Status).FirstOrDefaultAsync(ct);
    }

    private async Task<Guid> IdAsync(EmailAddress address, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Newcomers.Where(n => n.NormalizedEmail == address.Normalized).Select(n => (Guid?)n.Id).FirstOrDefaultAsync(ct)
            ?? Guid.CreateVersion7(clock.GetUtcNow());
    }

    private async Task<bool> IsNewcomerAsync(SignInFlow flow, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Newcomers.AnyAsync(n => n.Id == flow.UserId, ct);
    }
}
