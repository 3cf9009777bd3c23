using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>The ways by which people can be written to now.</summary>
public sealed class ReadyChannels(IEnumerable<IMessageChannel> channels)
{
    /// <summary>Mail always: without a server it waits and says so. The others once they are set up.</summary>
    public IReadOnlyList<Channel> All => [.. channels.Where(c => c.Channel is Channel.Email || (c.Channel is not Channel.Webhook && c.Missing is null)).Select(c => c.Channel).Distinct().Order()];

    /// <summary>Whether people can be written to by it.</summary>
    public bool Includes(Channel channel) => channel is Channel.Email || All.Contains(channel);
}
