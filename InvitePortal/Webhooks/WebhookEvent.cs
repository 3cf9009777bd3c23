using System.Text.Json.Serialization;
using InvitePortal.Common;

namespace InvitePortal.Webhooks;

/// <summary>What endpoints can be told of. The numbers are places in <see cref="WebhookEndpoint.Events"/>, which is stored; the names are published.</summary>
public enum WebhookEvent
{
    [JsonStringEnumMemberName("invitation.created")]
    InvitationCreated = 0,
    /// <summary>A server took the first message of it.</summary>
    [JsonStringEnumMemberName("invitation.sent")]
    InvitationSent = 1,
    [JsonStringEnumMemberName("invitation.accepted")]
    InvitationAccepted = 2,
    [JsonStringEnumMemberName("invitation.declined")]
    InvitationDeclined = 3,
    [JsonStringEnumMemberName("invitation.expired")]
    InvitationExpired = 4,
    [JsonStringEnumMemberName("code.used")]
    CodeUsed = 5,
    [JsonStringEnumMemberName("link.used")]
    LinkUsed = 6,
    /// <summary>Somebody has an account; who is only invited has none.</summary>
    [JsonStringEnumMemberName("user.created")]
    UserCreated = 7,
    [JsonStringEnumMemberName("user.updated")]
    UserUpdated = 8,
    [JsonStringEnumMemberName("user.deleted")]
    UserDeleted = 9,
}

/// <summary>Sets of events in one number.</summary>
public static class WebhookEventBits
{
    /// <summary>The bit of one event.</summary>
    public static int Of(WebhookEvent type) => 1 << (int)type;

    /// <summary>The bits of several.</summary>
    public static int Of(IEnumerable<WebhookEvent> types) => types.Aggregate(0, (bits, type) => bits | Of(type));

    /// <summary>The events whose bits are set.</summary>
    public static IReadOnlyList<WebhookEvent> Read(int bits) => [.. Enum.GetValues<WebhookEvent>().Where(t => (bits & Of(t)) != 0)];

    /// <summary>The event of a stored message; null for a test.</summary>
    public static WebhookEvent? OfKind(string kind) => WireNames<WebhookEvent>.TryParse(kind, out var type) ? type : null;
}
