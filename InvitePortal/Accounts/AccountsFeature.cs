using InvitePortal.Accounts.Messages;
using InvitePortal.Accounts.Pages;
using InvitePortal.Accounts.Pictures;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

public static class AccountsFeature
{
    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddRuntimeOptions<AddressOptions>();
        services.AddSingleton<IValidateOptions<AddressOptions>, AddressOptionsValidation>();
        services.AddSingleton<AddressRules>();
        services.AddSingleton<HashGate>();
        services.AddSingleton<CodeKey>();
        services.AddSingleton<SessionLimits>();
        services.AddSingleton<SignInFlows>();
        services.AddSingleton<CodeFlowCookie>();
        services.AddSingleton<ResetCookie>();
        services.AddSingleton<SignInLinkCookie>();
        services.AddSingleton<AccountsCookies>();
        services.AddSingleton<SessionWatcher>();
        services.AddHostedService(sp => sp.GetRequiredService<SessionWatcher>());
        services.AddScoped<MailLimits>();
        services.AddScoped<CodeFailures>();
        services.AddScoped<OneTimeCodes>();
        services.AddScoped<Passwords>();
        services.AddScoped<SessionService>();
        services.AddScoped<BrowserSessions>();
        services.AddScoped<SignInLimits>();
        services.AddScoped<SignInService>();
        services.AddSingleton<SignInAlarm>();
        services.AddScoped<PasswordResetService>();
        services.AddScoped<SignInLinks>();
        services.AddScoped<PasswordService>();
        services.AddScoped<Reauthentication>();
        services.AddScoped<SessionExchange>();
        services.AddSingleton(new IdentityDialog(typeof(ConfirmIdentity)));
        services.AddScoped<ProfileService>();
        services.AddScoped<AddressService>();
        services.AddSingleton<PictureGate>();
        services.AddScoped<AvatarService>();
        services.AddScoped<RegistrationService>();
        services.AddScoped<SetupService>();
        services.AddScoped<IStartupTask>(sp => sp.GetRequiredService<SetupService>());
        services.AddScoped<ApiTokens>();
        services.AddSingleton<IMessageTemplate, CodeMessage>();
        services.AddSingleton<IMessageTemplate, ResetMessage>();
        services.AddSingleton<IMessageTemplate, NoticeMessage>();
        services.AddSingleton<IMessageTemplate, SignInLinkMessage>();
        AddIdentity(services);
        AddAuthentication(services);
        return services;
    }

    /// <summary>Goes behind <c>UseAuthentication</c>.</summary>
    public static void UseAccounts(this IApplicationBuilder app)
    {
        app.Use(AnonymousAddress.InvokeAsync);
        app.UseMiddleware<EndedConnections>();
    }

    public static void MapAccounts(this IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        app.MapSessions();
        app.MapAvatars();
        api.MapAuth();
        api.MapConfirm();
    }

    private static void AddIdentity(IServiceCollection services)
    {
        services.AddSingleton<ILookupNormalizer, EmailNormalizer>();
        services.AddSingleton<IPasswordHasher<AppUser>, BcryptPasswordHasher>();
        services.AddIdentityCore<AppUser>().AddEntityFrameworkStores<AppDbContext>();
    }

    private static void AddAuthentication(IServiceCollection services)
    {
        services
            .AddAuthentication(AccountsSchemes.Choice)
            .AddPolicyScheme(AccountsSchemes.Choice, displayName: null, options => options.ForwardDefaultSelector =
                context => context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) ? AccountsSchemes.Bearer : AccountsSchemes.Cookie)
            .AddCookie(AccountsSchemes.Cookie)
            .AddScheme<AuthenticationSchemeOptions, ApiTokenHandler>(AccountsSchemes.Bearer, configureOptions: null);
        services.AddOptions<CookieAuthenticationOptions>(AccountsSchemes.Cookie).Configure<AccountsCookies>((options, cookies) =>
        {
            cookies.Apply(options.Cookie, "portal");
            options.LoginPath = "/sign-in";
            options.AccessDeniedPath = "/access-denied";
            options.ReturnUrlParameter = "returnUrl";
            options.SlidingExpiration = false;
            options.EventsType = typeof(SessionCookieEvents);
        });
        services.AddScoped<SessionCookieEvents>();
        services.AddAuthorization();
        services.AddScoped<AuthenticationStateProvider, SessionAuthenticationState>();
        services.AddScoped<CircuitHandler, SessionActivity>();
    }
}
