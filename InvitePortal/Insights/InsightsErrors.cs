using InvitePortal.Common;

namespace InvitePortal.Insights;

/// <summary>The expected failures of insights and of the audit log.</summary>
public static class InsightsErrors
{
    public static readonly Error Forbidden = new(ErrorKind.Forbidden, "insights.forbidden");
    public static readonly Error PeriodInvalid = new(ErrorKind.Invalid, "insights.period_invalid", "to");
    public static readonly Error AuditForbidden = new(ErrorKind.Forbidden, "audit.forbidden");
    public static readonly Error AuditExportRunning = new(ErrorKind.TooMany, "audit.export_running");
}
