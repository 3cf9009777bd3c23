using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// How often a password may be tried. Counted by what was typed, account or not, so that the limits tell nothing. Nobody is shut out for good:
/// a wait never exceeds fifteen minutes, and codes and reset links have counters of their own.
/// </summary>
public sealed class SignInLimits(
    IDbContextFactory<AppDbContext> databases, RateLimits rates, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);

    /// <summary>Takes one password try of a network address; otherwise how long to wait.</summary>
    public Task<TimeSpan?> TakeAddressAsync(string address, CancellationToken ct) =>
        rates.TryTakeAsync($"sign-in:{address}", limits.Value.PasswordSignInsPerAddressPerMinute, Minute, ct);

    /// <summary>Takes one request for a code or a reset link of a network address; otherwise how long to wait.</summary>
    public Task<TimeSpan?> TakeRequestAsync(string address, CancellationToken ct) =>
        rates.TryTakeAsync($"code-ask:{address}", limits.Value.CodeRequestsPerAddressPerMinute, Minute, ct);

    /// <summary>
    /// Counts a failure of the account in advance, before anything is compared; <see cref="ForgiveAsync"/> gives it back. Beyond the limit one try
    /// goes through after each wait, and the waits double.
    /// </summary>
    public async Task<TimeSpan?> TakeAccountAsync(string email, CancellationToken ct)
    {
        var key = MailLimits.Key(email);
        return await rates.TryTakeAsync($"password:{key}", limits.Value.PasswordFailuresPerAccount, limits.Value.PasswordFailureWindow, ct) is null
            ? null
            : await TakeAfterWaitAsync($"password-wait:{key}", ct);
    }

    /// <summary>The password was right.</summary>
    public Task ForgiveAsync(string email, CancellationToken ct) =>
        rates.GiveBackAsync($"password:{MailLimits.Key(email)}", limits.Value.PasswordFailureWindow, 1, ct);

    /// <summary>One row per account: how many tries went through, and until when it is remembered, which is one window after its wait is over.</summary>
    private async Task<TimeSpan?> TakeAfterWaitAsync(string key, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var longest = limits.Value.PasswordFailureWindow;
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.RateCounters.AsNoTracking().FirstOrDefaultAsync(c => c.Key == key && c.Window == DateTimeOffset.UnixEpoch, ct);
        if (found is null)
        {
            db.RateCounters.Add(new RateCounter { Key = key, Window = DateTimeOffset.UnixEpoch, EndsAt = now + FirstWait + longest, Count = 1 });
            try
            {
                await db.SaveChangesAsync(ct);
                return null;
            }
            catch (DbUpdateException e) when (DbErrors.IsUniqueViolation(e))
            {
                return FirstWait;
            }
        }

        var left = found.EndsAt - longest - now;
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        var passed = found.EndsAt > now ? found.Count : 0;
        var wait = FirstWait * Math.Pow(2, Math.Min(passed, 10));
        wait = wait < longest ? wait : longest;
        var (endsAt, count) = (now + wait + longest, passed + 1);
        // Whoever changes the row that was read may try; of any number at once that is one.
        var won = await db.RateCounters
            .Where(c => c.Key == key && c.Window == DateTimeOffset.UnixEpoch && c.EndsAt == found.EndsAt)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.EndsAt, endsAt).SetProperty(c => c.Count, count), ct);
        return won == 1 ? null : wait;
    }
}
