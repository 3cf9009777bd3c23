namespace InvitePortal.Shell.Protection;

/// <summary>Marks an endpoint that serves what people have uploaded, at an address that changes with it: shown and never run, and kept by browsers, not by proxies.</summary>
public sealed class InertContent
{
    public static InertContent Marker { get; } = new();

    /// <summary>The policy of its answers: even opened by itself it may do nothing.</summary>
    public const string Policy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>How long browsers keep it.</summary>
    public const string Cache = "private, max-age=31536000, immutable";
}
