using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Data;

/// <summary>The remembered answer to a creating POST that carried an <c>Idempotency-Key</c>.</summary>
public sealed class IdempotencyRecord
{
    /// <summary>SHA-256 over person, method, path and key.</summary>
    public required byte[] Id { get; init; }
    /// <summary>SHA-256 of the request's body: the same key with another body is refused.</summary>
    public required byte[] RequestHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>HTTP status of the answer; null while the first request is still at work.</summary>
    public int? Status { get; set; }
    public string? Body { get; set; }
    /// <summary>The answer's <c>Location</c> header.</summary>
    public string? Location { get; set; }
}

public sealed class IdempotencyRecordConfiguration : IEntityTypeConfiguration<IdempotencyRecord>
{
    public void Configure(EntityTypeBuilder<IdempotencyRecord> builder)
    {
        builder.ToTable("IdempotencyRecords");
        builder.Property(r => r.Id).HasMaxLength(32).ValueGeneratedNever();
        builder.Property(r => r.RequestHash).HasMaxLength(32);
        builder.Property(r => r.Location).HasMaxLength(300);
        builder.HasIndex(r => r.CreatedAt);
    }
}
