using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Webhooks;

/// <summary>Who may have to do with webhooks: super admins.</summary>
internal static class WebhookRights
{
    /// <summary>The caller's stored state, or why they may not.</summary>
    public static async Task<Result<ActorState>> RequireSuperAdminAsync(this AppDbContext db, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state.Succeeded && state.Value.ActiveRole is not Role.SuperAdmin ? WebhookErrors.Forbidden : state;
    }
}
