using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>What an invitee has entered and proven.</summary>
/// <param name="Entered">The proven address; null where the recipient of the invitation was proven.</param>
/// <param name="Name">Display name.</param>
/// <param name="PasswordHash">Null for an account without password.</param>
/// <param name="Kind">Where the new session will live.</param>
/// <param name="Device">Name of the browser or program.</param>
public sealed record NewAccount(EmailAddress? Entered, string Name, string? PasswordHash, SessionKind Kind, string? Device);

/// <summary>What becomes of an invitation that is accepted, all of it in the caller's transaction. Of many callers one conditional update lets one pass.</summary>
public sealed class AcceptanceOutcome(SessionService sessions, SessionLimits sessionLimits, Outbox outbox, TimeProvider clock)
{
    /// <summary>Makes the account active, adds it to the group, and signs it in. Nothing of it stays where the group is full.</summary>
    public async Task<(Result<AcceptedInvitation> Accepted, TakenPlace? Place)> MakeAccountAsync(AppDbContext db, Actor actor, InvitationLanding landing, NewAccount account)
    {
        var now = clock.GetUtcNow();
        var (entered, name, passwordHash, kind, device) = account;
        var owner = await OwnerAsync(db, landing, entered);
        if (!owner.Succeeded)
        {
            return (owner.Error, null);
        }

        var userId = owner.Value;
        var proven = entered is null ? landing.Contact() : ChannelAddress.Of(entered);
        if (!await WinAsync(db, landing.Id, userId, now)
            || (userId == landing.PersonId && entered is not null && !await People.SetProvenAddressAsync(db, userId, entered, CancellationToken.None))
            || !await People.ActivateAsync(db, userId, proven, name, landing.Role, landing.Language, passwordHash, now, CancellationToken.None))
        {
            return (InvitationErrors.AlreadyUsed, null);
        }

        if (userId != landing.PersonId)
        {
            await HandOverAsync(db, landing, userId);
        }

        var place = await JoinAsync(db, actor, landing, name, userId, now);
        if (!place.Succeeded)
        {
            return (place.Error, null);
        }

        var session = sessions.Add(db, userId, landing.Role, kind, remember: false, actor, device);
        if (proven.Channel is not Channel.Sms)
        {
            // Texts cost, and a number takes few a day: those are for codes.
            outbox.Enqueue(db, new MessageDraft(WelcomeMessage.MessageKind, proven, landing.Language, new WelcomeMessageData(name, passwordHash is not null)));
        }

        AuditLog.Record(db, now, actor with { UserId = userId }, name, "invitation.accepted", landing.Id, after: new { landing.Role, landing.GroupId });
        await db.SaveChangesAsync(CancellationToken.None);
        var user = new TokenUser(userId, name, proven.Email?.Display, landing.Role, [landing.Role]);
        return (new AcceptedInvitation(userId, landing.Role, user, session, kind is SessionKind.Browser ? sessions.Ticket(session) : null), place.Value);
    }

    /// <summary>Gives the role to somebody who is signed in, and adds them to the group.</summary>
    public async Task<(Result<AcceptedInvitation> Accepted, TakenPlace? Place)> AddRoleAsync(AppDbContext db, Actor actor, ActorState person, InvitationLanding landing)
    {
        var now = clock.GetUtcNow();
        if (!await WinAsync(db, landing.Id, person.Id, now) || !await People.GrantRoleAsync(db, person.Id, landing.Role, CancellationToken.None))
        {
            return (InvitationErrors.AlreadyUsed, null);
        }

        if (landing.PersonId != person.Id)
        {
            await HandOverAsync(db, landing, person.Id);
        }

        var place = await JoinAsync(db, actor, landing, person.Name, person.Id, now);
        if (!place.Succeeded)
        {
            return (place.Error, null);
        }

        if (Rights.IsAdmin(landing.Role))
        {
            await sessionLimits.ShortenAsync(db, person.Id, CancellationToken.None);
        }

        AuditLog.Record(db, now, actor, person.Name, "invitation.accepted", landing.Id, after: new { landing.Role, landing.GroupId });
        await db.SaveChangesAsync(CancellationToken.None);
        return (new AcceptedInvitation(person.Id, landing.Role, null, null), place.Value);
    }

    // Whose account it becomes: the invited person's, or, where the address they have proven is that of somebody who is invited by it or has not
    // finished registering, theirs. Of an account that is in use already, this code is not the key.
    private static async Task<Result<Guid>> OwnerAsync(AppDbContext db, InvitationLanding landing, EmailAddress? entered)
    {
        if (entered is null)
        {
            return landing.PersonId!.Value;
        }

        var known = await db.Users.Where(u => u.NormalizedEmail == entered.Normalized).Select(u => new { u.Id, u.Status }).FirstOrDefaultAsync(CancellationToken.None);
        return known is null ? landing.PersonId!.Value : known.Status is PersonStatus.Invited or PersonStatus.Pending ? known.Id : InvitationErrors.AddressHasAccount;
    }

    // The invitation is that person's from now on; who was only known by the number goes, unless invited to more.
    private static async Task HandOverAsync(AppDbContext db, InvitationLanding landing, Guid userId)
    {
        var invitation = await db.Invitations.AsNoTracking().FirstAsync(i => i.Id == landing.Id, CancellationToken.None);
        await db.Invitations.Where(i => i.Id == landing.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.PersonId, userId), CancellationToken.None);
        await InvitationEnding.RemovePersonAsync(db, invitation, CancellationToken.None);
    }

    private static async Task<Result<TakenPlace?>> JoinAsync(AppDbContext db, Actor actor, InvitationLanding landing, string name, Guid userId, DateTimeOffset now) =>
        landing.GroupId is { } group ? await GroupPlaces.TakeAsync(db, actor, name, group, userId, now, CancellationToken.None) : (TakenPlace?)null;

    private static async Task<bool> WinAsync(AppDbContext db, Guid id, Guid userId, DateTimeOffset now)
    {
        var won = await db.Invitations
            .Where(i => i.Id == id && i.State == InvitationState.Pending && i.ExpiresAt > now)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(i => i.State, InvitationState.Accepted)
                    .SetProperty(i => i.ClosedAt, now)
                    .SetProperty(i => i.AcceptedById, userId)
                    .SetProperty(i => i.OpenKey, (string?)null)
                    .SetProperty(i => i.ReminderDueAt, (DateTimeOffset?)null)
                    .SetProperty(i => i.Version, i => i.Version + 1),
                CancellationToken.None);
        if (won == 1)
        {
            await Outbox.WithdrawAsync(db, id, CancellationToken.None);
            await InvitationNews.PublishAsync(db, WebhookEvent.InvitationAccepted, [id], CancellationToken.None);
        }

        return won == 1;
    }
}
