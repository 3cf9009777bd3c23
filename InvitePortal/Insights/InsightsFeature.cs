using InvitePortal.Common;
using InvitePortal.Insights.Pages;
using InvitePortal.Shell;

namespace InvitePortal.Insights;

public static class InsightsFeature
{
    /// <summary>What became of invitations, and the audit log. Reads everything, is used by nobody.</summary>
    public static IServiceCollection AddInsights(this IServiceCollection services)
    {
        services.AddScoped<InsightsQueries>();
        services.AddScoped<InsightsExport>();
        services.AddScoped<AuditQueries>();
        services.AddScoped<AuditExport>();
        services.AddSingleton(new PageTab("/users", "insights", 30, typeof(InsightsTab), Role.SuperAdmin, Role.Staff, Role.Agency));
        return services;
    }

    public static void MapInsights(this IEndpointRouteBuilder app) => InsightsEndpoints.Map(app);
}
