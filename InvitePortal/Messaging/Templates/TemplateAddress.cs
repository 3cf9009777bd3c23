using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>Addresses of the tab: of its list, and of each template.</summary>
internal static class TemplateAddress
{
    public const string List = "/section-settings/dashboard?tab=templates";

    public static string Of(string kind, Channel channel, string language) =>
        $"{List}&kind={Uri.EscapeDataString(kind)}&channel={WireNames<Channel>.Of(channel)}&language={language}";

    /// <summary>The key in an address; null when there is none, or none that is known.</summary>
    public static TemplateKey? Read(string? kind, string? channel, string? language, TemplateCatalog catalog)
    {
        var key = kind is not null && WireNames<Channel>.TryParse(channel, out var way) && Languages.IsKnown(language) ? new TemplateKey(kind, way, language!) : null;
        return key is not null && catalog.Has(key) ? key : null;
    }
}
