using System.Collections.Frozen;
using InvitePortal.Common;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Messaging.Templates;

/// <summary>All words that can be changed, as they are delivered.</summary>
public sealed class TemplateCatalog
{
    private readonly FrozenDictionary<string, (IEditableTemplate Template, TemplateKind Kind)> _kinds;
    private readonly IStringLocalizer<TemplatesTexts> _texts;
    private readonly TimeProvider _clock;

    public TemplateCatalog(IEnumerable<IMessageTemplate> templates, IStringLocalizer<TemplatesTexts> texts, TimeProvider clock)
    {
        var all = templates.OfType<IEditableTemplate>().SelectMany(t => t.Kinds.Select(kind => (Template: t, Kind: kind))).ToList();
        _kinds = all.ToFrozenDictionary(k => k.Kind.Name, StringComparer.Ordinal);
        (Kinds, _texts, _clock) = ([.. all.Select(k => k.Kind)], texts, clock);
    }

    /// <summary>Every kind, in the order of registration.</summary>
    public IReadOnlyList<TemplateKind> Kinds { get; }

    /// <summary>The kind of that name; null when there is none.</summary>
    public TemplateKind? Find(string? name) => name is not null && _kinds.TryGetValue(name, out var found) ? found.Kind : null;

    /// <summary>Whether there are words of that key.</summary>
    public bool Has(TemplateKey key) => Find(key.Kind) is { } kind && kind.Channels.Contains(key.Channel) && Languages.IsKnown(key.Language);

    /// <summary>The words as delivered.</summary>
    public TemplateWords Defaults(TemplateKey key)
    {
        var mail = Languages.In(key.Language, () => _kinds[key.Kind].Template.Words(key.Kind));
        return (key.Channel switch
        {
            Channel.Email => mail,
            // A subject is a whole sentence in few words: all that a text message needs beside the link.
            Channel.Sms => new TemplateWords(Find(key.Kind)!.Placeholders.Contains(Placeholders.Link) ? $"{mail.Subject}: {Placeholders.Of(Placeholders.Link)}" : mail.Subject),
            Channel.Telegram or Channel.WhatsApp or Channel.Slack => new TemplateWords($"{mail.Heading}\n\n{mail.Body}\n\n{mail.Footnote}"),
            Channel.Webhook => throw new ArgumentOutOfRangeException(nameof(key), key, "Programs read data, not words."),
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, null),
        }).Tidy(key.Channel);
    }

    /// <summary>A message with invented values.</summary>
    public MessageDraft Example(TemplateKey key, string recipient)
    {
        var (template, _) = _kinds[key.Kind];
        var data = Languages.In(key.Language, () => template.Example(
            key.Kind,
            new Examples(_texts["example.name"], _texts["example.inviter"], _texts["example.group"], _texts["example.subject"], _texts["example.message"], _clock.GetUtcNow())));
        return new MessageDraft(template.Kind, recipient, key.Language, data) { Channel = key.Channel };
    }
}
