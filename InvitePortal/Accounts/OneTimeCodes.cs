using System.Security.Cryptography;
using System.Text;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>A 6-digit code that is wanted.</summary>
/// <param name="UserId">Whose code it is; it goes to the address stored for that person, or, without one, by the channel that they were invited by.</param>
/// <param name="Purpose">What it opens, such as <c>sign-in</c> or <c>accept-invitation</c>; part of the stored key.</param>
/// <param name="Flow">The flow that asks: the code works in no other.</param>
/// <param name="Language">Language of the message.</param>
public sealed record CodeRequest(Guid UserId, string Purpose, string Flow, string Language)
{
    /// <summary>Where it goes instead: an address that the person wants to add, and which the flow is bound to.</summary>
    public ChannelAddress? Target { get; init; }
}

/// <summary>6-digit one-time codes in Identity's token table.</summary>
public sealed class OneTimeCodes(
    IDbContextFactory<AppDbContext> databases,
    CodeKey key,
    CodeFailures failures,
    MailLimits mailLimits,
    Outbox outbox,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    /// <summary>Signs an active person in.</summary>
    public const string SignInPurpose = "sign-in";

    /// <summary>Lets a signed-in person without a password set one.</summary>
    public const string PasswordPurpose = "set-password";

    /// <summary>Lets a signed-in person prove once more who they are.</summary>
    public const string ConfirmPurpose = "confirm-identity";

    /// <summary>Identity's name for what hands the codes out.</summary>
    public const string Provider = "OneTimeCode";

    internal const int Digits = 6;

    /// <summary>Replaces the person's code of this purpose and sends the new one, within the limits on sending. Commits on its own.</summary>
    public async Task<Result> SendAsync(CodeRequest request, CancellationToken ct)
    {
        var target = await TargetOfAsync(request, ct);
        if (target.Error is { } unable)
        {
            return unable;
        }

        if (await mailLimits.TakeAsync(target.Value!.LimitKey, ct) is { } wait)
        {
            return AccountsErrors.CodeTooMany(wait);
        }

        var code = Secrets.NewDigits(Digits);
        var value = await key.SealAsync(request.UserId, request.Purpose, request.Flow, code, ct);
        var stored = await databases.InTransactionAsync(
            async db =>
            {
                if (!await ReplaceAsync(db, request, value, ct))
                {
                    return AccountsErrors.CodeTooSoon(limits.Value.CodeResendAfter);
                }

                outbox.Enqueue(db, new MessageDraft(CodeMessage.KindName, target.Value!, request.Language, new CodeData(code, request.Purpose))
                {
                    Priority = Priority.Code,
                    SubjectId = request.UserId,
                    ExpiresAt = clock.GetUtcNow() + limits.Value.CodeLifetime,
                });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (stored.Succeeded)
        {
            outbox.Wake();
        }
        else
        {
            await mailLimits.GiveBackAsync(target.Value!.LimitKey, ct);
        }

        return stored;
    }

    /// <summary>
    /// Counts a try, then compares, then consumes the code; <c>code_invalid</c> in every other case. Commits on its own, so that a
    /// command that fails afterwards has still used up the try.
    /// </summary>
    public async Task<Result> VerifyAsync(Guid userId, string purpose, string flow, string typed, CancellationToken ct)
    {
        var verified = await VerifyAsync<bool>(userId, purpose, flow, typed, _ => Task.FromResult<Result<bool>>(true), ct);
        return verified.Succeeded ? Result.Ok : verified.Error;
    }

    /// <summary>
    /// The same, and with the right code <paramref name="then"/> in the transaction that uses it up. Where that fails, nothing has happened: the code
    /// is as it was, and the try is not counted, which tells nobody who guesses more than that they were right.
    /// </summary>
    public async Task<Result<T>> VerifyAsync<T>(
        Guid userId, string purpose, string flow, string typed, Func<AppDbContext, Task<Result<T>>> then, CancellationToken ct)
    {
        if (!TryReadDigits(typed, out var digits))
        {
            return AccountsErrors.CodeInvalid;
        }

        var guess = await key.SealAsync(userId, purpose, flow, digits, ct);
        var told = false;
        var verified = await databases.InTransactionAsync<Verdict<T>>(
            async db =>
            {
                told = false;
                var now = clock.GetUtcNow();
                var tries = limits.Value.CodeAttempts;
                var live = db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == Provider && t.Name == purpose && t.Flow == flow && t.ExpiresAt > now);

                // The try is counted before the comparison: of any number of parallel guesses, only so many get this far. The count also locks the
                // row until the commit, so that the guesses of one person and purpose go one after the other through all that follows, and nobody
                // learns anything before the count is stored.
                var counted = await live.Where(t => t.Attempts < tries).ExecuteUpdateAsync(set => set.SetProperty(t => t.Attempts, t => t.Attempts + 1), ct);
                if (counted == 0 || await failures.StandAsync(db, userId, purpose, flow, now, ct) is not { MayTry: true } code)
                {
                    return AccountsErrors.CodeInvalid;
                }

                if (code.Value is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(code.Value), Encoding.ASCII.GetBytes(guess)))
                {
                    told = await failures.RecordAsync(db, userId, purpose, now, ct);
                    return new Verdict<T>(false, default);
                }

                // Whoever deletes the row has used the code.
                var right = await live.Where(t => t.Value == guess).ExecuteDeleteAsync(ct) == 1;
                if (code.HasFailed)
                {
                    await CodeFailures.ForgiveAsync(db, userId, purpose, ct);
                }

                if (!right)
                {
                    return new Verdict<T>(false, default);
                }

                var done = await then(db);
                return done.Succeeded ? new Verdict<T>(true, done.Value) : done.Error;
            },
            ct);
        if (told)
        {
            outbox.Wake();
        }

        return verified switch
        {
            { Succeeded: false } => verified.Error,
            { Value: { Right: true, Value: { } value } } => value,
            _ => AccountsErrors.CodeInvalid,
        };
    }

    private sealed record Verdict<T>(bool Right, T? Value);

    /// <summary>Reads six digits as people type them: with blanks or dashes between.</summary>
    internal static bool TryReadDigits(string? code, out string digits)
    {
        digits = code is null || code.Length > 4 * Digits ? "" : string.Concat(code.Where(c => c is not ('-' or '\u2013') && !char.IsWhiteSpace(c)));
        return digits.Length == Digits && digits.All(char.IsAsciiDigit);
    }

    private async Task<Result<ChannelAddress>> TargetOfAsync(CodeRequest request, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if ((request.Target ?? await People.ReachAsync(db, request.UserId, ct)) is not { } target)
        {
            return AccountsErrors.NoAddress;
        }

        if (await failures.PausedAsync(request.UserId, request.Purpose, ct) is { } pause)
        {
            return AccountsErrors.CodeTooMany(pause);
        }

        var sentAt = await db.UserTokens
            .Where(t => t.UserId == request.UserId && t.LoginProvider == Provider && t.Name == request.Purpose)
            .Select(t => t.SentAt)
            .FirstOrDefaultAsync(ct);
        var wait = sentAt + limits.Value.CodeResendAfter - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? AccountsErrors.CodeTooSoon(wait.Value) : target;
    }

    /// <summary>Puts the new code in place of the old one, unless that was sent moments ago; a lost race to be first repeats the transaction.</summary>
    private async Task<bool> ReplaceAsync(AppDbContext db, CodeRequest request, string value, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var expiresAt = now + limits.Value.CodeLifetime;
        var sentBefore = now - limits.Value.CodeResendAfter;
        var row = db.UserTokens.Where(t => t.UserId == request.UserId && t.LoginProvider == Provider && t.Name == request.Purpose);
        var replaced = await row.Where(t => t.SentAt == null || t.SentAt <= sentBefore).ExecuteUpdateAsync(
            set => set
                .SetProperty(t => t.Value, value)
                .SetProperty(t => t.Flow, request.Flow)
                .SetProperty(t => t.ExpiresAt, expiresAt)
                .SetProperty(t => t.SentAt, now)
                .SetProperty(t => t.Attempts, 0),
            ct);
        if (replaced == 0 && await row.AnyAsync(ct))
        {
            return false;
        }

        if (replaced == 0)
        {
            db.UserTokens.Add(new UserToken
            {
                UserId = request.UserId,
                LoginProvider = Provider,
                Name = request.Purpose,
                Value = value,
                Flow = request.Flow,
                ExpiresAt = expiresAt,
                SentAt = now,
            });
        }

        return true;
    }
}
