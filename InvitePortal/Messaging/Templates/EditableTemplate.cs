using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Messaging.Templates;

/// <summary>A message whose words administrators may change, by channel and language.</summary>
public interface IEditableTemplate : IMessageTemplate
{
    /// <summary>The kinds of words that it has: one, or one for each occasion.</summary>
    IReadOnlyList<TemplateKind> Kinds { get; }

    /// <summary>The words of a mail as delivered, in the language of <see cref="CultureInfo.CurrentUICulture"/>. Other channels derive theirs from them.</summary>
    TemplateWords Words(string kind);

    /// <summary>Invented data of a message, to look at its words with.</summary>
    object Example(string kind, Examples examples);
}

/// <summary>A message whose data is a <typeparamref name="T"/>, stored as protected JSON, and whose words may be changed.</summary>
public abstract class EditableTemplate<T>(string kind, params TemplateKind[] kinds) : IEditableTemplate
    where T : notnull
{
    public string Kind => kind;

    public IReadOnlyList<TemplateKind> Kinds => kinds;

    public MessageSource Render(ReadOnlySpan<byte> data, PortalOptions portal) => Fill(StoredData.Read<T>(data, kind), portal);

    public abstract TemplateWords Words(string kind);

    public abstract object Example(string kind, Examples examples);

    /// <summary>Which words, and what stands for their placeholders. <c>portal</c> need not be given.</summary>
    protected abstract FilledTemplate Fill(T data, PortalOptions portal);

    /// <summary>Lines up the paragraphs of a body.</summary>
    protected static string Paragraphs(params string[] paragraphs) => string.Join("\n\n", paragraphs);
}

/// <summary>Invented values in the language of a template.</summary>
public sealed record Examples(string Name, string Inviter, string Group, string Subject, string Message, DateTimeOffset Now)
{
    /// <summary>As long as the secrets of real links, so that lengths are told truly.</summary>
    public const string Token = "example-as-long-as-a-real-secret-would-be-x";
    public const string Digits = "482913";
}
