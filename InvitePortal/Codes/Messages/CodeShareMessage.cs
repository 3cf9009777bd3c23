using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Codes.Messages;

/// <summary>What a message with a code needs to say.</summary>
/// <param name="Teacher">Display name.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Group">Name of the group of a group code.</param>
/// <param name="Code">The eight characters.</param>
/// <param name="Words">Personal words of the teacher.</param>
/// <param name="ExpiresAt">When the code stops working.</param>
public sealed record CodeShareData(string Teacher, string Subject, string? Group, string Code, string? Words, DateTimeOffset? ExpiresAt);

/// <summary>A code that a teacher sends to a student.</summary>
public sealed class CodeShareMessage(IStringLocalizer<CodesTexts> texts) : EditableTemplate<CodeShareData>(KindName, KindOf(OfOne), KindOf(OfGroup, Placeholders.Group))
{
    public const string KindName = "code-share";
    private const string OfOne = KindName + ".individual";
    private const string OfGroup = KindName + ".group";
    private const string ExampleCode = "K7PM2QXA";

    public override TemplateWords Words(string kind)
    {
        var (teacher, subject, portal) = (Placeholders.Of(Placeholders.Inviter), Placeholders.Of(Placeholders.Subject), Placeholders.Of(Placeholders.Portal));
        return new TemplateWords(
            Paragraphs(
                kind is OfGroup
                    ? texts["mail.code-share.body-group", teacher, subject, Placeholders.Of(Placeholders.Group), portal]
                    : texts["mail.code-share.body", teacher, subject, portal],
                texts["mail.code-share.how"],
                texts["mail.code-share.until", Placeholders.Of(Placeholders.Expires)],
                Placeholders.Of(Placeholders.Message),
                Placeholders.Of(Placeholders.Code),
                Placeholders.Of(Placeholders.Link)),
            texts["mail.code-share.subject", teacher, subject],
            texts["mail.code-share.heading", subject],
            texts["mail.code-share.button"],
            texts["mail.code-share.footnote", teacher]);
    }

    public override object Example(string kind, Examples examples) => new CodeShareData(
        examples.Inviter, examples.Subject, kind is OfGroup ? examples.Group : null, ExampleCode, examples.Message, examples.Now.AddDays(14));

    protected override FilledTemplate Fill(CodeShareData data, PortalOptions portal) => new(data.Group is null ? OfOne : OfGroup, new Dictionary<string, string?>
    {
        [Placeholders.Inviter] = data.Teacher,
        [Placeholders.Subject] = data.Subject,
        [Placeholders.Group] = data.Group,
        [Placeholders.Expires] = data.ExpiresAt?.UtcDateTime.ToString(texts["mail.date"], CultureInfo.CurrentCulture),
        [Placeholders.Message] = data.Words,
        [Placeholders.Code] = CodeText.Grouped(data.Code),
        [Placeholders.Link] = portal.Link($"/join?code={data.Code}"),
    });

    private static TemplateKind KindOf(string kind, params IReadOnlyList<string> more) =>
        new(kind, "codes", [Placeholders.Inviter, Placeholders.Subject, .. more, Placeholders.Portal, Placeholders.Expires, Placeholders.Message, Placeholders.Code, Placeholders.Link])
        {
            Required = [Placeholders.Link],
            Channels = TemplateKind.AllChannels,
        };
}
