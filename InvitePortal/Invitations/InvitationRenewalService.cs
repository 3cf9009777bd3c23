using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>Lets invitees help themselves when they come too late.</summary>
public sealed class InvitationRenewalService(
    IDbContextFactory<AppDbContext> databases,
    InvitationLandingQueries landings,
    InvitationLinks links,
    InvitationTiming timing,
    Outbox outbox,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    /// <summary>Sends a new link for an expired invitation to the same recipient, at most once an hour. Says the same whether or not it did.</summary>
    public async Task<Result> RenewAsync(Actor actor, string? token, CancellationToken ct)
    {
        var found = await landings.FindAsync(actor, token, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var landing = found.Value;
        if (landing.Refusal?.Code != InvitationErrors.Expired.Code)
        {
            return landing.Refusal ?? Result.Ok;
        }

        await databases.InTransactionAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                var before = now - limits.Value.RenewalInterval;
                var invitation = await db.Invitations.AsNoTracking().FirstAsync(i => i.Id == landing.Id, CancellationToken.None);
                var key = Invitation.KeyFor(invitation.NormalizedRecipient, invitation.Role, invitation.GroupId);
                if (await db.Invitations.AnyAsync(i => i.OpenKey == key && i.Id != landing.Id && i.ExpiresAt > now, CancellationToken.None))
                {
                    return Result.Ok;
                }

                await db.Invitations.Where(i => i.OpenKey == key && i.Id != landing.Id)
                    .ExecuteUpdateAsync(set => set.SetProperty(i => i.OpenKey, (string?)null), CancellationToken.None);
                invitation.ExpiresAt = now.AddMinutes(invitation.LifetimeMinutes);
                var reminder = timing.Reminder(invitation.RemindersOn, now, invitation.ExpiresAt, now);
                var won = await db.Invitations
                    .Where(i => i.Id == landing.Id && i.State == InvitationState.Pending && i.ExpiresAt <= now && (i.RenewedAt == null || i.RenewedAt <= before))
                    .ExecuteUpdateAsync(
                        set => set
                            .SetProperty(i => i.RenewedAt, now)
                            .SetProperty(i => i.ExpiresAt, invitation.ExpiresAt)
                            .SetProperty(i => i.OpenKey, key)
                            .SetProperty(i => i.ReminderDueAt, reminder)
                            .SetProperty(i => i.Version, i => i.Version + 1),
                        CancellationToken.None);
                if (won == 0)
                {
                    return Result.Ok;
                }

                var message = links.Mail(db, invitation, await InvitationLinks.FactsAsync(db, invitation, CancellationToken.None), InvitationMessage.Again, dueAt: null);
                await db.Invitations.Where(i => i.Id == landing.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.LastMessageId, message.Id), CancellationToken.None);
                InvitationEvents.Add(db, landing.Id, InvitationEventKind.Renewed, now);
                AuditLog.Record(db, now, actor, null, "invitation.renewed", landing.Id, after: new { invitation.ExpiresAt });
                await db.SaveChangesAsync(CancellationToken.None);
                return Result.Ok;
            },
            CancellationToken.None);
        outbox.Wake();
        return Result.Ok;
    }
}
