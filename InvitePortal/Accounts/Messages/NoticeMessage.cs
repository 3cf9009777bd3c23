using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Accounts.Messages;

/// <summary>Data of a <see cref="NoticeMessage"/>.</summary>
/// <param name="About">One of the constants here.</param>
public sealed record NoticeData(string About)
{
    public const string CodesPaused = "codes-paused";
    public const string PasswordChanged = "password-changed";
    public const string TelegramConnected = "telegram-connected";
    /// <summary>Goes to the address that was left.</summary>
    public const string EmailChanged = "email-changed";
}

/// <summary>Tells the owner of an account that something happened to it.</summary>
public sealed class NoticeMessage(IStringLocalizer<AccountsTexts> texts)
    : EditableTemplate<NoticeData>(KindName, KindOf(NoticeData.PasswordChanged), KindOf(NoticeData.EmailChanged), KindOf(NoticeData.CodesPaused), KindOf(NoticeData.TelegramConnected))
{
    public const string KindName = "account-notice";
    private const string Prefix = "notice.";

    public override TemplateWords Words(string kind)
    {
        var (about, portal) = (kind[Prefix.Length..], Placeholders.Of(Placeholders.Portal));
        return new TemplateWords(
            Paragraphs(texts[$"notice-mail.{about}.text", portal], Placeholders.Of(Placeholders.Link)),
            texts[$"notice-mail.{about}.subject", portal],
            texts[$"notice-mail.{about}.heading"],
            texts["notice-mail.button"]);
    }

    public override object Example(string kind, Examples examples) => new NoticeData(kind[Prefix.Length..]);

    protected override FilledTemplate Fill(NoticeData data, PortalOptions portal) =>
        new(Prefix + data.About, new Dictionary<string, string?> { [Placeholders.Link] = portal.Link("/forgot-password") });

    private static TemplateKind KindOf(string about) => new(Prefix + about, "account", Placeholders.Portal, Placeholders.Link) { Channels = TemplateKind.AllChannels };
}
