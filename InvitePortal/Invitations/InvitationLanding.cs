using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>What somebody who holds a link may know. Read only: looking, however often, changes nothing.</summary>
/// <param name="Id">The invitation; for the portal's own use.</param>
/// <param name="LinkId">The link that was opened; codes are bound to it.</param>
/// <param name="State">Where the invitation stands.</param>
/// <param name="LinkReplaced">The inviter has replaced this link.</param>
/// <param name="Origin">Whether the link was in a message or was copied.</param>
/// <param name="Carrier">The channel that carried the link; null for one that was copied, and where its message is not kept any more.</param>
/// <param name="Role">The role.</param>
/// <param name="GroupId">The group to join; for the portal's own use.</param>
/// <param name="Group">Name of the group.</param>
/// <param name="Subject">Subject of the group.</param>
/// <param name="Teacher">Who teaches the group.</param>
/// <param name="Inviter">Display name of the inviter.</param>
/// <param name="Message">The inviter's words.</param>
/// <param name="Channel">How the recipient was invited.</param>
/// <param name="Recipient">The recipient as stored; pages show it masked.</param>
/// <param name="ExpiresAt">When it expires.</param>
/// <param name="Language">Language of the invitation.</param>
/// <param name="PersonId">The person invited.</param>
/// <param name="PersonStatus">Whether that person has an account already; null where they are gone, or are another than the invited one by now.</param>
public sealed record InvitationLanding(
    Guid Id,
    Guid LinkId,
    InvitationState State,
    bool LinkReplaced,
    LinkOrigin Origin,
    Channel? Carrier,
    Role Role,
    Guid? GroupId,
    string? Group,
    string? Subject,
    string? Teacher,
    string? Inviter,
    string? Message,
    Channel Channel,
    string Recipient,
    DateTimeOffset ExpiresAt,
    string Language,
    Guid? PersonId,
    PersonStatus? PersonStatus)
{
    /// <summary>The recipient as pages show it.</summary>
    public string Masked => ChannelAddress.Mask(Channel, Recipient);

    /// <summary>
    /// Whether whoever accepts may enter an address and prove it: the invitation names no mailbox, or this link came by the second way because its
    /// mails did not arrive.
    /// </summary>
    public bool TakesAddress => PersonStatus is Common.PersonStatus.Invited && (Channel is not Channel.Email || Carrier is not (null or Channel.Email));

    /// <summary>Whether they must: no code reaches them where they are known.</summary>
    /// <param name="ready">The ways by which people can be written to now.</param>
    public bool NeedsAddress(ReadyChannels ready) => TakesAddress && (Channel is Channel.Email || !ready.Includes(Channel));

    /// <summary>Whether the link itself proves that its holder is the recipient.</summary>
    public bool ProvesRecipient => Carrier == Channel;

    /// <summary>The recipient as codes are sent to it.</summary>
    public ChannelAddress Contact() => ChannelAddress.TryParse(Channel, Recipient, out var contact) ? contact : throw new InvalidOperationException("The recipient of an invitation is none of its channel.");

    /// <summary>Whether the address belongs to somebody who can sign in: they accept signed in.</summary>
    public bool HasAccount => PersonStatus is Common.PersonStatus.Active;

    /// <summary>Flow that one-time codes of this link are bound to, and to the address that was entered, where one is asked for.</summary>
    public string FlowFor(EmailAddress? entered) =>
        LinkId.ToString("N") + (entered is null ? "" : Convert.ToHexStringLower(Secrets.Hash(entered.Normalized))[..32]);

    /// <summary>Null when it can be accepted; otherwise why not. A person who may not sign in hears what a stranger would.</summary>
    public Error? Refusal => this switch
    {
        { LinkReplaced: true } or { State: InvitationState.Cancelled } => InvitationErrors.Revoked,
        { State: not InvitationState.Pending } => InvitationErrors.Closed(State),
        { PersonStatus: null or Common.PersonStatus.Banned or Common.PersonStatus.Suspended or Common.PersonStatus.Inactive } => InvitationErrors.Revoked,
        _ => null,
    };
}

/// <summary>Finds invitations by the secret of a link.</summary>
public sealed class InvitationLandingQueries(IDbContextFactory<AppDbContext> databases, MissGuard guard, TimeProvider clock)
{
    private static readonly CompiledQuery<Func<AppDbContext, byte[], DateTimeOffset, CancellationToken, Task<InvitationLanding?>>> Find = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, byte[] hash, DateTimeOffset now, CancellationToken ct) =>
            (from link in db.InvitationLinks
             where link.TokenHash == hash
             join i in db.Invitations on link.InvitationId equals i.Id
             join p in db.Users on i.PersonId equals p.Id into people
             from person in people.DefaultIfEmpty()
             join u in db.Users on i.InvitedById equals u.Id into inviters
             from inviter in inviters.DefaultIfEmpty()
             join m in db.OutboxMessages on link.MessageId equals m.Id into messages
             from message in messages.DefaultIfEmpty()
             join g in db.Groups on i.GroupId equals g.Id into groups
             from grouped in groups.DefaultIfEmpty()
             select new InvitationLanding(
                 i.Id,
                 link.Id,
                 i.State == InvitationState.Pending && i.ExpiresAt <= now ? InvitationState.Expired : i.State,
                 link.ReplacedAt != null,
                 link.Origin,
                 message != null ? message.Channel : link.MessageId == null && link.Origin == LinkOrigin.Mailed ? i.Channel : null,
                 i.Role,
                 i.GroupId,
                 grouped == null ? null : grouped.Name,
                 grouped == null ? null : grouped.Subject,
                 db.Users.Where(t => t.Id == grouped!.TeacherId).Select(t => t.DisplayName).FirstOrDefault(),
                 inviter == null ? null : inviter.DisplayName,
                 i.Message,
                 i.Channel,
                 i.Recipient,
                 i.ExpiresAt,
                 i.Language,
                 i.PersonId,
                 person == null || (i.Channel == Channel.Email ? person.NormalizedEmail : person.ContactKey) != i.NormalizedRecipient ? null : person.Status)).FirstOrDefault()));

    /// <summary>The invitation behind a token. Misses are counted by address; too many block it for a while.</summary>
    public async Task<Result<InvitationLanding>> FindAsync(Actor actor, string? token, CancellationToken ct)
    {
        if (guard.Blocked(actor.Address) is { } wait)
        {
            return InvitationErrors.Blocked(wait);
        }

        if (string.IsNullOrEmpty(token))
        {
            // Nobody has guessed anything: a flow that is over, or one whose link was counted as a miss when it was opened.
            return InvitationErrors.UnknownLink;
        }

        if (Secrets.HasShape(token))
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            if (await Find.For(db)(db, Secrets.Hash(token!), clock.GetUtcNow(), ct) is { } landing)
            {
                return landing;
            }
        }

        return await guard.MissAsync(actor.Address, ct) is { } left ? InvitationErrors.Blocked(left) : InvitationErrors.UnknownLink;
    }

    /// <summary>Notes on the timeline that the page was opened by a person, or fetched by a machine.</summary>
    public async Task NoteAsync(Guid invitationId, InvitationEventKind kind, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await InvitationEvents.CountAsync(db, invitationId, kind, clock.GetUtcNow(), ct);
    }
}
