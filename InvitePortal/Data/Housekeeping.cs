using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>Removes what nobody needs any more: counters of past windows, remembered API answers, ended sessions. Nothing depends on it having run.</summary>
public sealed partial class Housekeeping(
    IDbContextFactory<AppDbContext> databases,
    DatabaseReadiness readiness,
    TimeProvider clock,
    ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan RememberAnswers = TimeSpan.FromHours(24);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(10));
        do
        {
            try
            {
                await CleanAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e.GetBaseException().Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task CleanAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var answersBefore = now - RememberAnswers;
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.RateCounters.Where(c => c.EndsAt < now).ExecuteDeleteAsync(ct);
        await db.IdempotencyRecords.Where(r => r.CreatedAt < answersBefore).ExecuteDeleteAsync(ct);
        await db.Sessions.Where(s => s.EndsAt < now || (s.ExpiresAt < now && (s.RefreshExpiresAt == null || s.RefreshExpiresAt < now))).ExecuteDeleteAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Housekeeping failed and will be tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
