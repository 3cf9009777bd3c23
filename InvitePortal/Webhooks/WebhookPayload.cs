using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using InvitePortal.Common;

namespace InvitePortal.Webhooks;

/// <summary>What an endpoint is sent.</summary>
/// <param name="Type">Name of the event, such as <c>invitation.accepted</c>.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Data">Ids, names, addresses; never a secret, token or code.</param>
internal sealed record WebhookPayload(string Type, DateTimeOffset Timestamp, object Data)
{
    /// <summary>Kind of a test, which no endpoint chooses and every one can be sent.</summary>
    public const string Test = "webhook.test";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
        // Read by programs, never put into a page as markup: readable Cyrillic instead of escapes.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, Json);
}

/// <summary>Somebody whom an event is about.</summary>
/// <param name="Id">Their id.</param>
/// <param name="Name">Their display name.</param>
public sealed record WebhookPerson(Guid Id, string Name);

/// <summary>Data of <c>user.created</c>, <c>user.updated</c> and <c>user.deleted</c>: the account as it is now, or was before it went.</summary>
public sealed record WebhookUser(Guid Id, string Name, string? Email, PersonStatus Status, IReadOnlyList<Role> Roles, string Language);
