using System.Diagnostics.Metrics;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// Sees what the limits of single accounts and addresses do not: one guess each on ten thousand accounts. Counts failed sign-ins of the whole portal
/// by the hour, for all nodes; beyond what is ordinary it says so in the log and in the meter <c>InvitePortal.Accounts</c>. It refuses nobody.
/// </summary>
public sealed partial class SignInAlarm
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly RateLimits _rates;
    private readonly TimeProvider _clock;
    private readonly LimitOptions _limits;
    private readonly ILogger<SignInAlarm> _logger;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _alarms;
    private long _saidFor;

    public SignInAlarm(RateLimits rates, TimeProvider clock, IOptions<LimitOptions> limits, IMeterFactory meters, ILogger<SignInAlarm> logger)
    {
        (_rates, _clock, _limits, _logger) = (rates, clock, limits.Value, logger);
        var meter = meters.Create("InvitePortal.Accounts");
        _failures = meter.CreateCounter<long>("sign_in.failures", "{try}", "Wrong passwords and codes.");
        _alarms = meter.CreateCounter<long>("sign_in.alarms", "{try}", "Failed sign-ins beyond what the whole portal sees in an ordinary hour.");
    }

    /// <summary>Counts one more; said once an hour by each node.</summary>
    public async Task FailedAsync(CancellationToken ct)
    {
        _failures.Add(1);
        if (await _rates.TryTakeAsync("sign-in-failed-site", _limits.SignInFailuresPerHour, Hour, ct) is null)
        {
            return;
        }

        _alarms.Add(1);
        var hour = RateLimits.Start(_clock.GetUtcNow(), Hour).UtcTicks;
        if (Interlocked.Exchange(ref _saidFor, hour) != hour)
        {
            LogAlarm(_limits.SignInFailuresPerHour);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody may be guessing passwords or codes: more than {Limit} failed sign-ins within an hour on the whole portal")]
    private partial void LogAlarm(int limit);
}
