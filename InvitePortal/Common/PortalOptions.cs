using System.ComponentModel.DataAnnotations;

namespace InvitePortal.Common;

/// <summary>Start-up settings of the portal as a whole, section <c>Portal</c>.</summary>
public sealed class PortalOptions
{
    public const string Section = "Portal";

    /// <summary>Shown on every page and in every message.</summary>
    [Required, StringLength(80, MinimumLength = 1)]
    public string Name { get; set; } = "InvitePortal";

    /// <summary>Absolute http(s) address under which people reach the portal, without a path. Links in messages start with it.</summary>
    [Required]
    public string PublicUrl { get; set; } = "http://localhost:5177";

    /// <summary>Addresses or CIDR ranges of reverse proxies whose <c>X-Forwarded-*</c> headers are believed.</summary>
    [StartUpOnly]
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>A page of the portal as an absolute link.</summary>
    public string Link(string path) => PublicUrl.TrimEnd('/') + path;
}
