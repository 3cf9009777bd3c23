using InvitePortal.Data;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InvitePortal.Shell.Protection;

/// <summary>Enough room on the disk for what the node itself writes: embedded database, uploads, temporary files.</summary>
internal sealed class DiskHealth(IHostEnvironment environment) : IHealthCheck
{
    private const long Enough = 200L * 1024 * 1024;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var least = new[] { environment.ContentRootPath, Path.GetTempPath() }.Min(path => new DriveInfo(path).AvailableFreeSpace);
        return Task.FromResult(least >= Enough
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Only {least / 1024 / 1024} MB are free on a disk that the portal writes to."));
    }
}

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it may be given requests. Open to everybody, so it says which part is unwell and no
/// more; the reason is in the log. Asked often, it asks the parts at most once a second.
/// </summary>
internal sealed class Health(HealthCheckService checks) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _gate = new(1);
    private HealthReport? _report;
    private long _at;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => TypedResults.Text("Healthy")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/health/ready", (Health health, CancellationToken ct) => health.AnswerAsync(ct)).AllowAnonymous().ExcludeFromDescription();
    }

    public void Dispose() => _gate.Dispose();

    private async Task<IResult> AnswerAsync(CancellationToken ct)
    {
        var report = await ReportAsync(ct);
        var parts = report.Entries.ToDictionary(e => e.Key, e => e.Value.Status.ToString());
        var status = report.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return TypedResults.Json(new Answer(report.Status.ToString(), parts), statusCode: status);
    }

    private async Task<HealthReport> ReportAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_report is null || TimeProvider.System.GetElapsedTime(_at) > Fresh)
            {
                _report = await checks.CheckHealthAsync(ct);
                _at = TimeProvider.System.GetTimestamp();
            }

            return _report;
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed record Answer(string Status, IReadOnlyDictionary<string, string> Parts);
}
