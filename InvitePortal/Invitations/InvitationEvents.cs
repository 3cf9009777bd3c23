using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Writes the timeline.</summary>
public static class InvitationEvents
{
    /// <summary>Adds an entry; the caller saves.</summary>
    public static void Add(AppDbContext db, Guid invitationId, InvitationEventKind kind, DateTimeOffset now, string? actorName = null) =>
        db.InvitationEvents.Add(new InvitationEvent
        {
            Id = Guid.CreateVersion7(now),
            InvitationId = invitationId,
            Kind = kind,
            At = now,
            ActorName = actorName,
        });

    /// <summary>Counts something that repeats: one row per kind, with the time of the last. Commits on its own.</summary>
    public static async Task CountAsync(AppDbContext db, Guid invitationId, InvitationEventKind kind, DateTimeOffset now, CancellationToken ct)
    {
        var known = await db.InvitationEvents
            .Where(e => e.InvitationId == invitationId && e.Kind == kind)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.Count, e => e.Count + 1).SetProperty(e => e.At, now), ct);
        if (known == 0)
        {
            Add(db, invitationId, kind, now);
            await db.SaveChangesAsync(ct);
        }
    }
}
