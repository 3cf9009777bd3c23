using InvitePortal.Users;

namespace InvitePortal.Imports;

public static class ImportsFeature
{
    /// <summary>People and invitations from files.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services)
    {
        services.AddSingleton<ImportSignal>();
        services.AddSingleton<ImportClaims>();
        services.AddScoped<ImportChecks>();
        services.AddScoped<IImportTarget, PeopleImport>();
        services.AddScoped<IImportTarget, InvitationImport>();
        services.AddScoped<ImportService>();
        services.AddScoped<ImportRowService>();
        services.AddScoped<ImportRunService>();
        services.AddScoped<ImportQueries>();
        services.AddScoped<ImportResult>();
        services.AddScoped<IPersonRemoval, ImportRemoval>();
        services.AddHostedService<ImportWorker>();
        return services;
    }

    public static void MapImports(this IEndpointRouteBuilder app, RouteGroupBuilder api) => ImportEndpoints.Map(app, api);
}
