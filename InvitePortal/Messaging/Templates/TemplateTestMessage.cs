using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>Data of a <see cref="TemplateTestMessage"/>.</summary>
/// <param name="Template">Name of the <see cref="TemplateKind"/>.</param>
/// <param name="Words">As they were when it was asked for, saved or not.</param>
/// <param name="Values">Invented values.</param>
public sealed record TemplateTestData(string Template, TemplateWords Words, IReadOnlyDictionary<string, string?> Values);

/// <summary>A template that an administrator sends to their own address.</summary>
public sealed class TemplateTestMessage : IMessageTemplate
{
    public const string KindName = "template-test";

    public string Kind => KindName;

    public MessageSource Render(ReadOnlySpan<byte> data, PortalOptions portal)
    {
        var test = StoredData.Read<TemplateTestData>(data, Kind);
        return new FilledTemplate(test.Template, test.Values) { Words = test.Words };
    }
}
