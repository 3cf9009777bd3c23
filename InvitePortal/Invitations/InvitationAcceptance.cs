using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>What invitees do with their link. Nothing here happens by opening a page.</summary>
public sealed class InvitationAcceptance(
    IDbContextFactory<AppDbContext> databases,
    InvitationLandingQueries landings,
    OneTimeCodes codes,
    Passwords passwords,
    AddressRules rules,
    AcceptanceOutcome outcomes,
    GroupPlaces places,
    ReadyChannels ready,
    Outbox outbox,
    RateLimits rates,
    IOptions<LimitOptions> limits,
    ListTotals totals,
    TimeProvider clock)
{
    /// <summary>Purpose of the one-time codes that prove the recipient here.</summary>
    public const string CodePurpose = "accept-invitation";

    /// <summary>Sends a code to the invited recipient.</summary>
    public Task<Result> RequestCodeAsync(Actor actor, string? token, CancellationToken ct) => RequestCodeAsync(actor, token, null, ct);

    /// <summary>
    /// Sends a code by the channel of the invitation, or to the address that was entered, where the invitation names no mailbox: then the account will
    /// have that address.
    /// </summary>
    public async Task<Result> RequestCodeAsync(Actor actor, string? token, string? entered, CancellationToken ct)
    {
        var found = await FindOpenAsync(actor, token, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var landing = found.Value;
        var email = Entered(landing, entered);
        if (!email.Succeeded)
        {
            return email.Error;
        }

        if (email.Value is { } address && rules.Refusal(address) is { } refused)
        {
            return refused;
        }

        // Every entered address has limits of its own; one link must not reach many of them.
        if (email.Value is not null
            && await rates.TryTakeAsync($"accept-entered:{landing.Id:N}", limits.Value.CodesPerTargetPerDay, InvitationSendingService.BudgetWindow, ct) is { } wait)
        {
            return AccountsErrors.CodeTooMany(wait);
        }

        var request = new CodeRequest(landing.PersonId!.Value, CodePurpose, landing.FlowFor(email.Value), landing.Language)
        {
            Target = email.Value is { } proven ? ChannelAddress.Of(proven) : landing.Contact(),
        };
        var sent = await codes.SendAsync(request, ct);
        if (sent.Succeeded)
        {
            await landings.NoteAsync(landing.Id, InvitationEventKind.CodeAsked, ct);
        }

        return sent;
    }

    /// <summary>Proves the recipient, makes the account active and signs it in. Of many calls at once exactly one succeeds.</summary>
    /// <param name="actor">The caller, not signed in.</param>
    /// <param name="command">What the invitee entered.</param>
    /// <param name="kind">Where the new session will live.</param>
    /// <param name="device">Name of the browser or program.</param>
    /// <param name="ct">Cancels before the change; not during it.</param>
    public async Task<Result<AcceptedInvitation>> AcceptAsync(Actor actor, AcceptInvitation command, SessionKind kind, string? device, CancellationToken ct)
    {
        var found = await FindOpenAsync(actor, command.Token, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var landing = found.Value;
        if (!DisplayName.TryParse(command.Name, out var name))
        {
            return InvitationErrors.NameInvalid;
        }

        var email = Entered(landing, command.Email);
        if (!email.Succeeded)
        {
            return email.Error;
        }

        var withPassword = command.Method is AcceptMethod.Password;
        if (withPassword && passwords.Check(command.Password, name, email.Value?.Display ?? landing.Recipient) is { Error: { } weak })
        {
            return weak;
        }

        string? hash = null;
        if (withPassword)
        {
            var hashed = await passwords.HashAsync(command.Password!, ct);
            if (!hashed.Succeeded)
            {
                return hashed.Error;
            }

            hash = hashed.Value;
        }

        // From here on the caller's going away must not matter: a code is used up, the answer is stored.
        TakenPlace? place = null;
        async Task<Result<AcceptedInvitation>> Store(AppDbContext db)
        {
            (var stored, place) = await outcomes.MakeAccountAsync(db, actor, landing, new NewAccount(email.Value, name, hash, kind, device));
            return stored;
        }

        var accepted = withPassword && email.Value is null && landing.ProvesRecipient
            ? await databases.InTransactionAsync(Store, CancellationToken.None)
            : await codes.VerifyAsync(landing.PersonId!.Value, CodePurpose, landing.FlowFor(email.Value), command.Code ?? "", Store, CancellationToken.None);
        if (accepted.Error?.Code == AccountsErrors.CodeInvalid.Code)
        {
            await landings.NoteAsync(landing.Id, InvitationEventKind.CodeMistyped, CancellationToken.None);
            // Somebody may have accepted with that very code a moment ago: then the link is used, not the code wrong.
            var again = await landings.FindAsync(actor, command.Token, ct);
            return again is { Succeeded: true, Value.State: not InvitationState.Pending } ? again.Value.Refusal! : accepted.Error;
        }

        Told(accepted, place);
        outbox.Wake();
        return accepted;
    }

    /// <summary>
    /// Accepts as the person who is signed in, if the invitation is theirs: the role is added and becomes active. One that names no mailbox is for
    /// whoever received it; an account that is signed in is proof enough of an address.
    /// </summary>
    public async Task<Result<AcceptedInvitation>> AcceptSignedInAsync(Actor actor, string? token, CancellationToken ct)
    {
        var found = await landings.FindAsync(actor, token, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var landing = found.Value;
        if (landing.Refusal is { } refusal)
        {
            return refusal;
        }

        if (landing.PersonId != actor.UserId && !landing.TakesAddress)
        {
            await landings.NoteAsync(landing.Id, InvitationEventKind.WrongAccount, ct);
            return InvitationErrors.WrongAccount;
        }

        TakenPlace? place = null;
        var accepted = await databases.InTransactionAsync<AcceptedInvitation>(
            async db =>
            {
                var state = await db.RequireAsync(actor, clock, CancellationToken.None);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                (var stored, place) = await outcomes.AddRoleAsync(db, actor, state.Value, landing);
                return stored;
            },
            CancellationToken.None);
        Told(accepted, place);
        return accepted;
    }

    /// <summary>Declines, with an optional reason of up to 500 characters. All links die.</summary>
    public async Task<Result> DeclineAsync(Actor actor, string? token, string? reason, CancellationToken ct)
    {
        var found = await landings.FindAsync(actor, token, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var landing = found.Value;
        if (landing.Refusal is { } refusal)
        {
            return refusal;
        }

        var words = string.IsNullOrWhiteSpace(reason) ? null : reason.Trim();
        if (words is not null && (words.Length > FieldLengths.Reason || !DisplayName.IsCleanText(words)))
        {
            return InvitationErrors.ReasonInvalid;
        }

        var declined = await databases.InTransactionAsync(
            async db =>
            {
                var now = clock.GetUtcNow();
                var won = await db.Invitations.Where(i => i.Id == landing.Id && i.State == InvitationState.Pending && i.ExpiresAt > now)
                    .ExecuteUpdateAsync(InvitationEnding.Close(InvitationState.Declined, now), CancellationToken.None);
                if (won == 0)
                {
                    return InvitationErrors.AlreadyUsed;
                }

                await db.Invitations.Where(i => i.Id == landing.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.DeclineReason, words), CancellationToken.None);
                await Outbox.WithdrawAsync(db, landing.Id, CancellationToken.None);
                await InvitationNews.PublishAsync(db, WebhookEvent.InvitationDeclined, [landing.Id], CancellationToken.None);
                var invitation = await db.Invitations.AsNoTracking().FirstAsync(i => i.Id == landing.Id, CancellationToken.None);
                await InvitationEnding.RemovePersonAsync(db, invitation, CancellationToken.None);
                AuditLog.Record(db, now, actor, null, "invitation.declined", landing.Id);
                await db.SaveChangesAsync(CancellationToken.None);
                return Result.Ok;
            },
            CancellationToken.None);
        InvitationQueries.Forget(totals);
        return declined;
    }

    private async Task<Result<InvitationLanding>> FindOpenAsync(Actor actor, string? token, CancellationToken ct)
    {
        var found = await landings.FindAsync(actor, token, ct);
        return found switch
        {
            { Succeeded: false } => found,
            { Value.Refusal: { } refusal } => refusal,
            { Value.PersonStatus: not (PersonStatus.Invited or PersonStatus.Pending) } => InvitationErrors.SignInFirst,
            _ => found,
        };
    }

    // The address that is to be proven; null where the recipient of the invitation is.
    private Result<EmailAddress?> Entered(InvitationLanding landing, string? entered) => (landing.TakesAddress, entered) switch
    {
        (_, null) when !landing.NeedsAddress(ready) => (EmailAddress?)null,
        (false, _) => InvitationErrors.EmailFixed,
        (true, _) => EmailAddress.TryParse(entered, out var email) ? email : InvitationErrors.EmailNeeded,
    };

    private void Told(Result<AcceptedInvitation> accepted, TakenPlace? place)
    {
        InvitationQueries.Forget(totals);
        if (accepted.Succeeded)
        {
            places.Tell(place);
        }
    }
}
