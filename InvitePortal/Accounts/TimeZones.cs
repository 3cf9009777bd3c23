namespace InvitePortal.Accounts;

/// <summary>The time zones that people choose from, by IANA name.</summary>
public static class TimeZones
{
    private static readonly Lazy<IReadOnlyList<string>> Names = new(() =>
    [
        "UTC",
        .. TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id).Where(id => id.Contains('/', StringComparison.Ordinal) && !id.StartsWith("Etc/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ]);

    /// <summary>All names, <c>UTC</c> first.</summary>
    public static IReadOnlyList<string> All => Names.Value;

    /// <summary>Whether this machine can reckon in it.</summary>
    public static bool IsKnown(string? name) => name is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);
}
