using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Audit;

/// <summary>One change by a person: who, what, when, from where, before and after. Never a secret. Rows are only ever added.</summary>
public sealed class AuditEntry
{
    public Guid Id { get; init; }
    public DateTimeOffset At { get; init; }
    public Guid? ActorId { get; init; }
    /// <summary>Name of the actor at that time: it stays readable when the person is gone.</summary>
    public string? ActorName { get; init; }
    public string? Address { get; init; }
    /// <summary>Stable name of the change, such as <c>invitation.created</c>.</summary>
    public required string Action { get; init; }
    /// <summary>The invitation, person or other object that was changed.</summary>
    public Guid? SubjectId { get; init; }
    /// <summary>JSON of the changed values before.</summary>
    public string? Before { get; init; }
    /// <summary>JSON of the changed values after.</summary>
    public string? After { get; init; }
}

public sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("AuditEntries");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Action).HasMaxLength(60);
        builder.Property(e => e.ActorName).HasMaxLength(100);
        builder.Property(e => e.Address).HasMaxLength(64);
        builder.HasIndex(e => new { e.At, e.Id });
        builder.HasIndex(e => new { e.ActorId, e.At, e.Id });
        builder.HasIndex(e => new { e.Action, e.At, e.Id });
        builder.HasIndex(e => new { e.SubjectId, e.At });
    }
}
