using System.Collections.Frozen;
using InvitePortal.Common;
using InvitePortal.Messaging.Channels;
using InvitePortal.Settings.Pages;

namespace InvitePortal.Messaging.Pages;

/// <summary>How channels are shown on the page of settings.</summary>
internal static class ChannelSetUp
{
    /// <summary>The address of the tab.</summary>
    public const string Path = SettingsPage.Path + "?tab=channels";

    /// <summary>The settings of each channel that has some.</summary>
    public static readonly FrozenDictionary<Channel, string> Sections = new Dictionary<Channel, string>
    {
        [Channel.Email] = SmtpOptions.Section,
        [Channel.Sms] = SmsOptions.Section,
        [Channel.Telegram] = TelegramOptions.Section,
        [Channel.WhatsApp] = WhatsAppOptions.Section,
        [Channel.Slack] = SlackOptions.Section,
    }.ToFrozenDictionary();
}
