using System.Text;
using InvitePortal.Common;
using InvitePortal.Messaging.Templates;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Messaging;

/// <summary>Messages as plain text: the second part of every mail, and all that chats and phones show.</summary>
internal sealed class PlainText(IStringLocalizer<MessagingTexts> texts, PortalOptions portal)
{
    private const int QuoteWidth = 76;

    // Telegram takes 4,096 characters, and escapes some; a template of WhatsApp 1,024 with its own words. Ten parts of an SMS hold 670 of any script.
    private const int ChatLength = 3_500;
    private const int WhatsAppLength = 880;
    private const int SmsLength = 660;
    private const int SmsNameLength = 40;

    /// <summary>The text part of a mail.</summary>
    public string Mail(ComposedMessage message)
    {
        var text = Body(message);
        return text.Append("-- \n").Append(texts["mail.automatic", portal.Name].Value).Append('\n').Append(portal.PublicUrl).Append('\n').ToString();
    }

    /// <summary>A message with settled words, without the lines that only mail needs.</summary>
    public string Chat(ComposedMessage message) => Fit(Body(message).ToString().Trim(), ChatLength, message.Blocks.OfType<ButtonBlock>().FirstOrDefault()?.Url);

    /// <summary>The words of a template on a channel without markup. What must arrive whole does, however long the rest is.</summary>
    public string Chat(string body, IReadOnlyDictionary<string, string?> values, Channel channel)
    {
        var whole = values.GetValueOrDefault(Placeholders.Link) ?? values.GetValueOrDefault(Placeholders.Code);
        if (channel is not Channel.Sms)
        {
            var most = channel is Channel.WhatsApp ? WhatsAppLength : ChatLength;
            var text = TemplateText.Plain(body, values, Framed);
            if (text.Length > most && values.GetValueOrDefault(Placeholders.Message) is { } message)
            {
                // What the sender adds is on the page, too: it gives way before the portal's own words do.
                var shorter = Cut(message.ReplaceLineEndings("\n").Trim(), Math.Max(1, message.Length - (text.Length - most)));
                text = TemplateText.Plain(body, new Dictionary<string, string?>(values) { [Placeholders.Message] = shorter }, Framed);
            }

            return Fit(text, most, whole);
        }

        var brief = values
            .Where(v => v.Key is not Placeholders.Message)
            .ToDictionary(v => v.Key, v => v.Value is null || v.Key is Placeholders.Link or Placeholders.Code ? v.Value : OneLine.Of(v.Value, SmsNameLength));
        return SmsText.Lighten(Fit(TemplateText.Plain(body, brief, _ => ""), SmsLength, whole));
    }

    private StringBuilder Body(ComposedMessage message)
    {
        var text = new StringBuilder(1024);
        if (message.Heading.Length > 0)
        {
            text.Append(message.Heading).Append("\n\n");
        }

        foreach (var block in message.Blocks)
        {
            switch (block)
            {
                case ParagraphBlock paragraph:
                    text.AppendJoin('\n', paragraph.Lines.Select(line => string.Concat(line.Select(r => r.Text))));
                    break;
                case QuoteBlock quote:
                    text.Append(texts["mail.quote", portal.Name].Value).Append("\n\n");
                    foreach (var line in quote.Lines)
                    {
                        Quote(text, line);
                    }

                    text.Length--;
                    break;
                case CodeBlock code:
                    text.Append(code.Code);
                    break;
                case ButtonBlock button:
                    text.Append(button.Text).Append(":\n").Append(button.Url);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown part {block.GetType().Name}.");
            }

            text.Append("\n\n");
        }

        return text;
    }

    private string Framed(string message) =>
        texts["mail.quote", portal.Name].Value + "\n" + string.Join('\n', new QuoteBlock(message).Lines.Select(line => "> " + line));

    /// <summary>Every line of a person's words carries the mark of a quotation, so that none can pass for the portal's own.</summary>
    private static void Quote(StringBuilder text, string line)
    {
        while (line.Length > QuoteWidth)
        {
            var cut = line.LastIndexOf(' ', QuoteWidth);
            cut = cut > 0 ? cut : QuoteWidth - (char.IsHighSurrogate(line[QuoteWidth - 1]) ? 1 : 0);
            text.Append("> ").Append(line.AsSpan(0, cut)).Append('\n');
            line = line[cut..].TrimStart(' ');
        }

        text.Append("> ").Append(line).Append('\n');
    }

    private static string Fit(string text, int most, string? whole)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var at = whole is null ? -1 : text.IndexOf(whole, StringComparison.Ordinal);
        return at < 0 || at + whole!.Length < most ? Cut(text, most) : Cut(text[..at], most - whole.Length - 1) + "\n" + whole;
    }

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text.TrimEnd();
        }

        var end = Math.Max(0, most - 1);
        return text[..(end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)].TrimEnd() + "…";
    }
}
