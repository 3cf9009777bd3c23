using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Settings.Pages;
using InvitePortal.Shell;
using InvitePortal.Webhooks.Pages;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

public static class WebhooksFeature
{
    /// <summary>Events for other programs: endpoints, deliveries, their page and API.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsValidation>();
        services.AddSingleton<WebhookAddresses>();
        services.AddSingleton<WebhookDirectory>();
        services.AddSingleton<WebhookPublisher>();
        services.AddSingleton<WebhookKeys>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookChannel>();
        services.AddSingleton<IMessageChannel>(sp => sp.GetRequiredService<WebhookChannel>());
        services.AddScoped<WebhookService>();
        services.AddScoped<WebhookDeliveryService>();
        services.AddScoped<WebhookQueries>();
        services.AddHostedService<WebhookWorker>();
        services.AddSingleton(new PageTab(SettingsPage.Path, "webhooks", 50, typeof(WebhooksTab), Role.SuperAdmin));
        services.AddSingleton(new HomeCard(typeof(WebhookTroubleCard), 5, Role.SuperAdmin));
        return services;
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app, RouteGroupBuilder api) => WebhookEndpoints.Map(api);
}
