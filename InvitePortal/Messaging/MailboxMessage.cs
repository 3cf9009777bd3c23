using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Messaging;

/// <summary>A mail that Development kept instead of sending it, shown at <c>/dev/mailbox</c>.</summary>
public sealed class MailboxMessage
{
    public Guid Id { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>In lower case.</summary>
    public required string Recipient { get; init; }
    public required string Subject { get; init; }
    public required string Html { get; init; }
    public required string Text { get; init; }
}

public sealed class MailboxMessageConfiguration : IEntityTypeConfiguration<MailboxMessage>
{
    public void Configure(EntityTypeBuilder<MailboxMessage> builder)
    {
        builder.ToTable("MailboxMessages");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Recipient).HasMaxLength(FieldLengths.Email);
        builder.Property(m => m.Subject).HasMaxLength(300);
        builder.HasIndex(m => m.At);
    }
}
