using System.Text.Json;
using System.Text.Json.Nodes;

namespace InvitePortal.Insights;

/// <summary>
/// Hides what might be a secret. Nothing writes one into the audit log; this holds also for what a later feature, or an older version, may have written.
/// </summary>
internal static class AuditMask
{
    /// <summary>What is shown in place of a secret.</summary>
    public const string Mask = "•••";

    private const int Longest = 1_000;
    private static readonly string[] Telling = ["token", "password", "passphrase", "secret", "hash", "credential", "cookie"];
    private static readonly string[] Whole = ["code", "body", "otp", "pin", "link", "url"];
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The same values, secrets masked and long texts cut; null for what is no JSON object.</summary>
    public static string? Of(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(json) is JsonObject values ? Clean(values)!.ToJsonString(Readable) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode? Clean(JsonNode? node) => node switch
    {
        JsonObject values => new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, IsSecret(v.Key) && v.Value is not null ? Mask : Clean(v.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Clean)]),
        JsonValue value when value.TryGetValue<string>(out var text) && text.Length > Longest => text[..Longest] + "…",
        _ => node?.DeepClone(),
    };

    private static bool IsSecret(string name) =>
        Array.Exists(Telling, t => name.Contains(t, StringComparison.OrdinalIgnoreCase))
        || name.EndsWith("key", StringComparison.OrdinalIgnoreCase)
        || Array.Exists(Whole, w => name.Equals(w, StringComparison.OrdinalIgnoreCase));
}
