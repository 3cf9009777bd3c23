namespace InvitePortal.Messaging.Channels;

/// <summary>Addresses of providers, as settings hold them.</summary>
internal static class ProviderUrls
{
    /// <summary>Whether a provider can be asked there: http or https, and nothing but host and path.</summary>
    public static bool IsUsable(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri is { UserInfo: "", Query: "", Fragment: "" };

    /// <summary>An address below a base, which may end in a slash or not.</summary>
    public static Uri Join(string baseUrl, string path) => new($"{baseUrl.TrimEnd('/')}/{path}");
}
