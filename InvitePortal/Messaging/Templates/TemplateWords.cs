using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>Which words are meant.</summary>
/// <param name="Kind">Name of a <see cref="TemplateKind"/>.</param>
/// <param name="Channel">How the message travels.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
public sealed record TemplateKey(string Kind, Channel Channel, string Language);

/// <summary>The words of a message, with placeholders. Plain text: an empty line ends a paragraph. Channels other than mail have a body only.</summary>
/// <param name="Body">A line that holds nothing but <c>{{link}}</c>, <c>{{code}}</c> or <c>{{message}}</c> becomes the button, the large code, the framed words of the sender.</param>
/// <param name="Subject">One line.</param>
/// <param name="Heading">The first line inside the mail.</param>
/// <param name="Button">What the button says.</param>
/// <param name="Footnote">Small print at the end.</param>
public sealed record TemplateWords(string Body, string Subject = "", string Heading = "", string Button = "", string Footnote = "")
{
    /// <summary>The fields by name, in the order of the editor.</summary>
    public IEnumerable<(string Field, string Text)> Fields =>
        [(nameof(Subject), Subject), (nameof(Heading), Heading), (nameof(Body), Body), (nameof(Button), Button), (nameof(Footnote), Footnote)];

    /// <summary>The same words as they are stored: no blanks around, lines ended by <c>\n</c>, nothing in fields that the channel has not.</summary>
    public TemplateWords Tidy(Channel channel) => channel is Channel.Email
        ? new(Tidy(Body), Tidy(Subject), Tidy(Heading), Tidy(Button), Tidy(Footnote))
        : new(Tidy(Body));

    private static string Tidy(string? text) => (text ?? "").ReplaceLineEndings("\n").Trim();
}

/// <summary>Most characters that each field takes.</summary>
public static class TemplateLengths
{
    public const int Kind = 60;
    public const int Subject = 200;
    public const int Heading = 200;
    public const int Button = 60;
    public const int Footnote = 1_000;
    public const int MailBody = 12_000;
    public const int ChatBody = 2_000;
    public const int SmsBody = 400;

    /// <summary>Placeholders in one field: names of a hundred characters, a thousand times over, would be a bomb.</summary>
    public const int Placeholders = 40;

    /// <summary>The most that <paramref name="field"/> takes on a channel.</summary>
    public static int Of(string field, Channel channel) => field switch
    {
        nameof(TemplateWords.Subject) => Subject,
        nameof(TemplateWords.Heading) => Heading,
        nameof(TemplateWords.Button) => Button,
        nameof(TemplateWords.Footnote) => Footnote,
        _ when channel is Channel.Email => MailBody,
        _ => channel is Channel.Sms ? SmsBody : ChatBody,
    };
}

/// <summary>One kind of words that can be changed.</summary>
/// <param name="Name">Stable name, stored with the words.</param>
/// <param name="Area">Under which heading it is listed.</param>
/// <param name="Placeholders">What its words can stand in for.</param>
public sealed record TemplateKind(string Name, string Area, params IReadOnlyList<string> Placeholders)
{
    /// <summary>Every channel there is.</summary>
    public static readonly IReadOnlyList<Channel> AllChannels = [.. Enum.GetValues<Channel>().Where(c => c is not Channel.Webhook)];

    /// <summary>Placeholders without which the message would be of no use.</summary>
    public IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>How messages of this kind travel.</summary>
    public IReadOnlyList<Channel> Channels { get; init; } = [Channel.Email];

    /// <summary>What the words can stand in for on a channel: a text message has no room for what the sender adds.</summary>
    public IReadOnlyList<string> On(Channel channel) =>
        channel is Channel.Sms ? [.. Placeholders.Where(p => p is not Templates.Placeholders.Message)] : Placeholders;
}
