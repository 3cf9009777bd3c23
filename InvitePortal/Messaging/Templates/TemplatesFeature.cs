using InvitePortal.Common;
using InvitePortal.Shell;

namespace InvitePortal.Messaging.Templates;

public static class TemplatesFeature
{
    /// <summary>Words of messages that administrators change, and the tab where they do.</summary>
    internal static IServiceCollection AddTemplates(this IServiceCollection services)
    {
        services.AddSingleton<TemplateCatalog>();
        services.AddSingleton<TemplateStore>();
        services.AddSingleton<IMessageTemplate, TemplateTestMessage>();
        services.AddScoped<TemplateQueries>();
        services.AddScoped<TemplateService>();
        services.AddSingleton(new PageTab("/section-settings/dashboard", "templates", 30, typeof(TemplatesTab), Role.SuperAdmin));
        return services;
    }
}
