using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// What stands against guessing one person's codes over days: a budget of failures per hour and day, and a pause that doubles with each failure
/// once too many came in a row. Passwords and links of the person are not touched by it.
/// </summary>
public sealed class CodeFailures(IDbContextFactory<AppDbContext> databases, Outbox outbox, TimeProvider clock, IOptions<LimitOptions> limits)
{
    internal const string Provider = "CodeFailures";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(15);

    private static readonly CompiledQuery<Func<AppDbContext, Guid, string, string, string, DateTimeOffset, string, DateTimeOffset, CancellationToken, Task<Found?>>> Standing = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, Guid userId, string purpose, string flow, string hourKey, DateTimeOffset hour, string dayKey, DateTimeOffset day, CancellationToken ct) =>
            (from code in db.UserTokens
             where code.UserId == userId && code.LoginProvider == OneTimeCodes.Provider && code.Name == purpose && code.Flow == flow
             select new Found(
                 code.Value,
                 db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == Provider && t.Name == purpose).Select(t => t.Attempts).FirstOrDefault(),
                 db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == Provider && t.Name == purpose).Select(t => t.ExpiresAt).FirstOrDefault(),
                 db.RateCounters.Where(c => c.Key == hourKey && c.Window == hour).Select(c => c.Count).FirstOrDefault(),
                 db.RateCounters.Where(c => c.Key == dayKey && c.Window == day).Select(c => c.Count).FirstOrDefault())).FirstOrDefault()));

    /// <summary>How long codes of this purpose still pause for the person; null when they do not.</summary>
    public async Task<TimeSpan?> PausedAsync(Guid userId, string purpose, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var until = await Row(db, userId, purpose).Select(t => t.ExpiresAt).FirstOrDefaultAsync(ct);
        var wait = until - clock.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>The code and what stands against trying it, in one query. Null when there is no such code; its row is locked by the caller.</summary>
    internal async Task<CodeStanding?> StandAsync(AppDbContext db, Guid userId, string purpose, string flow, DateTimeOffset now, CancellationToken ct)
    {
        var (hour, day) = (RateLimits.Start(now, Hour), RateLimits.Start(now, Day));
        var found = await Standing.For(db)(db, userId, purpose, flow, Key("hour", userId, purpose), hour, Key("day", userId, purpose), day, ct);
        return found is null ? null : new CodeStanding(
            found.Value,
            found.InARow > 0,
            found.PausedUntil is not { } until || until <= now,
            found.InHour < limits.Value.CodeFailuresPerHour && found.InDay < limits.Value.CodeFailuresPerDay);
    }

    /// <summary>The code was right: the failures in a row begin anew.</summary>
    internal static Task ForgiveAsync(AppDbContext db, Guid userId, string purpose, CancellationToken ct) => Row(db, userId, purpose).ExecuteDeleteAsync(ct);

    /// <summary>
    /// Counts one more, of this hour and day and in a row; from the limit on, pauses and, the first time, tells the owner. In the transaction of the
    /// caller, which has locked the row of the code: nobody else counts for this person and purpose meanwhile.
    /// </summary>
    /// <returns>Whether a message to the owner was added to the outbox.</returns>
    internal async Task<bool> RecordAsync(AppDbContext db, Guid userId, string purpose, DateTimeOffset now, CancellationToken ct)
    {
        await CountAsync(db, Key("hour", userId, purpose), now, Hour, ct);
        await CountAsync(db, Key("day", userId, purpose), now, Day, ct);
        var row = Row(db, userId, purpose);
        if (await row.ExecuteUpdateAsync(set => set.SetProperty(t => t.Attempts, t => t.Attempts + 1), ct) == 0)
        {
            db.UserTokens.Add(new UserToken { UserId = userId, LoginProvider = Provider, Name = purpose, Attempts = 1 });
        }

        await db.SaveChangesAsync(ct);
        var beyond = await row.Select(t => t.Attempts).FirstAsync(ct) - limits.Value.CodeFailuresInARow;
        if (beyond < 0)
        {
            return false;
        }

        var until = now + (FirstPause * Math.Pow(2, Math.Min(beyond, 7)));
        await row.ExecuteUpdateAsync(set => set.SetProperty(t => t.ExpiresAt, until), ct);
        return beyond == 0 && await TellAsync(db, userId, ct);
    }

    private static async Task CountAsync(AppDbContext db, string key, DateTimeOffset now, TimeSpan window, CancellationToken ct)
    {
        var start = RateLimits.Start(now, window);
        if (await db.RateCounters.Where(c => c.Key == key && c.Window == start).ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count + 1), ct) == 0)
        {
            db.RateCounters.Add(new RateCounter { Key = key, Window = start, EndsAt = start + window, Count = 1 });
        }
    }

    private async Task<bool> TellAsync(AppDbContext db, Guid userId, CancellationToken ct)
    {
        var owner = await db.Users.Where(u => u.Id == userId).Select(u => new { Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey), u.Language }).FirstOrDefaultAsync(ct);
        if (owner?.Reach is not { } reach)
        {
            return false;
        }

        outbox.Enqueue(db, new MessageDraft(NoticeMessage.KindName, reach, owner.Language, new NoticeData(NoticeData.CodesPaused)) { SubjectId = userId });
        await db.SaveChangesAsync(ct);
        return true;
    }

    private static IQueryable<UserToken> Row(AppDbContext db, Guid userId, string purpose) =>
        db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == Provider && t.Name == purpose);

    private static string Key(string window, Guid userId, string purpose) => $"code-failed-{window}:{userId:N}:{purpose}";

    private sealed record Found(string? Value, int InARow, DateTimeOffset? PausedUntil, int InHour, int InDay);
}

/// <summary>A code and whether it may be tried.</summary>
/// <param name="Value">What is stored for it.</param>
/// <param name="HasFailed">Whether tries in a row have failed.</param>
/// <param name="Open">Codes of this purpose do not pause for the person.</param>
/// <param name="InBudget">Not too many failures in this hour and on this day.</param>
internal sealed record CodeStanding(string? Value, bool HasFailed, bool Open, bool InBudget)
{
    public bool MayTry => Open && InBudget;
}
