namespace InvitePortal.Webhooks.Pages;

/// <summary>The status hues of the feature: never colour alone, always beside the word.</summary>
internal static class WebhookHues
{
    public static string Of(WebhookState state) => state switch
    {
        WebhookState.On => "green",
        WebhookState.Failing => "yellow",
        WebhookState.Off => "grey",
        WebhookState.Stopped => "red",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>The key of an event's words.</summary>
    public static string EventKey(string kind) => $"event.{WebhookEventBits.OfKind(kind)?.ToString() ?? "Test"}";

    /// <summary>Host and path, without what a narrow column has no room for.</summary>
    public static string Short(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.Authority + parsed.AbsolutePath.TrimEnd('/') : url;
}
