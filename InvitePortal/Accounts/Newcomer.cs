using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Accounts;

/// <summary>
/// An address at which somebody registers, until the account is made: no person exists before the mailbox is proven. One row for each address, so that a
/// new code replaces the one before it.
/// </summary>
public sealed class Newcomer
{
    public Guid Id { get; init; }
    public required string Email { get; set; }
    public required string NormalizedEmail { get; init; }
    /// <summary>The sealed code; null once it was entered.</summary>
    public string? Value { get; set; }
    /// <summary>The flow that asked for the code; a code works in no other.</summary>
    public required string Flow { get; set; }
    /// <summary>How many tries were counted. A try is counted before the code is compared.</summary>
    public int Attempts { get; set; }
    public DateTimeOffset SentAt { get; set; }
    /// <summary>Until when the code works, or, once it was entered, the account may be made.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}

public sealed class NewcomerConfiguration : IEntityTypeConfiguration<Newcomer>
{
    public void Configure(EntityTypeBuilder<Newcomer> builder)
    {
        builder.ToTable("Newcomers");
        builder.Property(n => n.Id).ValueGeneratedNever();
        builder.Property(n => n.Email).HasMaxLength(FieldLengths.Email);
        builder.Property(n => n.NormalizedEmail).HasMaxLength(FieldLengths.Email);
        builder.Property(n => n.Value).HasMaxLength(200);
        builder.Property(n => n.Flow).HasMaxLength(64);
        builder.HasIndex(n => n.NormalizedEmail).IsUnique();
        builder.HasIndex(n => n.ExpiresAt);
    }
}
