using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Insights;

/// <summary>Which invitations are counted, and in whose days.</summary>
/// <param name="From">Made from then on; null for ever.</param>
/// <param name="To">And before then.</param>
/// <param name="Role">To this role only.</param>
/// <param name="Channel">Over this channel only.</param>
/// <param name="InviterId">Sent by this person only.</param>
/// <param name="Offset">What the reader's clocks are ahead of UTC, for days and weeks in charts.</param>
public sealed record InsightsFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, Role? Role = null, Channel? Channel = null, Guid? InviterId = null, TimeSpan Offset = default);

/// <summary>
/// How far some invitations came. A step counts all that came at least so far: what was accepted counts as opened, whether or not anything told of the
/// opening. So no step is larger than the one before.
/// </summary>
/// <param name="Sent">Made within the time and sent; those that wait for their time, or were cancelled before it, are left out.</param>
/// <param name="Delivered">A server took a message, or something later happened.</param>
/// <param name="Opened">A person saw the page, or answered.</param>
/// <param name="Started">A person asked for a code or began to fill in the form, or accepted.</param>
/// <param name="Accepted">Accepted by now.</param>
/// <param name="Declined">Declined by now.</param>
/// <param name="Expired">Not answered in time.</param>
/// <param name="Cancelled">Cancelled by an inviter after sending.</param>
/// <param name="Failed">The newest message could not be delivered.</param>
/// <param name="Machines">Fetched by a mail scanner or a preview, and opened by no person.</param>
public sealed record FunnelCounts(
    int Sent, int Delivered, int Opened, int Started, int Accepted, int Declined, int Expired, int Cancelled, int Failed, int Machines)
{
    public static readonly FunnelCounts None = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Neither answered nor over.</summary>
    public int Open => Sent - Accepted - Declined - Expired - Cancelled;

    /// <summary>Both together.</summary>
    public static FunnelCounts Sum(FunnelCounts a, FunnelCounts b) => new(
        a.Sent + b.Sent, a.Delivered + b.Delivered, a.Opened + b.Opened, a.Started + b.Started, a.Accepted + b.Accepted,
        a.Declined + b.Declined, a.Expired + b.Expired, a.Cancelled + b.Cancelled, a.Failed + b.Failed, a.Machines + b.Machines);
}

/// <summary>The funnel of one inviter; the name is null where the person is gone.</summary>
public sealed record InviterFunnel(Guid Id, string? Name, FunnelCounts Counts);

/// <summary>The funnel of one role.</summary>
public sealed record RoleFunnel(Role Role, FunnelCounts Counts);

/// <summary>The funnel of one channel.</summary>
public sealed record ChannelFunnel(Channel Channel, FunnelCounts Counts);

/// <summary>The funnel of one day, or of the week that begins on it (a Monday), on the reader's calendar.</summary>
public sealed record PeriodFunnel(DateOnly Start, FunnelCounts Counts);

/// <summary>Why newest messages could not be delivered.</summary>
/// <param name="Key">The code of the reason (<c>smtp.unreachable</c>), or how a server's answer begins (<c>550 5.1.1</c>).</param>
/// <param name="Count">How many invitations.</param>
public sealed record FailureCount(string Key, int Count);

/// <summary>What became of invitations. All parts count the same ones: each breakdown adds up to <paramref name="Total"/>.</summary>
/// <param name="Total">All together.</param>
/// <param name="Scheduled">Beside them: those that wait for their time.</param>
/// <param name="MedianSeconds">Half of those accepted took less from the sending; null when none was.</param>
/// <param name="P90Seconds">Nine of ten took at most that long.</param>
/// <param name="ByDay">Whether <paramref name="Periods"/> are days; else weeks.</param>
/// <param name="Periods">Without gaps, oldest first.</param>
/// <param name="Roles">Most first.</param>
/// <param name="Channels">Most first.</param>
/// <param name="Inviters">Most first, at most <see cref="InsightsQueries.MaxInviters"/>.</param>
/// <param name="Failures">Most first; they add up to <see cref="FunnelCounts.Failed"/>.</param>
public sealed record InvitationInsights(
    FunnelCounts Total,
    int Scheduled,
    double? MedianSeconds,
    double? P90Seconds,
    bool ByDay,
    IReadOnlyList<PeriodFunnel> Periods,
    IReadOnlyList<RoleFunnel> Roles,
    IReadOnlyList<ChannelFunnel> Channels,
    IReadOnlyList<InviterFunnel> Inviters,
    IReadOnlyList<FailureCount> Failures);
