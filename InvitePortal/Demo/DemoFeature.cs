using InvitePortal.Data;
using Microsoft.Extensions.Options;

namespace InvitePortal.Demo;

public static class DemoFeature
{
    /// <summary>A believable crowd to try the portal with, in Development only.</summary>
    public static IServiceCollection AddDemo(this IServiceCollection services, IHostEnvironment environment)
    {
        services.AddOptions<DemoOptions>()
            .Configure(o => o.Enabled = environment.IsDevelopment())
            .BindConfiguration(DemoOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .Validate(
                o => !o.Enabled || environment.IsDevelopment(),
                "Demo:Enabled makes accounts with a published password and is refused outside Development.")
            .ValidateOnStart();
        services.AddSingleton<DemoData>();
        services.AddSingleton<IStartupTask>(sp => sp.GetRequiredService<DemoData>());
        services.AddSingleton<DemoFill>();
        return services;
    }
}
