using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>The time that figures are about; null leaves an end open.</summary>
/// <param name="From">Codes made and students joined from then on.</param>
/// <param name="To">And before then.</param>
public sealed record CodePeriod(DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>How a teacher's codes are used.</summary>
/// <param name="Created">Codes made in the period, those deleted since left out.</param>
/// <param name="Used">Of these, used at least once.</param>
/// <param name="Open">Of these, those that let students in now.</param>
/// <param name="Expired">Of these, those whose time is over with places left.</param>
/// <param name="Closed">Of these, those that the teacher has closed.</param>
/// <param name="Joined">Students who joined a subject or group in the period.</param>
/// <param name="UseRate"><paramref name="Used"/> of <paramref name="Created"/>, 0 to 1.</param>
/// <param name="MedianSecondsToFirstUse">Half of the codes that were used took less; null when none was.</param>
/// <param name="Shares">What became of codes that were sent, by whatever channel.</param>
/// <param name="Subjects">By subject, most codes first, at most 100.</param>
/// <param name="Weeks">Week by week without gaps, oldest first, at most the last 260.</param>
public sealed record CodeStatistics(
    int Created,
    int Used,
    int Open,
    int Expired,
    int Closed,
    int Joined,
    double UseRate,
    double? MedianSecondsToFirstUse,
    ShareFigures Shares,
    IReadOnlyList<SubjectFigures> Subjects,
    IReadOnlyList<WeekFigures> Weeks);

/// <summary>How far codes came that were sent in the period. Each step also holds what came further: a code that was used counts as delivered.</summary>
/// <param name="Sent">Codes that were sent to at least one address.</param>
/// <param name="Delivered">Of these, those of which a message was delivered.</param>
/// <param name="Used">Of these, those used at least once.</param>
/// <param name="Uses">How often they were used in all.</param>
public sealed record ShareFigures(int Sent, int Delivered, int Used, int Uses);

/// <summary>Figures of one subject.</summary>
public sealed record SubjectFigures(string Subject, int Created, int Used, int Joined);

/// <summary>Figures of one week; it begins on Monday, UTC.</summary>
public sealed record WeekFigures(DateTimeOffset Week, int Created, int Joined);

/// <summary>Figures about codes, counted by the database.</summary>
public sealed class CodeStatisticsQueries(IDbContextFactory<AppDbContext> databases, ListTotals totals, TimeProvider clock)
{
    private const int MaxSubjects = 100;
    private const int MaxWeeks = 260;

    /// <summary>The figures of the teacher who asks. Of more than 1,000 codes they may be 10 seconds old: a page that follows a class asks often.</summary>
    public async Task<Result<CodeStatistics>> ReadAsync(Actor actor, CodePeriod period, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var (from, to) = (period.From?.ToUniversalTime(), period.To?.ToUniversalTime());
        if (from >= to || to - from > TimeSpan.FromDays(7 * MaxWeeks))
        {
            return CodeErrors.PeriodInvalid;
        }

        var key = FormattableString.Invariant($"{CodeQueries.TotalsPrefix(state.Value.Id)}figures|{from?.UtcTicks}|{to?.UtcTicks}");
        return await totals.GetAsync(key, () => CountAsync(db, state.Value.Id, from, to, CancellationToken.None), figures => figures.Created > ListTotals.ExactUpTo);
    }

    private async Task<CodeStatistics> CountAsync(AppDbContext db, Guid teacher, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        var codes = db.InviteCodes.Where(c => c.TeacherId == teacher && (from == null || c.CreatedAt >= from) && (to == null || c.CreatedAt < to));
        var enrollments = db.Enrollments.Where(e => e.TeacherId == teacher && (from == null || e.JoinedAt >= from) && (to == null || e.JoinedAt < to));
        var now = clock.GetUtcNow();
        var standing = await codes
            .GroupBy(c => new { c.Phase, Over = c.ExpiresAt != null && c.ExpiresAt <= now, Used = c.Uses > 0 })
            .Select(g => new { g.Key.Phase, g.Key.Over, g.Key.Used, Count = g.Count() })
            .ToListAsync(ct);
        var weeks = await WeeksAsync(codes, enrollments, ct);
        var created = standing.Sum(s => s.Count);
        var used = standing.Where(s => s.Used).Sum(s => s.Count);
        return new CodeStatistics(
            created,
            used,
            standing.Where(s => s is { Phase: CodePhase.Open, Over: false }).Sum(s => s.Count),
            standing.Where(s => s is { Phase: CodePhase.Open, Over: true }).Sum(s => s.Count),
            standing.Where(s => s.Phase is CodePhase.Closed).Sum(s => s.Count),
            weeks.Sum(w => w.Joined),
            created == 0 ? 0 : (double)used / created,
            await MedianAsync(codes, used, ct),
            await SharesAsync(db, teacher, from, to, now, ct),
            await SubjectsAsync(codes, enrollments, ct),
            Filled(weeks, to <= now ? to.Value.AddTicks(-1) : now));
    }

    private static async Task<double?> MedianAsync(IQueryable<InviteCode> codes, int used, CancellationToken ct)
    {
        // A code used since it was counted moves the middle by half a place.
        var middle = used == 0 ? [] : await codes
            .Where(c => c.FirstUseSeconds != null)
            .OrderBy(c => c.FirstUseSeconds)
            .Select(c => c.FirstUseSeconds!.Value)
            .Skip((used - 1) / 2)
            .Take(2 - (used % 2))
            .ToListAsync(ct);
        return middle.Count == 0 ? null : middle.Average();
    }

    private static async Task<ShareFigures> SharesAsync(AppDbContext db, Guid teacher, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now, CancellationToken ct)
    {
        var shares = db.CodeShares.Where(s => s.SendAt <= now && (from == null || s.SendAt >= from) && (to == null || s.SendAt < to));
        var sent = db.InviteCodes.Where(c => c.TeacherId == teacher && shares.Any(s => s.CodeId == c.Id));
        var counted = await sent.GroupBy(c => c.Uses > 0).Select(g => new { Used = g.Key, Count = g.Count(), Uses = g.Sum(c => c.Uses) }).ToListAsync(ct);
        var used = counted.Where(c => c.Used).Sum(c => c.Count);
        var delivered = await sent.CountAsync(c => c.Uses == 0 && shares.Any(s => s.CodeId == c.Id && db.OutboxMessages.Any(m => m.Id == s.MessageId && m.State == DeliveryState.Sent)), ct);
        return new ShareFigures(counted.Sum(c => c.Count), used + delivered, used, counted.Sum(c => c.Uses));
    }

    private static async Task<IReadOnlyList<SubjectFigures>> SubjectsAsync(IQueryable<InviteCode> codes, IQueryable<Enrollment> enrollments, CancellationToken ct)
    {
        var made = await codes
            .GroupBy(c => c.SubjectKey)
            .Select(g => new { g.Key, Subject = g.Min(c => c.Subject)!, Created = g.Count(), Used = g.Sum(c => c.Uses > 0 ? 1 : 0) })
            .OrderByDescending(g => g.Created).ThenBy(g => g.Key)
            .Take(MaxSubjects)
            .ToListAsync(ct);
        var joined = await enrollments
            .GroupBy(e => e.SubjectKey)
            .Select(g => new { g.Key, Subject = g.Min(e => e.Subject)!, Count = g.Count() })
            .OrderByDescending(g => g.Count).ThenBy(g => g.Key)
            .Take(MaxSubjects)
            .ToListAsync(ct);
        var counts = joined.ToDictionary(j => j.Key, j => j.Count);
        var known = made.Select(m => m.Key).ToHashSet();
        return
        [
            .. made.Select(m => new SubjectFigures(m.Subject, m.Created, m.Used, counts.GetValueOrDefault(m.Key))),
            // Subjects whose codes are all deleted, but not their students.
            .. joined.Where(j => !known.Contains(j.Key)).Take(MaxSubjects - made.Count).Select(j => new SubjectFigures(j.Subject, 0, 0, j.Count)),
        ];
    }

    private static async Task<List<Counted>> WeeksAsync(IQueryable<InviteCode> codes, IQueryable<Enrollment> enrollments, CancellationToken ct)
    {
        var made = await codes.GroupBy(c => c.CreatedWeek).Select(g => new { Week = g.Key, Count = g.Count() }).ToListAsync(ct);
        var joined = await enrollments.GroupBy(e => e.JoinedWeek).Select(g => new { Week = g.Key, Count = g.Count() }).ToListAsync(ct);
        return [.. made.Select(m => new Counted(m.Week, m.Count, 0)).Concat(joined.Select(j => new Counted(j.Week, 0, j.Count)))
            .GroupBy(c => c.Week)
            .Select(g => new Counted(g.Key, g.Sum(c => c.Created), g.Sum(c => c.Joined)))];
    }

    private static IReadOnlyList<WeekFigures> Filled(List<Counted> weeks, DateTimeOffset end)
    {
        if (weeks.Count == 0)
        {
            return [];
        }

        var counted = weeks.ToDictionary(w => w.Week);
        var last = Math.Max(counted.Keys.Max(), InviteCode.WeekOf(end));
        var first = Math.Max(counted.Keys.Min(), last - MaxWeeks + 1);
        return [.. Enumerable.Range(first, last - first + 1).Select(week =>
            new WeekFigures(InviteCode.StartOfWeek(week), counted.GetValueOrDefault(week)?.Created ?? 0, counted.GetValueOrDefault(week)?.Joined ?? 0))];
    }

    private sealed record Counted(int Week, int Created, int Joined);
}
