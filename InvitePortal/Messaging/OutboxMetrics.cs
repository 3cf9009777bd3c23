using System.Diagnostics.Metrics;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>Counts what the worker does, under the meter <c>InvitePortal.Outbox</c>.</summary>
public sealed class OutboxMetrics
{
    private readonly Counter<long> _tries;
    private readonly Histogram<double> _duration;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("InvitePortal.Outbox");
        _tries = meter.CreateCounter<long>("outbox.tries", "{try}", "Tries to send, by channel and outcome.");
        _duration = meter.CreateHistogram<double>("outbox.send.duration", "s", "How long a try took.");
    }

    internal void Tried(Channel channel, string outcome, TimeSpan took)
    {
        var tag = new KeyValuePair<string, object?>("channel", channel.ToString());
        _tries.Add(1, tag, new KeyValuePair<string, object?>("outcome", outcome));
        _duration.Record(took.TotalSeconds, tag);
    }
}
