namespace InvitePortal.Messaging.Templates;

/// <summary>The words in an editor.</summary>
public sealed class TemplateDraft(TemplateWords words)
{
    private readonly Dictionary<string, string> _texts = words.Fields.ToDictionary(f => f.Field, f => f.Text, StringComparer.Ordinal);

    /// <summary>One field, by the name of the member of <see cref="TemplateWords"/>.</summary>
    public string this[string field]
    {
        get => _texts[field];
        set => _texts[field] = value;
    }

    /// <summary>As typed.</summary>
    public TemplateWords Words => new(
        this[nameof(TemplateWords.Body)],
        this[nameof(TemplateWords.Subject)],
        this[nameof(TemplateWords.Heading)],
        this[nameof(TemplateWords.Button)],
        this[nameof(TemplateWords.Footnote)]);
}
