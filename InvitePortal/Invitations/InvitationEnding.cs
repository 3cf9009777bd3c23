using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace InvitePortal.Invitations;

/// <summary>What every end of an invitation has in common.</summary>
internal static class InvitationEnding
{
    /// <summary>The one way out of <see cref="InvitationState.Pending"/>.</summary>
    internal static Action<UpdateSettersBuilder<Invitation>> Close(InvitationState state, DateTimeOffset now) => set => set
        .SetProperty(i => i.State, state)
        .SetProperty(i => i.ClosedAt, now)
        .SetProperty(i => i.OpenKey, (string?)null)
        .SetProperty(i => i.ReminderDueAt, (DateTimeOffset?)null)
        .SetProperty(i => i.Version, i => i.Version + 1);

    /// <summary>Whether any message of it has gone out, or is going out at this moment.</summary>
    internal static Task<bool> WasSentAsync(AppDbContext db, Guid id, CancellationToken ct) =>
        db.OutboxMessages.AnyAsync(m => m.SubjectId == id && (m.State == DeliveryState.Sent || m.State == DeliveryState.Sending), ct);

    /// <summary>Removes the invited person, unless another pending invitation names them: then they keep the roles of those.</summary>
    internal static Task RemovePersonAsync(AppDbContext db, Invitation invitation, CancellationToken ct) => FollowAsync(db, invitation, null, ct);

    /// <summary>Of somebody who is only invited, the roles are those of the pending invitations; with none left the person goes.</summary>
    internal static async Task FollowAsync(AppDbContext db, Invitation invitation, Role? role, CancellationToken ct)
    {
        // The stamp before the invitations: somebody who invites the person meanwhile renews it.
        if (invitation.PersonId is not { } person || await People.InvitedStampAsync(db, person, ct) is not { } stamp)
        {
            return;
        }

        var roles = await db.Invitations
            .Where(i => i.PersonId == person && i.Id != invitation.Id && i.State == InvitationState.Pending)
            .Select(i => i.Role)
            .Distinct()
            .ToListAsync(ct);
        if (role is { } kept)
        {
            roles.Add(kept);
        }

        await People.SetInvitedRolesAsync(db, person, stamp, [.. roles.Distinct().Order()], ct);
    }
}
