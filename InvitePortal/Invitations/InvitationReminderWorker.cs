using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Reminds of invitations that expire soon. Each slot is won by one conditional update, so that of several nodes one reminds; after an outage at most one reminder goes out, and none for what has expired.</summary>
public sealed partial class InvitationReminderWorker(
    IDbContextFactory<AppDbContext> databases,
    InvitationLinks links,
    InvitationTiming timing,
    Outbox outbox,
    DatabaseReadiness readiness,
    TimeProvider clock,
    ILogger<InvitationReminderWorker> logger) : BackgroundService
{
    private const int Batch = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1));
        do
        {
            try
            {
                while (await RemindAsync(stoppingToken) == Batch)
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e.GetBaseException().Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Sends what is due.</summary>
    /// <returns>How many were looked at.</returns>
    internal async Task<int> RemindAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await databases.CreateDbContextAsync(ct);
        var due = await db.Invitations.AsNoTracking()
            .Where(i => i.ReminderDueAt <= now)
            .OrderBy(i => i.ReminderDueAt)
            .Take(Batch)
            .ToListAsync(ct);
        foreach (var invitation in due)
        {
            await RemindAsync(invitation, ct);
        }

        if (due.Count > 0)
        {
            outbox.Wake();
        }

        return due.Count;
    }

    private Task<Result> RemindAsync(Invitation invitation, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var now = clock.GetUtcNow();
            var next = timing.Reminder(invitation.RemindersOn, invitation.SendAt, invitation.ExpiresAt, now);
            var won = await db.Invitations
                .Where(i => i.Id == invitation.Id && i.ReminderDueAt == invitation.ReminderDueAt)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.ReminderDueAt, next), ct);
            if (won == 0 || invitation.StateAt(now) is not InvitationState.Pending || invitation.PersonId is null)
            {
                return Result.Ok;
            }

            var message = links.Mail(db, invitation, await InvitationLinks.FactsAsync(db, invitation, ct), InvitationMessage.Reminder, now);
            await db.Invitations.Where(i => i.Id == invitation.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.LastMessageId, message.Id), ct);
            InvitationEvents.Add(db, invitation.Id, InvitationEventKind.Reminded, now);
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reminders failed and will be tried again: {Reason}")]
    private partial void LogFailed(string reason);
}
