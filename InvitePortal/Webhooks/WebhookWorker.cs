using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>Keeps this node's list of endpoints up to date, and cleans the log.</summary>
public sealed partial class WebhookWorker(
    IDbContextFactory<AppDbContext> databases,
    WebhookDirectory directory,
    DatabaseReadiness readiness,
    IOptions<LimitOptions> limits,
    TimeProvider clock,
    ILogger<WebhookWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Clean = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        var (failing, cleaned) = (false, long.MinValue);
        using var timer = new PeriodicTimer(Refresh);
        do
        {
            try
            {
                await directory.RefreshAsync(stoppingToken);
                failing = false;
                if (cleaned is long.MinValue || TimeProvider.System.GetElapsedTime(cleaned) >= Clean)
                {
                    await CleanAsync(stoppingToken);
                    cleaned = TimeProvider.System.GetTimestamp();
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Every two seconds would fill the log while the database is away.
                if (!failing)
                {
                    LogFailed(e.GetBaseException().Message);
                }

                failing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Removes what is older than the log goes back; what still waits stays.</summary>
    internal async Task CleanAsync(CancellationToken ct)
    {
        var before = clock.GetUtcNow() - limits.Value.WebhookLogAge;
        await using var db = await databases.CreateDbContextAsync(ct);
        // By endpoint, because messages are found by recipient and time.
        foreach (var id in await db.WebhookEndpoints.Select(e => e.Id).ToListAsync(ct))
        {
            var key = WebhookEndpoint.KeyOf(id);
            await db.OutboxMessages
                .Where(m => m.RecipientKey == key && m.Channel == Channel.Webhook && m.CreatedAt < before)
                .Where(m => m.State == DeliveryState.Sent || m.State == DeliveryState.Failed || m.State == DeliveryState.Cancelled)
                .ExecuteDeleteAsync(ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook endpoints could not be read, trying again: {Reason}")]
    private partial void LogFailed(string reason);
}
