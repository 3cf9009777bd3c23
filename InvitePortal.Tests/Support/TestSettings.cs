namespace InvitePortal.Tests.Support;

/// <summary>Configuration that all tests start from.</summary>
internal static class TestSettings
{
    /// <summary>For hosts with and without a web server.</summary>
    public static readonly Dictionary<string, string?> Base = new()
    {
        ["Portal:Name"] = "InvitePortal",
        ["Portal:PublicUrl"] = "http://localhost:5177",
        ["Demo:Enabled"] = "false",
        // A thousandth of the real work; the real factor has tests of its own.
        ["Limits:PasswordWorkFactor"] = "4",
    };

    /// <summary>Limits that only get in the way of tests which are not about them.</summary>
    public static readonly Dictionary<string, string?> HighLimits = new()
    {
        ["Limits:AnonymousRequestsPerSecond"] = "100000",
        ["Limits:AnonymousBurst"] = "100000",
        ["Limits:TokenRequestsPerSecond"] = "100000",
        ["Limits:PasswordSignInsPerAddressPerMinute"] = "100000",
        ["Limits:TokenMissesPerAddress"] = "100000",
        ["Limits:CircuitsPerAddress"] = "1000",
        ["Limits:CircuitsPerPerson"] = "1000",
    };
}
