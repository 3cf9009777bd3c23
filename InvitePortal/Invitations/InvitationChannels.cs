using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>The second ways that invitations name.</summary>
public sealed class InvitationChannels(ReadyChannels ready, RateLimits rates, IOptions<LimitOptions> limits)
{
    /// <summary>The second way that a command names; null where it names none.</summary>
    internal async Task<Result<ChannelAddress?>> SecondAsync(SendInvitations command, CancellationToken ct)
    {
        if (command.Fallback is not { } fallback)
        {
            return (ChannelAddress?)null;
        }

        if (command.Recipients.Count > 1)
        {
            return InvitationErrors.FallbackForOne;
        }

        if (fallback.Channel == command.Channel || !ready.Includes(fallback.Channel))
        {
            return InvitationErrors.ChannelUnavailable with { Field = "fallback" };
        }

        if (!ChannelAddress.TryParse(fallback.Channel, fallback.Recipient, out var second))
        {
            return InvitationErrors.FallbackInvalid;
        }

        // Counted when it is named: it may be used long after.
        var key = $"invite-second:{Convert.ToHexStringLower(Secrets.Hash(second.LimitKey))}";
        var taken = await rates.TryTakeAsync(key, limits.Value.InvitationsPerTargetPerDay, InvitationSendingService.BudgetWindow, ct);
        return taken is null ? second : InvitationErrors.TargetLimit with { Field = "fallback" };
    }
}
