using System.Text.Json.Serialization;

namespace InvitePortal.Common;

/// <summary>How a message travels. The numbers are stored.</summary>
public enum Channel
{
    Email = 1,
    Sms = 2,
    Telegram = 3,
    [JsonStringEnumMemberName("WHATSAPP")]
    WhatsApp = 4,
    Slack = 5,
    /// <summary>Events for other programs; nobody is invited this way.</summary>
    Webhook = 6,
}
