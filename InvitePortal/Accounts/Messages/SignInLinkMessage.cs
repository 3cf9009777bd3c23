using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using InvitePortal.Shell;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Accounts.Messages;

/// <summary>Data of a <see cref="SignInLinkMessage"/>.</summary>
/// <param name="Token">The secret of the link.</param>
/// <param name="Minutes">How long the link works.</param>
/// <param name="Welcome">Whether the account was just made for them.</param>
public sealed record SignInLinkData(string Token, int Minutes, bool Welcome);

/// <summary>Carries the link by which a person signs in, sent by an administrator.</summary>
public sealed class SignInLinkMessage(IStringLocalizer<AccountsTexts> texts) : EditableTemplate<SignInLinkData>(KindName, KindOf(Link), KindOf(Welcome))
{
    public const string KindName = "sign-in-link";
    private const string Prefix = KindName + ".";
    private const string Link = Prefix + "link";
    private const string Welcome = Prefix + "welcome";

    public override TemplateWords Words(string kind)
    {
        var (occasion, portal) = (kind[Prefix.Length..], Placeholders.Of(Placeholders.Portal));
        return new TemplateWords(
            Paragraphs(
                texts[$"link-mail.{occasion}.text", portal],
                texts["link-mail.works", Placeholders.Of(Placeholders.Lifetime)],
                Placeholders.Of(Placeholders.Link)),
            texts[$"link-mail.{occasion}.subject", portal],
            texts[$"link-mail.{occasion}.heading"],
            texts["sign-in.submit"],
            texts["link-mail.footnote"]);
    }

    public override object Example(string kind, Examples examples) => new SignInLinkData(Examples.Token, 60, kind is Welcome);

    protected override FilledTemplate Fill(SignInLinkData data, PortalOptions portal) => new(data.Welcome ? Welcome : Link, new Dictionary<string, string?>
    {
        [Placeholders.Lifetime] = texts.Count("link-mail.minutes", data.Minutes),
        [Placeholders.Link] = portal.Link($"/sign-in/link?token={data.Token}"),
    });

    private static TemplateKind KindOf(string kind) =>
        new(kind, "sign-in", Placeholders.Lifetime, Placeholders.Portal, Placeholders.Link) { Required = [Placeholders.Link], Channels = TemplateKind.AllChannels };
}
