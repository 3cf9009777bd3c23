using System.Diagnostics.Metrics;

namespace InvitePortal.Codes;

/// <summary>Counts joining and guessing, under the meter <c>InvitePortal.Codes</c>.</summary>
public sealed class CodeMetrics
{
    private readonly Counter<long> _joins;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _alarms;

    public CodeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("InvitePortal.Codes");
        _joins = meter.CreateCounter<long>("codes.joins", "{join}", "Students who joined.");
        _misses = meter.CreateCounter<long>("codes.misses", "{try}", "Codes that let nobody in.");
        _alarms = meter.CreateCounter<long>("codes.alarms", "{try}", "Wrong codes beyond what the whole portal sees in an ordinary hour.");
    }

    internal void Joined() => _joins.Add(1);

    internal void Missed() => _misses.Add(1);

    internal void Alarmed() => _alarms.Add(1);
}
