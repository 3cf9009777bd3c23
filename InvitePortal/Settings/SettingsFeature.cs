using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Settings.Pages;
using InvitePortal.Shell;
using Microsoft.Extensions.Options;

namespace InvitePortal.Settings;

public static class SettingsFeature
{
    /// <summary>Settings that are changed while the portal runs, and their page.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services)
    {
        services.AddSingleton<RuntimeSettings>();
        services.AddScoped<SettingsService>();
        services.AddSingleton<SettingsWatcher>();
        services.AddSingleton<IStartupTask>(sp => sp.GetRequiredService<SettingsWatcher>());
        services.AddHostedService(sp => sp.GetRequiredService<SettingsWatcher>());
        services.AddSingleton(new PageTab(SettingsPage.Path, "general", 10, typeof(GeneralTab), Role.SuperAdmin));
        return services.LayStoredSettingsOver<PortalOptions>();
    }

    /// <summary>
    /// A class of options, bound to its section of the configuration, checked at start, and changed while the portal runs: stored values lie over the
    /// configured ones. Both <see cref="IOptionsMonitor{TOptions}.CurrentValue"/> and <see cref="IOptions{TOptions}.Value"/> are what holds now.
    /// </summary>
    public static IServiceCollection AddRuntimeOptions<TOptions>(this IServiceCollection services)
        where TOptions : class, new()
    {
        services.AddOptions<TOptions>().BindConfiguration(RuntimeSection<TOptions>.SectionName, binder => binder.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        return services.LayStoredSettingsOver<TOptions>();
    }

    private static IServiceCollection LayStoredSettingsOver<TOptions>(this IServiceCollection services)
        where TOptions : class, new()
    {
        services.AddSingleton<RuntimeSection<TOptions>>();
        services.AddSingleton<RuntimeSection>(sp => sp.GetRequiredService<RuntimeSection<TOptions>>());
        services.AddSingleton<RuntimeOptions<TOptions>>();
        services.AddSingleton<IConfigureOptions<TOptions>>(sp => sp.GetRequiredService<RuntimeOptions<TOptions>>());
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(sp => sp.GetRequiredService<RuntimeOptions<TOptions>>());
        services.AddSingleton<IOptions<TOptions>, LiveOptions<TOptions>>();
        return services;
    }
}
