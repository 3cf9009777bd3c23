using System.Text.Json;

namespace InvitePortal.Messaging.Channels;

/// <summary>Reads providers' JSON without trusting its shape: what is not there, or is of another type, is null.</summary>
internal static class JsonAnswers
{
    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static long? Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool? Flag(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>A member of an object, or the first entry of a list that is one.</summary>
    public static JsonElement? Member(this JsonElement json, string name)
    {
        if (json.ValueKind is not JsonValueKind.Object || !json.TryGetProperty(name, out var value))
        {
            return null;
        }

        return value.ValueKind is JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
    }
}
