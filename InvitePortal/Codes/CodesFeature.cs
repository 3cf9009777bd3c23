using InvitePortal.Accounts;
using InvitePortal.Codes.Messages;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Shell;
using InvitePortal.Users;

namespace InvitePortal.Codes;

public static class CodesFeature
{
    /// <summary>Codes of teachers, their groups, and joining by them.</summary>
    public static IServiceCollection AddCodes(this IServiceCollection services)
    {
        services.AddSingleton<CodeChanges>();
        services.AddSingleton<CodeMetrics>();
        services.AddSingleton<CodeMails>();
        services.AddSingleton<JoinGuard>();
        services.AddSingleton<JoinTickets>();
        services.AddScoped<CodeService>();
        services.AddScoped<GroupService>();
        services.AddScoped<EnrollmentService>();
        services.AddScoped<GroupPlaces>();
        services.AddScoped<JoinService>();
        services.AddScoped<CodeSharing>();
        services.AddScoped<CodeQueries>();
        services.AddScoped<GroupQueries>();
        services.AddScoped<CodeStatisticsQueries>();
        services.AddScoped<CodeExport>();
        services.AddScoped<EnrollmentQueries>();
        services.AddScoped<IPersonRemoval, CodeRemoval>();
        services.AddSingleton<IMessageTemplate, CodeShareMessage>();
        services.AddSingleton(new NewcomerPage("/join", Role.Student));
        services.AddSingleton(new PersonSection(20, typeof(PersonSubjects)));
        services.AddSingleton(new HomeCard(typeof(TeacherCard), 10, Role.Teacher));
        services.AddSingleton(new HomeCard(typeof(StudentCard), 10, Role.Student));
        services.AddSingleton(new HomeCard(typeof(ParentCard), 10, Role.Parent));
        return services;
    }

    public static void MapCodes(this IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        CodeEndpoints.Map(api);
        GroupEndpoints.Map(api);
        CodeExportEndpoints.Map(app);
    }
}
