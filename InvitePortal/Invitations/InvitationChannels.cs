using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>The ways by which people can be invited now.</summary>
public sealed class InvitationChannels(IEnumerable<IMessageChannel> channels, RateLimits rates, IOptions<LimitOptions> limits)
{
    /// <summary>Mail always: without a server it waits and says so. The others once they are set up.</summary>
    public IReadOnlyList<Channel> Ready => [.. channels.Where(c => c.Channel is Channel.Email || (c.Channel is not Channel.Webhook && c.Missing is null)).Select(c => c.Channel).Distinct().Order()];

    /// <summary>Whether people can be invited by it.</summary>
    public bool IsReady(Channel channel) => channel is Channel.Email || Ready.Contains(channel);

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

        if (fallback.Channel == command.Channel || !IsReady(fallback.Channel))
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
