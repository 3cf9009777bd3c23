using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Webhooks;

/// <summary>Takes people and secrets out of what the log shows.</summary>
internal static partial class WebhookMask
{
    private const string Hidden = "•••";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The beginning of an answer on one line; addresses are masked, and what is long enough to be a secret is left out.</summary>
    public static string? Answer(string text)
    {
        // An answer is somebody else's: it may hold back what it was sent, or keys of its own.
        var masked = Token().Replace(Email().Replace(text, m => EmailAddress.Mask(m.Value)), Hidden);
        return DeliveryReasons.Shorten(masked.Replace('\0', ' ')).Trim() is { Length: > 0 } line ? line : null;
    }

    /// <summary>A payload for reading: names to their first letter, addresses masked.</summary>
    public static string Payload(ReadOnlySpan<byte> body)
    {
        var node = JsonNode.Parse(body)!;
        Walk(node);
        return node.ToJsonString(Json);
    }

    private static void Walk(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    if (value is JsonValue text && text.TryGetValue<string>(out var words) && name is "email" or "recipient" or "name" or "reason")
                    {
                        members[name] = name is "email" or "recipient" && words.Contains('@', StringComparison.Ordinal) ? EmailAddress.Mask(words) : Initial(words);
                    }
                    else
                    {
                        Walk(value);
                    }
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Walk(item);
                }

                break;
            default:
                break;
        }
    }

    private static string Initial(string words) => words.Length == 0 ? "" : System.Globalization.StringInfo.GetNextTextElement(words) + Hidden;

    [GeneratedRegex(@"[^\s@""'<>(),;:]{1,64}@[^\s@""'<>(),;:]{1,190}", RegexOptions.NonBacktracking)]
    private static partial Regex Email();

    [GeneratedRegex(@"[A-Za-z0-9_+/=-]{20,}", RegexOptions.NonBacktracking)]
    private static partial Regex Token();
}
