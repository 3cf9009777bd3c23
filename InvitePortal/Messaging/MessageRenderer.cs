using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Messaging.Templates;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

/// <summary>Turns stored messages into the words and the HTML that leave the portal, in the language of each message and in a form for its channel.</summary>
public sealed class MessageRenderer(
    IEnumerable<IMessageTemplate> templates,
    TemplateCatalog catalog,
    TemplateStore store,
    Outbox outbox,
    IOptions<PortalOptions> portal,
    IStringLocalizer<MessagingTexts> texts,
    IServiceScopeFactory scopes,
    ILoggerFactory loggers)
{
    private const int SubjectLength = 250;

    private readonly FrozenDictionary<string, IMessageTemplate> _templates = templates.ToFrozenDictionary(t => t.Kind);

    /// <summary>Renders an outbox row. Throws <see cref="System.Security.Cryptography.CryptographicException"/> when its body cannot be read.</summary>
    internal Task<RenderedMessage> RenderAsync(OutboxMessage message) => message.Channel is Channel.Webhook
        // Read by programs: it leaves as it was written.
        ? Task.FromResult(new RenderedMessage(message.Id, message.RecipientKey, message.Language, message.Kind, Encoding.UTF8.GetString(outbox.Unprotect(message.Body!)), null))
        : RenderAsync(message.Id, message.Kind, message.Channel, message.Recipient, message.Language, () => outbox.Unprotect(message.Body!), words: null);

    /// <summary>Renders a message that is not written yet: what the recipient would see.</summary>
    /// <param name="draft">The message.</param>
    /// <param name="words">Words to take instead of the stored ones, while they are edited.</param>
    public Task<RenderedMessage> PreviewAsync(MessageDraft draft, TemplateWords? words = null) =>
        RenderAsync(
            Guid.Empty, draft.Kind, draft.Channel, draft.Recipient, draft.Language, () => JsonSerializer.SerializeToUtf8Bytes(draft.Data, draft.Data.GetType()), words);

    /// <summary>What stands for the placeholders in a message that is not written yet.</summary>
    public FilledTemplate? Fill(MessageDraft draft) => Languages.In(
        draft.Language,
        () => Source(draft.Kind, JsonSerializer.SerializeToUtf8Bytes(draft.Data, draft.Data.GetType()), portal.Value) as FilledTemplate);

    private async Task<RenderedMessage> RenderAsync(
        Guid id, string kind, Channel channel, string recipient, string language, Func<byte[]> data, TemplateWords? words)
    {
        var options = portal.Value;

        // The culture flows with this asynchronous method and does not leave it.
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Languages.Culture(language);
        var source = Source(kind, data(), options);
        var plain = new PlainText(texts, options);
        var filled = source as FilledTemplate;
        words = filled is null ? null : words ?? filled.Words ?? await WordsAsync(new TemplateKey(filled.Kind, channel, Languages.Current));
        RenderedMessage rendered;
        if (channel is Channel.Email)
        {
            var mail = filled is null ? ComposedMessage.Of((MessageContent)source) : ComposedMessage.Of(words!, filled.Values);
            rendered = new RenderedMessage(
                id, recipient, language, OneLine.Of(mail.Subject, SubjectLength), plain.Mail(mail), await HtmlAsync(mail with { Subject = OneLine.Of(mail.Subject, SubjectLength) }, options));
        }
        else
        {
            var text = filled is null ? plain.Chat(ComposedMessage.Of((MessageContent)source)) : plain.Chat(words!.Body, filled.Values, channel);
            rendered = new RenderedMessage(id, recipient, language, OneLine.Of(text.Split('\n')[0], SubjectLength), text, Html: null);
        }

        return rendered with { Channel = channel, Template = filled?.Kind ?? kind, Parameters = Parameters(filled) };
    }

    private MessageSource Source(string kind, byte[] data, PortalOptions options)
    {
        if (!_templates.TryGetValue(kind, out var template))
        {
            throw new InvalidOperationException($"There is no template for messages of kind '{kind}'.");
        }

        var source = template.Render(data, options);
        return source is FilledTemplate filled
            ? filled with { Values = new Dictionary<string, string?>(filled.Values) { [Placeholders.Portal] = options.Name } }
            : source;
    }

    private async Task<TemplateWords> WordsAsync(TemplateKey key) => await store.FindAsync(key, CancellationToken.None) ?? catalog.Defaults(key);

    private IReadOnlyList<MessageParameter> Parameters(FilledTemplate? filled) => filled is null
        ? []
        : [.. (catalog.Find(filled.Kind)?.Placeholders ?? Placeholders.All).Where(p => filled.Values.ContainsKey(p)).Select(p => new MessageParameter(p, filled.Values[p] ?? ""))];

    private async Task<string> HtmlAsync(ComposedMessage message, PortalOptions options)
    {
        // A renderer keeps every component it ever made, so each mail has its own.
        await using var scope = scopes.CreateAsyncScope();
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, loggers);
        var culture = CultureInfo.CurrentUICulture;
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
            var root = await renderer.RenderComponentAsync<MailLayout>(ParameterView.FromDictionary(
                new Dictionary<string, object?> { [nameof(MailLayout.Message)] = message, [nameof(MailLayout.Portal)] = options }));
            var html = new StringWriter(new StringBuilder(12 * 1024), CultureInfo.InvariantCulture);
            root.WriteHtmlTo(html);
            return html.ToString();
        });
    }
}
