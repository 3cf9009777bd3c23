using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>What is done with an invitation once it exists. Every change is one conditional update whose row count decides.</summary>
public sealed class InvitationService(
    IDbContextFactory<AppDbContext> databases,
    InvitationLinks links,
    InvitationTiming timing,
    Outbox outbox,
    ListTotals totals,
    RateLimits rates,
    IOptions<PortalOptions> portal,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    /// <summary>A new message with a new link; expiry is renewed to the original lifetime from now, never shortened. Earlier links keep working.</summary>
    public Task<Result> ResendAsync(Actor actor, Guid id, CancellationToken ct) => MailAgainAsync(actor, id, replace: false, ct);

    /// <summary>Kills all earlier links and mails a new one.</summary>
    public Task<Result> ReplaceLinkAsync(Actor actor, Guid id, CancellationToken ct) => MailAgainAsync(actor, id, replace: true, ct);

    /// <summary>Changes a pending invitation. Every link sent before leads to what it says now; a message that still waits is written anew.</summary>
    public Task<Result> EditAsync(Actor actor, Guid id, EditInvitation command, CancellationToken ct) => ChangeAsync(actor, id, ct, async (db, state, invitation) =>
    {
        var now = clock.GetUtcNow();
        var role = command.Role ?? invitation.Role;
        var words = command.Message is null ? invitation.Message : command.Message.Trim() is { Length: > 0 } text ? text : null;
        var expiresAt = command.ExpiresAt ?? invitation.ExpiresAt;
        var group = await GroupAsync(db, state, invitation, command.GroupId, ct);
        if (!group.Succeeded)
        {
            return group.Error;
        }

        if (!Rights.MayGrant(state.ActiveRole, role))
        {
            return InvitationErrors.MayNotGrant;
        }

        var groupId = group.Value;
        if (groupId is not null && role is not Role.Student)
        {
            return InvitationErrors.GroupNeedsStudent;
        }

        if (words is not null && (words.Length > FieldLengths.Message || !DisplayName.IsCleanText(words)))
        {
            return InvitationErrors.MessageInvalid;
        }

        var lives = invitation.SendAt > now ? invitation.SendAt : now;
        if (command.ExpiresAt is not null && (expiresAt <= lives || expiresAt > lives + limits.Value.InvitationLifetimeMax))
        {
            return InvitationErrors.LifetimeInvalid(limits.Value) with { Field = "expiresAt" };
        }

        if (command.Version != invitation.Version)
        {
            return InvitationErrors.ChangedMeanwhile;
        }

        var key = Invitation.KeyFor(invitation.NormalizedRecipient, role, groupId);
        if (await db.Invitations.AnyAsync(i => i.OpenKey == key && i.Id != id && i.ExpiresAt > now, ct))
        {
            return InvitationErrors.AlreadyInvited;
        }

        await FreeKeyAsync(db, id, key, ct);
        var reminder = timing.Reminder(invitation.RemindersOn, invitation.SendAt, expiresAt, now);
        var won = await Pending(db, id, now).Where(i => i.Version == command.Version).ExecuteUpdateAsync(
            set => set
                .SetProperty(i => i.Role, role)
                .SetProperty(i => i.GroupId, groupId)
                .SetProperty(i => i.Message, words)
                .SetProperty(i => i.ExpiresAt, expiresAt)
                .SetProperty(i => i.OpenKey, key)
                .SetProperty(i => i.ReminderDueAt, reminder)
                .SetProperty(i => i.Version, i => i.Version + 1),
            ct);
        if (won == 0)
        {
            return NotPending(invitation, now);
        }

        var before = new { invitation.Role, invitation.GroupId, invitation.Message, invitation.ExpiresAt };
        if (role != invitation.Role)
        {
            await InvitationEnding.FollowAsync(db, invitation, role, ct);
        }

        invitation.Role = role;
        invitation.Message = words;
        invitation.ExpiresAt = expiresAt;
        if (await Outbox.WithdrawWaitingAsync(db, id, ct) > 0)
        {
            var kind = invitation.Resends > 0 ? InvitationMessage.Again : InvitationMessage.First;
            await PointToAsync(db, id, links.Mail(db, invitation, await InvitationLinks.FactsAsync(db, invitation, ct), kind, lives), ct);
        }

        InvitationEvents.Add(db, id, InvitationEventKind.Edited, now, state.Name);
        AuditLog.Record(db, now, actor, state.Name, "invitation.edited", id, before, new { Role = role, GroupId = groupId, Message = words, ExpiresAt = expiresAt });
        return Result.Ok;
    });

    /// <summary>Ends a pending invitation. All its links die; a person who was only invited goes with their last open invitation.</summary>
    public Task<Result> CancelAsync(Actor actor, Guid id, CancellationToken ct) => ChangeAsync(actor, id, ct, async (db, state, invitation) =>
    {
        var now = clock.GetUtcNow();
        var won = await db.Invitations.Where(i => i.Id == id && i.State == InvitationState.Pending).ExecuteUpdateAsync(InvitationEnding.Close(InvitationState.Cancelled, now), ct);
        if (won == 0)
        {
            return InvitationErrors.NotPending;
        }

        await Outbox.WithdrawAsync(db, id, ct);
        await InvitationEnding.RemovePersonAsync(db, invitation, ct);
        AuditLog.Record(db, now, actor, state.Name, "invitation.cancelled", id, new { State = invitation.StateAt(now) }, new { State = InvitationState.Cancelled });
        return Result.Ok;
    });

    /// <summary>Removes an invitation with its links and timeline.</summary>
    public Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct) => DeleteAsync(actor, id, unsentOnly: false, ct);

    /// <summary>The same, but with <paramref name="unsentOnly"/> only while its message waits: then nobody ever hears of it.</summary>
    internal Task<Result> DeleteAsync(Actor actor, Guid id, bool unsentOnly, CancellationToken ct) => ChangeAsync(actor, id, ct, async (db, state, invitation) =>
    {
        var now = clock.GetUtcNow();
        await Outbox.WithdrawAsync(db, id, ct);
        // Looked at after what waits was taken back, so that nothing can begin to be sent in between.
        if (unsentOnly && (invitation.State is not InvitationState.Pending || await InvitationEnding.WasSentAsync(db, id, ct)))
        {
            return invitation.State is InvitationState.Pending ? InvitationErrors.AlreadySent : InvitationErrors.NotPending;
        }

        if (await db.Invitations.Where(i => i.Id == id).ExecuteDeleteAsync(ct) == 0)
        {
            return InvitationErrors.NotFound;
        }

        await InvitationEnding.RemovePersonAsync(db, invitation, ct);
        AuditLog.Record(db, now, actor, state.Name, "invitation.deleted", id, new { invitation.Recipient, invitation.Role, State = invitation.StateAt(now) });
        return Result.Ok;
    });

    /// <summary>A fresh link to hand over by other means. It does not prove the mailbox: whoever uses it also types a mailed code.</summary>
    /// <returns>The absolute link; it cannot be had again.</returns>
    public async Task<Result<string>> CopyLinkAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var link = "";
        var result = await ChangeAsync(actor, id, ct, (db, state, invitation) =>
        {
            var now = clock.GetUtcNow();
            if (invitation.StateAt(now) is not InvitationState.Pending)
            {
                return Task.FromResult<Result>(NotPending(invitation, now));
            }

            link = portal.Value.Link($"/accept-invitation?token={links.Mint(db, id, LinkOrigin.Copied)}");
            InvitationEvents.Add(db, id, InvitationEventKind.LinkCopied, now, state.Name);
            AuditLog.Record(db, now, actor, state.Name, "invitation.link_copied", id);
            return Task.FromResult(Result.Ok);
        });
        return result.Succeeded ? link : result.Error;
    }

    private async Task<Result> MailAgainAsync(Actor actor, Guid id, bool replace, CancellationToken ct)
    {
        var budget = InvitationSendingService.BudgetOf(actor.UserId ?? Guid.Empty);
        if (await rates.TryTakeAsync(budget, limits.Value.AdminSendsPerDay, InvitationSendingService.BudgetWindow, ct) is { } wait)
        {
            return InvitationErrors.DailyLimit with { RetryAfter = wait };
        }

        var result = await StoreAgainAsync(actor, id, replace, ct);
        if (!result.Succeeded)
        {
            await rates.GiveBackAsync(budget, InvitationSendingService.BudgetWindow, 1, ct);
        }

        return result;
    }

    private Task<Result> StoreAgainAsync(Actor actor, Guid id, bool replace, CancellationToken ct) => ChangeAsync(actor, id, ct, async (db, state, invitation) =>
    {
        var now = clock.GetUtcNow();
        var key = Invitation.KeyFor(invitation.NormalizedRecipient, invitation.Role, invitation.GroupId);
        if (await db.Invitations.AnyAsync(i => i.OpenKey == key && i.Id != id && i.ExpiresAt > now, ct))
        {
            return InvitationErrors.AlreadyInvited;
        }

        await FreeKeyAsync(db, id, key, ct);
        var renewed = now.AddMinutes(invitation.LifetimeMinutes);
        var expiresAt = renewed > invitation.ExpiresAt ? renewed : invitation.ExpiresAt;
        var won = await db.Invitations
            .Where(i => i.Id == id && i.State == InvitationState.Pending && i.Resends < limits.Value.ResendsPerInvitation)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(i => i.ExpiresAt, expiresAt)
                    .SetProperty(i => i.SendAt, now)
                    .SetProperty(i => i.OpenKey, key)
                    .SetProperty(i => i.ReminderDueAt, timing.Reminder(invitation.RemindersOn, now, expiresAt, now))
                    .SetProperty(i => i.Resends, i => i.Resends + 1)
                    .SetProperty(i => i.Version, i => i.Version + 1),
                ct);
        if (won == 0)
        {
            return invitation.State is InvitationState.Pending ? InvitationErrors.ResendLimit : InvitationErrors.NotPending;
        }

        if (replace)
        {
            await links.KillAllAsync(db, id, ct);
        }

        await Outbox.WithdrawAsync(db, id, ct);
        invitation.ExpiresAt = expiresAt;
        await PointToAsync(db, id, links.Mail(db, invitation, await InvitationLinks.FactsAsync(db, invitation, ct), InvitationMessage.Again, now), ct);
        InvitationEvents.Add(db, id, replace ? InvitationEventKind.LinkReplaced : InvitationEventKind.Resent, now, state.Name);
        AuditLog.Record(db, now, actor, state.Name, replace ? "invitation.link_replaced" : "invitation.resent", id, after: new { ExpiresAt = expiresAt });
        return Result.Ok;
    });

    private async Task<Result> ChangeAsync(Actor actor, Guid id, CancellationToken ct, Func<AppDbContext, ActorState, Invitation, Task<Result>> change)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var invitation = await InvitationQueries.Visible(db, state.Value).AsNoTracking().FirstOrDefaultAsync(i => i.Id == id, ct);
                if (invitation is null)
                {
                    return InvitationErrors.NotFound;
                }

                // Seen, but to a role that the caller may not manage: not cancelled, shortened, or handed out by a copied link either.
                if (!Rights.MayGrant(state.Value.ActiveRole, invitation.Role))
                {
                    return InvitationErrors.MayNotGrant;
                }

                var changed = await change(db, state.Value, invitation);
                if (changed.Succeeded)
                {
                    await db.SaveChangesAsync(ct);
                }

                return changed;
            },
            ct);
        if (result.Succeeded)
        {
            InvitationQueries.Forget(totals);
            outbox.Wake();
        }

        return result;
    }

    // An invitation whose time is over still holds its address and role.
    private static Task<int> FreeKeyAsync(AppDbContext db, Guid id, string key, CancellationToken ct) =>
        db.Invitations.Where(i => i.OpenKey == key && i.Id != id).ExecuteUpdateAsync(set => set.SetProperty(i => i.OpenKey, (string?)null), ct);

    private static IQueryable<Invitation> Pending(AppDbContext db, Guid id, DateTimeOffset now) =>
        db.Invitations.Where(i => i.Id == id && i.State == InvitationState.Pending && i.ExpiresAt > now);

    private static Error NotPending(Invitation invitation, DateTimeOffset now) =>
        invitation.StateAt(now) is InvitationState.Expired ? InvitationErrors.Expired with { Kind = ErrorKind.Conflict } : InvitationErrors.NotPending;

    private static Task PointToAsync(AppDbContext db, Guid id, OutboxMessage message, CancellationToken ct) =>
        db.Invitations.Where(i => i.Id == id).ExecuteUpdateAsync(set => set.SetProperty(i => i.LastMessageId, message.Id), ct);

    // A group that stays is not asked about: it may have been there before the editor's rights ended.
    private static async Task<Result<Guid?>> GroupAsync(AppDbContext db, ActorState state, Invitation invitation, Guid? wanted, CancellationToken ct)
    {
        if (wanted is null || wanted == invitation.GroupId || wanted == Guid.Empty)
        {
            return wanted == Guid.Empty ? (Guid?)null : invitation.GroupId;
        }

        var found = await GroupPlaces.FindAsync(db, state, wanted.Value, ct);
        return found.Succeeded ? found.Value.Id : found.Error;
    }
}
