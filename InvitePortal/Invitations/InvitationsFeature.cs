using InvitePortal.Common;
using InvitePortal.Invitations.Messages;
using InvitePortal.Invitations.Pages;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Settings.Pages;
using InvitePortal.Shell;
using InvitePortal.Users;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

public static class InvitationsFeature
{
    /// <summary>Inviting people, and their accepting it.</summary>
    public static IServiceCollection AddInvitations(this IServiceCollection services)
    {
        services.AddRuntimeOptions<ReminderOptions>();
        services.AddSingleton<IValidateOptions<ReminderOptions>, ReminderOptionsValidation>();
        services.AddSingleton<InvitationTiming>();
        services.AddSingleton<InvitationChannels>();
        services.AddSingleton<InvitationLinks>();
        services.AddSingleton<InvitationFlow>();
        services.AddScoped<InvitationSendingService>();
        services.AddScoped<InvitationService>();
        services.AddScoped<InvitationBulkService>();
        services.AddScoped<InvitationQueries>();
        services.AddScoped<InvitationLandingQueries>();
        services.AddScoped<AcceptanceOutcome>();
        services.AddScoped<InvitationAcceptance>();
        services.AddScoped<InvitationRenewalService>();
        services.AddScoped<IPersonRemoval, InvitationRemoval>();
        services.AddHostedService<InvitationReminderWorker>();
        services.AddHostedService<InvitationExpiryWorker>();
        services.AddSingleton<IDeliveryListener, InvitationDeliveries>();
        foreach (var kind in new[] { InvitationMessage.First, InvitationMessage.Again, InvitationMessage.Reminder })
        {
            services.AddSingleton<IMessageTemplate>(sp => new InvitationMessage(kind, sp.GetRequiredService<IStringLocalizer<InvitationsTexts>>()));
        }

        services.AddSingleton<IMessageTemplate, WelcomeMessage>();
        services.AddSingleton(new HomeCard(typeof(InvitationsCard), 10, Role.SuperAdmin, Role.Staff, Role.Agency));
        services.AddSingleton(new PersonSection(10, typeof(PersonInvitations)));
        services.AddSingleton(new PageTab(SettingsPage.Path, "reminders", 40, typeof(RemindersTab), Role.SuperAdmin));
        services.AddSingleton(new PageTab("/users", "invites", 20, typeof(InvitationsTab), Role.SuperAdmin, Role.Staff, Role.Agency));
        return services;
    }

    /// <summary>Takes secrets out of links, before anything else looks at them.</summary>
    public static IApplicationBuilder UseInvitationLinks(this IApplicationBuilder app)
    {
        var flow = app.ApplicationServices.GetRequiredService<InvitationFlow>();
        return app.Use((context, next) => flow.InterceptAsync(context, next));
    }

    public static void MapInvitations(this IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        InvitationEndpoints.Map(api);
        InvitationPublicEndpoints.Map(api);
    }
}
