using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell.Layout;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Localization;
using Radzen;

namespace InvitePortal.Shell;

public static class ShellFeature
{
    /// <summary>The frame of all pages: components, languages, protection of requests.</summary>
    public static IServiceCollection AddShell(this IServiceCollection services)
    {
        services.AddLocalization();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddRadzenComponents();
        services.AddScoped<FreshProof>();
        services.AddSingleton<ILocalizer, RadzenWords>();
        return services;
    }

    /// <summary>Chooses the language of a request: the browser's cookie, then the person's profile, then <c>Accept-Language</c>, then English. Runs after authentication.</summary>
    public static void UseShellLocalization(this IApplicationBuilder app)
    {
        CultureInfo[] cultures = [.. Languages.All.Select(CultureInfo.GetCultureInfo)];
        app.UseRequestLocalization(new RequestLocalizationOptions
        {
            DefaultRequestCulture = new RequestCulture(Languages.English),
            SupportedCultures = cultures,
            SupportedUICultures = cultures,
            RequestCultureProviders =
            [
                new CookieRequestCultureProvider(),
                new CustomRequestCultureProvider(FromProfile),
                new AcceptLanguageHeaderRequestCultureProvider(),
            ],
        });
    }

    public static void MapShell(this WebApplication app)
    {
        app.MapStaticAssets().AllowAnonymous().ShortCircuit();
        app.MapPreferences();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o =>
        {
            o.DisableWebSocketCompression = true;
            o.ContentSecurityFrameAncestorsPolicy = "'none'";
        });
    }

    private static Task<ProviderCultureResult?> FromProfile(HttpContext context)
    {
        var language = context.User.FindFirst(ActorClaims.Language)?.Value;
        return Task.FromResult(Languages.IsKnown(language) ? new ProviderCultureResult(language) : null);
    }
}
