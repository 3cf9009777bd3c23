using InvitePortal.Accounts;
using InvitePortal.Telegram.Pages;

namespace InvitePortal.Telegram;

public static class TelegramFeature
{
    /// <summary>Joining and signing in from a Mini App of Telegram.</summary>
    public static IServiceCollection AddTelegram(this IServiceCollection services)
    {
        services.AddScoped<TelegramJoinService>();
        services.AddScoped<TelegramConnections>();
        services.AddScoped<TelegramEntryService>();
        services.AddSingleton(new EntryMethod(10, typeof(TelegramEntry)));
        return services;
    }

    public static void MapTelegram(this IEndpointRouteBuilder app, RouteGroupBuilder api) => TelegramEndpoints.Map(app, api);
}
