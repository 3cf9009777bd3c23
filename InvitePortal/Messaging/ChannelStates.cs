using System.Collections.Concurrent;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>Why a channel sends nothing.</summary>
public enum ChannelHalt
{
    /// <summary>It fails, and is tried again by itself.</summary>
    Trouble,
    /// <summary>Its settings name nobody to send through.</summary>
    NotSetUp,
    /// <summary>Somebody has paused it.</summary>
    Paused,
}

/// <summary>A channel that sends nothing at the moment.</summary>
/// <param name="Reason">A reason as <see cref="DeliveryReasons"/> reads it.</param>
/// <param name="Since">When the trouble began.</param>
/// <param name="Until">When it is tried again, with one message first.</param>
/// <param name="Tries">How often it was tried in vain.</param>
public sealed record ChannelPause(string Reason, DateTimeOffset Since, DateTimeOffset Until, int Tries)
{
    public ChannelHalt Halt { get; init; }

    /// <summary>Name of the person who paused it.</summary>
    public string? By { get; init; }

    /// <summary>When it last failed.</summary>
    internal DateTimeOffset FailedAt { get; init; } = Since;
}

/// <summary>Which channels this node cannot use at the moment, for the worker and for banners.</summary>
public sealed class ChannelStates(TimeProvider clock)
{
    // A wrong password is tried rarely, so that the provider does not lock the account; an unreachable server costs nobody anything.
    private static readonly TimeSpan[] ForPerson = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60)];
    private static readonly TimeSpan[] Passing = [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)];

    // What a provider asks for may be meant for one recipient alone; the others must not wait for hours.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<Channel, ChannelPause> _troubles = new();
    private readonly ConcurrentDictionary<Channel, ChannelPause> _closed = new();
    private IReadOnlyDictionary<Channel, ChannelPause> _switchedOff = new Dictionary<Channel, ChannelPause>();
    private IReadOnlySet<Channel> _waiting = new HashSet<Channel>();

    /// <summary>The pause of a channel, the one made by a person first; null while it works.</summary>
    public ChannelPause? Of(Channel channel) =>
        _switchedOff.GetValueOrDefault(channel) ?? _closed.GetValueOrDefault(channel) ?? _troubles.GetValueOrDefault(channel);

    /// <summary>
    /// Channels that people should hear of: those whose trouble has lasted for at least <paramref name="atLeast"/> (a banner is due after 15 minutes), and
    /// those that are paused or not set up while messages wait for them.
    /// </summary>
    public IReadOnlyDictionary<Channel, ChannelPause> Troubled(TimeSpan atLeast)
    {
        var now = clock.GetUtcNow();
        return Enum.GetValues<Channel>()
            .Select(c => (Channel: c, Pause: Of(c)))
            .Where(p => p.Pause is not null && p.Pause.Halt switch
            {
                ChannelHalt.Trouble => now - p.Pause.Since >= atLeast,
                ChannelHalt.NotSetUp => now - p.Pause.Since >= atLeast && _waiting.Contains(p.Channel),
                ChannelHalt.Paused => _waiting.Contains(p.Channel),
                _ => throw new InvalidOperationException($"Unknown halt {p.Pause.Halt}."),
            })
            .ToDictionary(p => p.Channel, p => p.Pause!);
    }

    /// <summary>Notes a failure of the whole channel.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="needsPerson">Whether it lasts until somebody mends a setting.</param>
    /// <param name="wait">What the provider asks for, where it does.</param>
    /// <returns>Whether it worked until now, so that the alert is given once.</returns>
    internal bool Pause(Channel channel, string reason, bool needsPerson, TimeSpan? wait = null)
    {
        var now = clock.GetUtcNow();
        var waits = needsPerson ? ForPerson : Passing;
        lock (_troubles)
        {
            var known = _troubles.TryGetValue(channel, out var old);
            // Several messages fail at once when the channel does; together they are one failed try.
            if (known && old!.Until > now)
            {
                return false;
            }

            var own = waits[Math.Min(old?.Tries ?? 0, waits.Length - 1)];
            var asked = wait > LongestRest ? LongestRest : wait ?? TimeSpan.Zero;
            _troubles[channel] = new ChannelPause(reason, old?.Since ?? now, now + (asked > own ? asked : own), (old?.Tries ?? 0) + 1) { FailedAt = now };
            return !known;
        }
    }

    /// <summary>Closes a channel that nothing is set up for.</summary>
    internal void Close(Channel channel, string reason)
    {
        _troubles.TryRemove(channel, out _);
        _closed.TryAdd(channel, new ChannelPause(reason, clock.GetUtcNow(), DateTimeOffset.MaxValue, 0) { Halt = ChannelHalt.NotSetUp });
    }

    /// <summary>Whether nothing is set up for it, as far as is known.</summary>
    internal bool IsClosed(Channel channel) => _closed.ContainsKey(channel);

    /// <summary>Notes that the channel works.</summary>
    /// <param name="channel">Which.</param>
    /// <param name="begun">When the try that shows it began: one that began before the last failure shows nothing. Null for a change of its settings.</param>
    /// <returns>Whether it did not until now.</returns>
    internal bool Resume(Channel channel, DateTimeOffset? begun = null)
    {
        lock (_troubles)
        {
            var opened = begun is null && _closed.TryRemove(channel, out _);
            var troubled = _troubles.TryGetValue(channel, out var trouble) && !(begun <= trouble.FailedAt) && _troubles.TryRemove(channel, out _);
            return opened || troubled;
        }
    }

    /// <summary>Takes over which channels people have paused.</summary>
    internal void SwitchOff(IEnumerable<ChannelSwitch> switches) => _switchedOff = switches.ToDictionary(
        s => s.Channel,
        s => new ChannelPause(DeliveryReasons.Paused, s.At, DateTimeOffset.MaxValue, 0) { Halt = ChannelHalt.Paused, By = s.ByName });

    /// <summary>Takes over for which channels something waits that is due.</summary>
    internal void Waiting(IEnumerable<Channel> channels) => _waiting = channels.ToHashSet();
}
