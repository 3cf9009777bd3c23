using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>What a message about an invitation says that the invitation's row does not hold.</summary>
/// <param name="Inviter">Display name of the inviter.</param>
/// <param name="Group">Name and subject of the group, where it is to one.</param>
/// <param name="Zone">Time zone of the invitee, where it is known.</param>
public sealed record MessageFacts(string Inviter, string? Group = null, string? Zone = null)
{
    /// <summary>A group as messages and pages name it.</summary>
    public static string? Of(string? group, string? subject) => group is null ? null : $"{group} · {subject}";
}

/// <summary>Mints links and the messages that carry them. The token itself is in the message or in the inviter's hand, and nowhere else.</summary>
public sealed class InvitationLinks(Outbox outbox, InvitationTiming timing, TimeProvider clock)
{
    /// <summary>Adds a link; the caller saves.</summary>
    /// <returns>The token, which cannot be had again.</returns>
    public string Mint(AppDbContext db, Guid invitationId, LinkOrigin origin) => Add(db, invitationId, origin).Token;

    /// <summary>Adds a message with a link of its own, due at <paramref name="dueAt"/> or after the quiet hours then; the caller saves.</summary>
    /// <param name="db">The caller's context.</param>
    /// <param name="invitation">As it will be stored.</param>
    /// <param name="facts">What else the message says.</param>
    /// <param name="kind">Which message.</param>
    /// <param name="dueAt">When; null for at once, whatever the hour: the invitee has asked for it.</param>
    public OutboxMessage Mail(AppDbContext db, Invitation invitation, MessageFacts facts, string kind, DateTimeOffset? dueAt)
    {
        var (token, link) = Add(db, invitation.Id, LinkOrigin.Mailed);
        var data = new InvitationMessageData(facts.Inviter, invitation.Role, invitation.Message, token, invitation.ExpiresAt, facts.Group);
        var message = outbox.Enqueue(db, new MessageDraft(kind, invitation.Recipient, invitation.Language, data)
        {
            Channel = invitation.Channel,
            Fallback = invitation is { FallbackChannel: { } channel, FallbackRecipient: var to } && ChannelAddress.TryParse(channel, to, out var second) ? second : null,
            Priority = kind == InvitationMessage.Reminder ? Priority.Reminder : Priority.Invitation,
            SubjectId = invitation.Id,
            DueAt = dueAt is { } at ? timing.Considerate(at, invitation.ExpiresAt, facts.Zone) : null,
            ExpiresAt = invitation.ExpiresAt,
        });
        link.MessageId = message.Id;
        return message;
    }

    /// <summary>What a message about a stored invitation says.</summary>
    public static async Task<MessageFacts> FactsAsync(AppDbContext db, Invitation invitation, CancellationToken ct)
    {
        var found = await db.Invitations.Where(i => i.Id == invitation.Id).Select(i => new
        {
            Inviter = db.Users.Where(u => u.Id == i.InvitedById).Select(u => u.DisplayName).FirstOrDefault(),
            Zone = db.Users.Where(u => u.Id == i.PersonId && u.Status != PersonStatus.Invited).Select(u => u.TimeZone).FirstOrDefault(),
            Group = db.Groups.Where(g => g.Id == i.GroupId).Select(g => new { g.Name, g.Subject }).FirstOrDefault(),
        }).FirstOrDefaultAsync(ct);
        return new MessageFacts(found?.Inviter ?? "", MessageFacts.Of(found?.Group?.Name, found?.Group?.Subject), found?.Zone);
    }

    /// <summary>Kills every link of an invitation at once, in the caller's transaction.</summary>
    public Task<int> KillAllAsync(AppDbContext db, Guid invitationId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.InvitationLinks
            .Where(l => l.InvitationId == invitationId && l.ReplacedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.ReplacedAt, now), ct);
    }

    private (string Token, InvitationLink Link) Add(AppDbContext db, Guid invitationId, LinkOrigin origin)
    {
        var token = Secrets.New();
        var now = clock.GetUtcNow();
        var link = new InvitationLink
        {
            Id = Guid.CreateVersion7(now),
            InvitationId = invitationId,
            TokenHash = Secrets.Hash(token),
            Origin = origin,
            CreatedAt = now,
        };
        db.InvitationLinks.Add(link);
        return (token, link);
    }
}
