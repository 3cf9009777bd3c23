using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Invitations.Messages;

/// <summary>What the welcome says.</summary>
/// <param name="Name">Display name of the new person.</param>
/// <param name="HasPassword">Whether they sign in with a password, or with mailed codes.</param>
public sealed record WelcomeMessageData(string Name, bool HasPassword);

/// <summary>Sent once, when an invitation has made an account.</summary>
public sealed class WelcomeMessage(IStringLocalizer<InvitationsTexts> texts)
    : EditableTemplate<WelcomeMessageData>(MessageKind, KindOf(WithCode), KindOf(WithPassword))
{
    public const string MessageKind = "welcome";
    private const string WithCode = "welcome.code";
    private const string WithPassword = "welcome.password";

    public override TemplateWords Words(string kind)
    {
        var portal = Placeholders.Of(Placeholders.Portal);
        return new TemplateWords(
            Paragraphs(texts[$"mail.{kind}", portal], Placeholders.Of(Placeholders.Link)),
            texts["mail.welcome.subject", portal],
            texts["mail.welcome.heading", Placeholders.Of(Placeholders.Name)],
            texts["mail.welcome.button"]);
    }

    public override object Example(string kind, Examples examples) => new WelcomeMessageData(examples.Name, kind is WithPassword);

    protected override FilledTemplate Fill(WelcomeMessageData data, PortalOptions portal) => new(data.HasPassword ? WithPassword : WithCode, new Dictionary<string, string?>
    {
        [Placeholders.Name] = data.Name,
        [Placeholders.Link] = portal.Link("/"),
    });

    private static TemplateKind KindOf(string kind) => new(kind, "invitations", Placeholders.Name, Placeholders.Portal, Placeholders.Link) { Channels = TemplateKind.AllChannels };
}
