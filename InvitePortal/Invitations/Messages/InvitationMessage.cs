using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Invitations.Messages;

/// <summary>What every message about an invitation needs to say.</summary>
/// <param name="Inviter">Display name of the inviter.</param>
/// <param name="Role">The role.</param>
/// <param name="Words">Personal message of the inviter.</param>
/// <param name="Token">The secret of this message's own link.</param>
/// <param name="ExpiresAt">When the invitation expires.</param>
/// <param name="Group">Name and subject of the group that it is to; null for none.</param>
public sealed record InvitationMessageData(string Inviter, Role Role, string? Words, string Token, DateTimeOffset ExpiresAt, string? Group = null);

/// <summary>The first message of an invitation, one sent again, and a reminder: the same facts, other words.</summary>
public sealed class InvitationMessage(string kind, IStringLocalizer<InvitationsTexts> texts) : EditableTemplate<InvitationMessageData>(kind, KindOf(kind))
{
    /// <summary>Counted against what one address may receive in a day.</summary>
    public const string First = "invitation";
    public const string Again = "invitation-again";
    public const string Reminder = "invitation-reminder";

    public override TemplateWords Words(string kind)
    {
        var (inviter, portal) = (Placeholders.Of(Placeholders.Inviter), Placeholders.Of(Placeholders.Portal));
        return new TemplateWords(
            Paragraphs(
                texts[$"mail.{kind}.body", inviter, portal, Placeholders.Of(Placeholders.Role)],
                texts["mail.group", Placeholders.Of(Placeholders.Group)],
                texts["mail.until", Placeholders.Of(Placeholders.Expires)],
                Placeholders.Of(Placeholders.Message),
                Placeholders.Of(Placeholders.Link)),
            texts[$"mail.{kind}.subject", inviter, portal],
            texts[$"mail.{kind}.heading", portal],
            texts["mail.button"],
            texts["mail.footnote"]);
    }

    public override object Example(string kind, Examples examples) =>
        new InvitationMessageData(examples.Inviter, Role.Teacher, examples.Message, Examples.Token, examples.Now.AddDays(7), examples.Group);

    protected override FilledTemplate Fill(InvitationMessageData data, PortalOptions portal) => new(Kind, new Dictionary<string, string?>
    {
        [Placeholders.Inviter] = data.Inviter,
        [Placeholders.Role] = texts[$"mail.role.{data.Role}"],
        [Placeholders.Group] = data.Group,
        [Placeholders.Expires] = data.ExpiresAt.ToString(texts["mail.date"], CultureInfo.CurrentCulture),
        [Placeholders.Message] = data.Words,
        [Placeholders.Link] = portal.Link($"/accept-invitation?token={data.Token}"),
    });

    private static TemplateKind KindOf(string kind) =>
        new(kind, "invitations", Placeholders.Inviter, Placeholders.Role, Placeholders.Group, Placeholders.Portal, Placeholders.Expires, Placeholders.Message, Placeholders.Link)
        {
            Required = [Placeholders.Link],
            Channels = TemplateKind.AllChannels,
        };
}
