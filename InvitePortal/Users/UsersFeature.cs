using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Users.Pages;

namespace InvitePortal.Users;

public static class UsersFeature
{
    /// <summary>The table of people and everything done with it.</summary>
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.AddScoped<UserQueries>();
        services.AddScoped<UserCountQueries>();
        services.AddSingleton(new PageTab("/users", "users", 10, typeof(UsersTab), Role.SuperAdmin, Role.Staff));
        services.AddSingleton(new HomeCard(typeof(NewestPeopleCard), 20, Role.SuperAdmin, Role.Staff));
        services.AddScoped<UserRemoval>();
        services.AddScoped<UserRemovalQueries>();
        services.AddScoped<IPersonRemoval, AccountRemoval>();
        services.AddScoped<UserService>();
        services.AddScoped<UserBulkService>();
        services.AddScoped<UserIntake>();
        services.AddScoped<UserExport>();
        return services;
    }

    public static void MapUsers(this IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        UserEndpoints.Map(api);
        UserExportEndpoints.Map(app);
    }
}
