using System.Globalization;
using System.Resources;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>
/// Why a message waits or failed, as stored in <see cref="OutboxMessage.Reason"/>: a code of the portal's own (<c>expired</c>), such a code with a
/// detail (<c>smtp.unreachable|Connection refused</c>), or a server's answer as it came (<c>550 5.1.1 No such user</c>).
/// </summary>
public static class DeliveryReasons
{
    /// <summary>Its time was over before it could be sent.</summary>
    public const string Expired = "expired";
    /// <summary>Composing it failed three times.</summary>
    public const string Render = "render";
    /// <summary>The key that protected its content is lost.</summary>
    public const string Unreadable = "unreadable";
    /// <summary>Given up; the detail is the last reason.</summary>
    public const string GaveUp = "gave-up";
    public const string BadAddress = "bad-address";
    public const string Stopped = "stopped";
    public const string Unexpected = "unexpected";
    public const string NoServer = "smtp.no-server";
    public const string Unreachable = "smtp.unreachable";
    public const string Refused = "smtp.refused";
    public const string SignIn = "smtp.sign-in";
    public const string Tls = "smtp.tls";
    public const string Sender = "smtp.sender";
    public const string Timeout = "smtp.timeout";
    public const string Dropped = "smtp.dropped";

    /// <summary>The channel has no keys yet.</summary>
    public const string NotSetUp = "not-set-up";
    /// <summary>Somebody has switched the channel off for a while.</summary>
    public const string Paused = "paused";
    public const string TooLong = "too-long";
    public const string BadNumber = "bad-number";
    public const string BadChat = "bad-chat";
    public const string BadSlackId = "bad-slack-id";
    public const string SmsCountry = "sms.country";
    public const string SmsBudget = "sms.budget";
    public const string SmsPerNumber = "sms.per-number";
    public const string WhatsAppWindow = "whatsapp.window";
    public const string SlackWebhookChannel = "slack.webhook-channel";
    public const string ProviderUnreachable = "provider.unreachable";
    public const string ProviderTls = "provider.tls";
    public const string ProviderTimeout = "provider.timeout";
    public const string ProviderDropped = "provider.dropped";
    public const string ProviderGarbage = "provider.garbage";
    public const string ProviderAddress = "provider.address";
    public const string ProviderSignIn = "provider.sign-in";
    public const string ProviderLimit = "provider.limit";
    public const string ProviderTrouble = "provider.trouble";

    private const int MaxDetail = 300;

    private static readonly ResourceManager Texts = new("InvitePortal.Messaging.MessagingTexts", typeof(DeliveryReasons).Assembly);

    /// <summary>A code with a detail, which is made one line and shortened.</summary>
    public static string With(string code, string detail) => $"{code}|{Shorten(detail)}";

    /// <summary>Somebody else's words as one line of at most 300 characters.</summary>
    public static string Shorten(string words) => OneLine.Of(words, MaxDetail);

    /// <summary>One sentence in the language of the current UI culture; a server's answer as it is.</summary>
    public static string? Text(string? reason)
    {
        if (reason is null)
        {
            return null;
        }

        var bar = reason.IndexOf('|', StringComparison.Ordinal);
        var code = bar < 0 ? reason : reason[..bar];
        return Texts.GetString("reason." + code, CultureInfo.CurrentUICulture) is { } text
            ? string.Format(CultureInfo.CurrentCulture, text, bar < 0 ? "" : Text(reason[(bar + 1)..]))
            : reason;
    }

    /// <summary>Cuts a stored reason to what its column takes.</summary>
    internal static string Fit(string reason) => reason.Length <= FieldLengths.Reason ? reason : reason[..FieldLengths.Reason];
}
