using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InvitePortal.Common;

/// <summary>Enum values as the API and the address bar show them: <c>SUPER_ADMIN</c> for <c>SuperAdmin</c>.</summary>
public static class WireNames<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names =
        Enum.GetValues<T>().ToDictionary(v => v, Published);

    private static readonly Dictionary<string, T> Values = Names.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    /// <summary>All published names.</summary>
    public static IEnumerable<string> All => Values.Keys;

    /// <summary>The published name of a value.</summary>
    public static string Of(T value) => Names[value];

    /// <summary>Reads a published name, exactly as written.</summary>
    public static bool TryParse(string? name, out T value) => Values.TryGetValue(name ?? "", out value);

    /// <summary>Those of the names that exist, in order, once each.</summary>
    public static IReadOnlyList<T> ParseKnown(IEnumerable<string>? names) =>
        [.. (names ?? []).Select(n => TryParse(n, out var value) ? value : (T?)null).OfType<T>().Distinct()];

    private static string Published(T value) =>
        typeof(T).GetField(value.ToString())?.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name
        ?? JsonNamingPolicy.SnakeCaseUpper.ConvertName(value.ToString());
}
