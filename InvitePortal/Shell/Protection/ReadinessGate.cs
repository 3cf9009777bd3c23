using InvitePortal.Data;

namespace InvitePortal.Shell.Protection;

/// <summary>Until the database is reachable and up to date, only health checks and static files are answered. Static files never come this far.</summary>
internal sealed class ReadinessGate(RequestDelegate next, DatabaseReadiness readiness)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public Task InvokeAsync(HttpContext context) => readiness.IsReady || context.Request.IsHealth()
        ? next(context)
        : PlainPage.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, RetryAfter);
}
