using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Accounts.Messages;

/// <summary>Data of a <see cref="CodeMessage"/>.</summary>
/// <param name="Code">The digits.</param>
/// <param name="Purpose">Purpose of the <see cref="CodeRequest"/>; each has its own words.</param>
public sealed record CodeData(string Code, string Purpose);

/// <summary>Carries a one-time code.</summary>
public sealed class CodeMessage(IStringLocalizer<AccountsTexts> texts) : EditableTemplate<CodeData>(KindName, [.. Purposes.Select(KindOf)])
{
    public const string KindName = "code";
    private const string Prefix = KindName + ".";

    // The first one's words serve where a purpose has none of its own.
    private static readonly string[] Purposes =
        [OneTimeCodes.SignInPurpose, "accept-invitation", RegistrationService.Purpose, OneTimeCodes.PasswordPurpose, OneTimeCodes.ConfirmPurpose, AddressService.Purpose];

    public override TemplateWords Words(string kind)
    {
        var (purpose, portal) = (kind[Prefix.Length..], Placeholders.Of(Placeholders.Portal));
        return new TemplateWords(
            Paragraphs(texts[$"code-mail.{purpose}.text", portal], Placeholders.Of(Placeholders.Code)),
            texts["code-mail.subject", Placeholders.Of(Placeholders.Code), portal],
            texts[$"code-mail.{purpose}.heading"],
            Footnote: texts[$"code-mail.{purpose}.footnote"]);
    }

    public override object Example(string kind, Examples examples) => new CodeData(Examples.Digits, kind[Prefix.Length..]);

    protected override FilledTemplate Fill(CodeData data, PortalOptions portal) => new(
        Prefix + (Purposes.Contains(data.Purpose) ? data.Purpose : Purposes[0]),
        new Dictionary<string, string?> { [Placeholders.Code] = data.Code });

    private static TemplateKind KindOf(string purpose)
    {
        var kind = new TemplateKind(Prefix + purpose, "sign-in", Placeholders.Code, Placeholders.Portal) { Required = [Placeholders.Code] };
        // Two of them prove mailboxes.
        return purpose is RegistrationService.Purpose or AddressService.Purpose ? kind : kind with { Channels = TemplateKind.AllChannels };
    }
}
