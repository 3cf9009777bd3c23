using System.Text.Json.Serialization;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Data of <c>invitation.*</c>: the invitation as it is now, without its links and the personal message.</summary>
public sealed record InvitationNews(
    Guid Id,
    Channel Channel,
    string Recipient,
    Role Role,
    Guid? GroupId,
    string Language,
    WebhookPerson? InvitedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset SendAt,
    DateTimeOffset ExpiresAt)
{
    /// <summary>Whose account it has led to, once accepted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? UserId { get; init; }

    /// <summary>What the invitee gave as a reason for declining.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <summary>Tells of an invitation that the caller is about to add.</summary>
    internal static void PublishCreated(AppDbContext db, Invitation invitation, ActorState inviter) =>
        WebhookEvents.Publish(db, WebhookEvent.InvitationCreated, () => Of(invitation, inviter.Name));

    /// <summary>Tells of invitations as they are stored now; the caller saves.</summary>
    internal static async Task PublishAsync(AppDbContext db, WebhookEvent type, IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        if (ids.Count == 0 || !WebhookEvents.Wants(db, type))
        {
            return;
        }

        var found = await db.Invitations.AsNoTracking()
            .Where(i => ids.Contains(i.Id))
            .Select(i => new { Invitation = i, Inviter = db.Users.Where(u => u.Id == i.InvitedById).Select(u => u.DisplayName).FirstOrDefault() })
            .ToListAsync(ct);
        foreach (var entry in found)
        {
            WebhookEvents.Publish(db, type, () => Of(entry.Invitation, entry.Inviter));
        }
    }

    private static InvitationNews Of(Invitation i, string? inviter) => new(
        i.Id, i.Channel, i.Recipient, i.Role, i.GroupId, i.Language, inviter is null ? null : new WebhookPerson(i.InvitedById, inviter), i.CreatedAt, i.SendAt, i.ExpiresAt)
    {
        UserId = i.AcceptedById,
        Reason = i.DeclineReason,
    };
}
