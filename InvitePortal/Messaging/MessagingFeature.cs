using InvitePortal.Common;
using InvitePortal.Messaging.Channels;
using InvitePortal.Messaging.Pages;
using InvitePortal.Messaging.Templates;
using InvitePortal.Settings;
using InvitePortal.Settings.Pages;
using InvitePortal.Shell;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

public static class MessagingFeature
{
    /// <summary>The outbox, its worker and the channels. Features add their templates as <see cref="IMessageTemplate"/>.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services)
    {
        AddOptions<SmtpOptions, SmtpOptionsValidation>(services);
        AddOptions<SmsOptions, SmsOptionsValidation>(services);
        AddOptions<TelegramOptions, TelegramOptionsValidation>(services);
        AddOptions<WhatsAppOptions, WhatsAppOptionsValidation>(services);
        AddOptions<SlackOptions, SlackOptionsValidation>(services);
        services.AddSingleton<SmtpChannel>();
        services.AddSingleton<MailboxChannel>();
        services.AddSingleton<IMessageChannel, EmailChannel>();
        services.AddSingleton<IMessageChannel, SmsChannel>();
        services.AddSingleton<IMessageChannel, TelegramChannel>();
        services.AddSingleton<IMessageChannel, WhatsAppChannel>();
        services.AddSingleton<IMessageChannel, SlackChannel>();
        services.AddSingleton<ReadyChannels>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<OutboxClaims>();
        services.AddSingleton<OutboxMetrics>();
        services.AddSingleton<ChannelStates>();
        services.AddTemplates();
        services.AddSingleton<MessageRenderer>();
        services.AddSingleton<MailboxQueries>();
        services.AddSingleton<IMessageTemplate, ChannelTestMessage>();
        services.AddScoped<ChannelTestService>();
        services.AddScoped<OutboxService>();
        services.AddScoped<OutboxListQueries>();
        services.AddSingleton(new PageTab(SettingsPage.Path, "channels", 20, typeof(ChannelsTab), Role.SuperAdmin));
        services.AddSingleton<OutboxWorker>();
        services.AddHostedService(sp => sp.GetRequiredService<OutboxWorker>());
        return services;
    }

    public static void MapMessaging(this IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
    }

    private static void AddOptions<TOptions, TValidation>(IServiceCollection services)
        where TOptions : class, new()
        where TValidation : class, IValidateOptions<TOptions>
    {
        services.AddRuntimeOptions<TOptions>();
        services.AddSingleton<IValidateOptions<TOptions>, TValidation>();
    }
}
