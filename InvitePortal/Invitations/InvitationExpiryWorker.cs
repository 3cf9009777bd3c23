using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>
/// Tells endpoints of invitations whose time is over. Nothing else depends on it: expiry itself is decided by the clock at every read. How far it has
/// come is one stored time, which one node moves on in the transaction that tells what lies between.
/// </summary>
public sealed partial class InvitationExpiryWorker(
    IDbContextFactory<AppDbContext> databases, Outbox outbox, DatabaseReadiness readiness, TimeProvider clock, ILogger<InvitationExpiryWorker> logger) : BackgroundService
{
    private const string SettingKey = "webhooks.expiries-told-until";
    private const int Chunk = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30));
        do
        {
            try
            {
                await TellAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e.GetBaseException().Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Tells what has expired since the last time.</summary>
    /// <returns>How many invitations.</returns>
    internal async Task<int> TellAsync(CancellationToken ct)
    {
        var told = await databases.InTransactionAsync<int>(async db => await TellAsync(db, ct), ct);
        if (told.Value > 0)
        {
            outbox.Wake();
        }

        return told.Value;
    }

    private async Task<int> TellAsync(AppDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var next = now.UtcTicks.ToString(CultureInfo.InvariantCulture);
        var row = db.Settings.Where(s => s.Key == SettingKey);
        if (await row.Select(s => s.Value).FirstOrDefaultAsync(ct) is not { } last)
        {
            db.Settings.Add(new Setting { Key = SettingKey, Value = next, ChangedAt = now });
            await db.SaveChangesAsync(ct);
            return 0;
        }

        if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) || ticks >= now.UtcTicks
            || await row.Where(s => s.Value == last).ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, next).SetProperty(s => s.ChangedAt, now), ct) == 0
            || !WebhookEvents.Wants(db, WebhookEvent.InvitationExpired))
        {
            return 0;
        }

        var since = new DateTimeOffset(ticks, TimeSpan.Zero);
        var ids = await db.Invitations.Where(i => i.State == InvitationState.Pending && i.ExpiresAt > since && i.ExpiresAt <= now).Select(i => i.Id).ToListAsync(ct);
        foreach (var chunk in ids.Chunk(Chunk))
        {
            await InvitationNews.PublishAsync(db, WebhookEvent.InvitationExpired, chunk, ct);
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }

        return ids.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired invitations could not be told to webhooks, trying again: {Reason}")]
    private partial void LogFailed(string reason);
}
