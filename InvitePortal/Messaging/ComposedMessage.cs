using InvitePortal.Messaging.Templates;

namespace InvitePortal.Messaging;

/// <summary>A part of a mail below its heading.</summary>
public abstract record MessageBlock;

/// <summary>Words of the portal, line by line.</summary>
public sealed record ParagraphBlock(IReadOnlyList<IReadOnlyList<Run>> Lines) : MessageBlock
{
    /// <summary>Small print.</summary>
    public bool IsSmall { get; init; }

    internal static ParagraphBlock Of(string text, bool isSmall = false) =>
        new([.. text.ReplaceLineEndings("\n").Split('\n').Select(line => (IReadOnlyList<Run>)[new Run(line)])]) { IsSmall = isSmall };
}

/// <summary>Words of a person, framed as theirs.</summary>
public sealed record QuoteBlock(string Text) : MessageBlock
{
    /// <summary>Line by line.</summary>
    public string[] Lines => Text.ReplaceLineEndings("\n").Trim().Split('\n');
}

/// <summary>A code, shown large.</summary>
public sealed record CodeBlock(string Code) : MessageBlock;

/// <summary>The one thing to do.</summary>
public sealed record ButtonBlock(string Text, string Url) : MessageBlock;

/// <summary>A mail with its values, before it gets its layout.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Heading">The first line inside the mail; may be empty.</param>
/// <param name="Blocks">What follows.</param>
public sealed record ComposedMessage(string Subject, string Heading, IReadOnlyList<MessageBlock> Blocks)
{
    /// <summary>What mail programs show beside the subject.</summary>
    public string Preheader => Blocks.OfType<ParagraphBlock>().FirstOrDefault() is { } first ? string.Join(' ', first.Lines.Select(line => string.Concat(line.Select(r => r.Text)))) : "";

    internal static ComposedMessage Of(MessageContent content)
    {
        var blocks = content.Paragraphs.Select(p => (MessageBlock)ParagraphBlock.Of(p)).ToList();
        if (!string.IsNullOrWhiteSpace(content.Quote))
        {
            blocks.Add(new QuoteBlock(content.Quote));
        }

        if (content.Code is not null)
        {
            blocks.Add(new CodeBlock(content.Code));
        }

        if (content.Button is { } button)
        {
            blocks.Add(new ButtonBlock(button.Text, button.Url));
        }

        if (content.Footnote is not null)
        {
            blocks.Add(ParagraphBlock.Of(content.Footnote, isSmall: true));
        }

        return new ComposedMessage(content.Subject, content.Heading, blocks);
    }

    /// <summary>Words of a template with their values. A line that names something this message has not is left out.</summary>
    internal static ComposedMessage Of(TemplateWords words, IReadOnlyDictionary<string, string?> values)
    {
        var blocks = new List<MessageBlock>();
        var button = TemplateText.Line(words.Button, values) ?? "";
        Add(blocks, words.Body, values, button, isSmall: false);
        Add(blocks, words.Footnote, values, button, isSmall: true);
        return new ComposedMessage(TemplateText.Line(words.Subject, values) ?? "", TemplateText.Line(words.Heading, values) ?? "", blocks);
    }

    private static void Add(List<MessageBlock> blocks, string text, IReadOnlyDictionary<string, string?> values, string button, bool isSmall)
    {
        var lines = new List<IReadOnlyList<Run>>();
        foreach (var line in text.Split('\n'))
        {
            var alone = TemplateText.Alone(line);
            if (alone is Placeholders.Link or Placeholders.Code or Placeholders.Message)
            {
                Flush();
                if (values.GetValueOrDefault(alone) is { } value && !string.IsNullOrWhiteSpace(value))
                {
                    blocks.Add(alone switch
                    {
                        Placeholders.Link => new ButtonBlock(button.Length > 0 ? button : value, value),
                        Placeholders.Code => new CodeBlock(value),
                        _ => new QuoteBlock(value),
                    });
                }
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                Flush();
            }
            else if (TemplateText.Runs(line.TrimEnd(), values) is { } runs)
            {
                lines.Add(runs);
            }
        }

        Flush();

        void Flush()
        {
            if (lines.Count > 0)
            {
                blocks.Add(new ParagraphBlock([.. lines]) { IsSmall = isSmall });
                lines.Clear();
            }
        }
    }
}
