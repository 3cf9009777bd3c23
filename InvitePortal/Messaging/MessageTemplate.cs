using System.Globalization;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Messaging.Templates;

namespace InvitePortal.Messaging;

/// <summary>What a template makes of the data of a message: either <see cref="MessageContent"/> or a <see cref="FilledTemplate"/>.</summary>
public abstract record MessageSource;

/// <summary>What a message with settled words says, before any channel gives it a form. All of it is text; channels escape it.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Heading">The first line inside the message.</param>
/// <param name="Paragraphs">The body, one entry per paragraph.</param>
public sealed record MessageContent(string Subject, string Heading, IReadOnlyList<string> Paragraphs) : MessageSource
{
    /// <summary>Words of a person, set apart from the portal's own; line breaks are kept.</summary>
    public string? Quote { get; init; }

    /// <summary>A one-time code, shown large.</summary>
    public string? Code { get; init; }

    /// <summary>The one thing to do: words and absolute address.</summary>
    public (string Text, string Url)? Button { get; init; }

    /// <summary>Small print at the end.</summary>
    public string? Footnote { get; init; }
}

/// <summary>Values for words that administrators may change.</summary>
/// <param name="Kind">Name of the <see cref="TemplateKind"/>.</param>
/// <param name="Values">By name of the placeholder; what has no value is null or missing.</param>
public sealed record FilledTemplate(string Kind, IReadOnlyDictionary<string, string?> Values) : MessageSource
{
    /// <summary>Words to take instead of the stored ones.</summary>
    public TemplateWords? Words { get; init; }
}

/// <summary>Renders one kind of message. One class per message, found by <see cref="Kind"/>.</summary>
public interface IMessageTemplate
{
    /// <summary>Stable name, stored with every message: <c>invitation</c>, <c>reminder</c>, <c>sign-in-code</c>.</summary>
    string Kind { get; }

    /// <summary>Reads stored data. Runs with <see cref="CultureInfo.CurrentUICulture"/> set to the message's language.</summary>
    MessageSource Render(ReadOnlySpan<byte> data, PortalOptions portal);
}

/// <summary>A message whose data is a <typeparamref name="T"/>, stored as protected JSON, and whose words are settled.</summary>
public abstract class MessageTemplate<T>(string kind) : IMessageTemplate
    where T : notnull
{
    public string Kind => kind;

    public MessageSource Render(ReadOnlySpan<byte> data, PortalOptions portal) => Render(StoredData.Read<T>(data, kind), portal);

    protected abstract MessageContent Render(T data, PortalOptions portal);
}

internal static class StoredData
{
    public static T Read<T>(ReadOnlySpan<byte> data, string kind) =>
        JsonSerializer.Deserialize<T>(data) ?? throw new JsonException($"No data for a message of kind {kind}.");
}
