using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>What a fact is about.</summary>
internal enum About
{
    Person,
    Invitation,
    Message,
}

/// <summary>What is stored about a recipient: a person, the invitation that holds it open (<paramref name="At"/> is its expiry), a message of the last day.</summary>
/// <param name="About">What it is about.</param>
/// <param name="Key">Of the recipient; of a message, what its limit counts by.</param>
/// <param name="Id">Of the row.</param>
/// <param name="At">When.</param>
/// <param name="Language">The person's.</param>
/// <param name="Zone">The person's.</param>
/// <param name="Status">The person's.</param>
/// <param name="HasAll">The person has the role, and is in the group where there is one.</param>
internal sealed record Fact(About About, string Key, Guid Id, DateTimeOffset At, string Language, string Zone, PersonStatus Status, bool HasAll);

/// <summary>The facts about the recipients of one chunk.</summary>
/// <param name="People">By key of the recipient.</param>
/// <param name="Open">Recipients who have an open invitation to the same.</param>
/// <param name="Lapsed">Whether some of them have one that holds the key and is over.</param>
/// <param name="Received">How many invitations went to one recipient within a day.</param>
internal sealed record KnownAddresses(Dictionary<string, Fact> People, HashSet<string> Open, bool Lapsed, Dictionary<string, int> Received)
{
    // One query, compiled: for a single address, several round trips and building their queries cost more than everything else here.
    private static readonly CompiledQuery<Func<AppDbContext, string[], string[], string[], string[], int, Guid?, DateTimeOffset, IAsyncEnumerable<Fact>>> FactsOf = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, string[] emails, string[] contacts, string[] keys, string[] targets, int bit, Guid? group, DateTimeOffset since) =>
            db.Users.Where(u => emails.Contains(u.NormalizedEmail))
                .Select(u => new { About = About.Person, Key = u.NormalizedEmail!, u.Id, At = u.CreatedAt, u.Language, Zone = u.TimeZone, u.Status, HasAll = (u.RoleBits & bit) != 0 && (group == null || db.Enrollments.Any(e => e.StudentId == u.Id && e.GroupId == group)) })
                .Concat(db.Users.Where(u => contacts.Contains(u.ContactKey))
                    .Select(u => new { About = About.Person, Key = u.ContactKey!, u.Id, At = u.CreatedAt, u.Language, Zone = u.TimeZone, u.Status, HasAll = (u.RoleBits & bit) != 0 && (group == null || db.Enrollments.Any(e => e.StudentId == u.Id && e.GroupId == group)) }))
                .Concat(db.Invitations.Where(i => keys.Contains(i.OpenKey))
                    .Select(i => new { About = About.Invitation, Key = i.NormalizedRecipient, i.Id, At = i.ExpiresAt, i.Language, Zone = i.Language, Status = PersonStatus.Invited, HasAll = false }))
                .Concat(db.OutboxMessages.Where(m => targets.Contains(m.RecipientKey) && m.CreatedAt > since && m.Kind == InvitationMessage.First)
                    .Select(m => new { About = About.Message, Key = m.RecipientKey, m.Id, At = m.CreatedAt, m.Language, Zone = m.Language, Status = PersonStatus.Invited, HasAll = false }))
                .Select(f => new Fact(f.About, f.Key, f.Id, f.At, f.Language, f.Zone, f.Status, f.HasAll))));

    /// <summary>Reads the facts; changes nothing.</summary>
    public static async Task<KnownAddresses> ReadAsync(AppDbContext db, IReadOnlyCollection<ChannelAddress> addresses, Role role, Guid? groupId, DateTimeOffset now, CancellationToken ct)
    {
        string[] emails = [.. addresses.Select(a => a.Email?.Normalized).OfType<string>()];
        string[] contacts = [.. addresses.Where(a => a.Email is null).Select(a => a.Key)];
        string[] targets = [.. addresses.Select(a => a.LimitKey)];
        var facts = await FactsOf.For(db)(db, emails, contacts, Keys(addresses, role, groupId), targets, RoleBits.Of(role), groupId, now - InvitationSendingService.BudgetWindow)
            .ToLookupAsync(f => f.About, cancellationToken: ct);
        return new KnownAddresses(
            facts[About.Person].ToDictionary(f => f.Key),
            facts[About.Invitation].Where(h => h.At > now).Select(h => h.Key).ToHashSet(),
            facts[About.Invitation].Any(h => h.At <= now),
            facts[About.Message].CountBy(f => f.Key).ToDictionary());
    }

    /// <summary>An invitation whose time is over frees its key; its state is told by the clock as before.</summary>
    public static async Task FreeLapsedAsync(AppDbContext db, IReadOnlyCollection<ChannelAddress> addresses, Role role, Guid? groupId, DateTimeOffset now, CancellationToken ct)
    {
        var keys = Keys(addresses, role, groupId);
        await db.Invitations.Where(i => keys.Contains(i.OpenKey) && i.ExpiresAt <= now).ExecuteUpdateAsync(set => set.SetProperty(i => i.OpenKey, (string?)null), ct);
    }

    public List<Guid> StillInvited(IEnumerable<ChannelAddress> invited) =>
        [.. invited.Select(a => People.GetValueOrDefault(a.Key)).Where(p => p is { Status: PersonStatus.Invited }).Select(p => p!.Id)];

    /// <summary>Time zone of somebody who has an account; null where it is not known.</summary>
    public string? ZoneOf(ChannelAddress address) => People.GetValueOrDefault(address.Key) is { Status: not PersonStatus.Invited } person ? person.Zone : null;

    /// <summary>Why a recipient cannot be invited, whatever they have received; null when nothing speaks against it.</summary>
    public Error? Standing(ChannelAddress address, bool toGroup) => People.GetValueOrDefault(address.Key) switch
    {
        { Status: PersonStatus.Inactive or PersonStatus.Suspended or PersonStatus.Banned } => InvitationErrors.PersonBlocked,
        { Status: not PersonStatus.Invited, HasAll: true } => toGroup ? InvitationErrors.AlreadyInGroup : InvitationErrors.AlreadyMember,
        _ => Open.Contains(address.Key) ? InvitationErrors.AlreadyInvited : null,
    };

    public Error? Refusal(ChannelAddress address, bool toGroup, int perDay)
    {
        if (Standing(address, toGroup) is { } error)
        {
            return error;
        }

        // Counted on, so that two forms of one mailbox in one command do not pass together.
        var received = Received.GetValueOrDefault(address.LimitKey);
        Received[address.LimitKey] = received + 1;
        return received >= perDay ? InvitationErrors.TargetLimit : null;
    }

    private static string[] Keys(IEnumerable<ChannelAddress> addresses, Role role, Guid? groupId) => [.. addresses.Select(a => Invitation.KeyFor(a.Key, role, groupId))];
}
