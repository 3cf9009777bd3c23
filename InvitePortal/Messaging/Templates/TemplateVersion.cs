using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Messaging.Templates;

/// <summary>Words as somebody saved them. Rows are only ever added; the highest version of a key holds.</summary>
public sealed class TemplateVersion
{
    public Guid Id { get; init; }
    public required string Kind { get; init; }
    public Channel Channel { get; init; }
    public required string Language { get; init; }
    /// <summary>From 1 for each key, without gaps: of two people who save over the same version, the index lets one through.</summary>
    public int Version { get; init; }
    /// <summary>Whether the words as delivered hold again; the fields are empty then.</summary>
    public bool IsReset { get; init; }
    public string Subject { get; init; } = "";
    public string Heading { get; init; } = "";
    public string Body { get; init; } = "";
    public string Button { get; init; } = "";
    public string Footnote { get; init; } = "";
    public DateTimeOffset ChangedAt { get; init; }
    public Guid? ChangedById { get; init; }
    /// <summary>Name of that person at that time.</summary>
    public string? ChangedByName { get; init; }

    /// <summary>The words; null when those as delivered hold.</summary>
    public TemplateWords? Words => IsReset ? null : new TemplateWords(Body, Subject, Heading, Button, Footnote);
}

public sealed class TemplateVersionConfiguration : IEntityTypeConfiguration<TemplateVersion>
{
    public void Configure(EntityTypeBuilder<TemplateVersion> builder)
    {
        builder.ToTable("TemplateVersions");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Kind).HasMaxLength(TemplateLengths.Kind);
        builder.Property(t => t.Language).HasMaxLength(2);
        builder.Property(t => t.Subject).HasMaxLength(TemplateLengths.Subject);
        builder.Property(t => t.Heading).HasMaxLength(TemplateLengths.Heading);
        builder.Property(t => t.Button).HasMaxLength(TemplateLengths.Button);
        builder.Property(t => t.Footnote).HasMaxLength(TemplateLengths.Footnote);
        builder.Property(t => t.ChangedByName).HasMaxLength(Common.FieldLengths.Name);
        builder.Ignore(t => t.Words);
        builder.HasIndex(t => new { t.Kind, t.Channel, t.Language, t.Version }).IsUnique();
    }
}
