using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Accounts.Messages;

/// <summary>Data of a <see cref="ResetMessage"/>.</summary>
/// <param name="Token">The secret of the link.</param>
public sealed record ResetData(string Token);

/// <summary>Carries the link by which a person sets a new password.</summary>
public sealed class ResetMessage(IStringLocalizer<AccountsTexts> texts)
    : EditableTemplate<ResetData>(KindName, new TemplateKind(KindName, "sign-in", Placeholders.Portal, Placeholders.Link) { Required = [Placeholders.Link], Channels = TemplateKind.AllChannels })
{
    public const string KindName = "password-reset";

    public override TemplateWords Words(string kind)
    {
        var portal = Placeholders.Of(Placeholders.Portal);
        return new TemplateWords(
            Paragraphs(texts["reset-mail.text", portal], Placeholders.Of(Placeholders.Link)),
            texts["reset-mail.subject", portal],
            texts["reset-mail.heading"],
            texts["reset-mail.button"],
            texts["reset-mail.footnote"]);
    }

    public override object Example(string kind, Examples examples) => new ResetData(Examples.Token);

    protected override FilledTemplate Fill(ResetData data, PortalOptions portal) =>
        new(Kind, new Dictionary<string, string?> { [Placeholders.Link] = portal.Link($"/reset-password?token={data.Token}") });
}
