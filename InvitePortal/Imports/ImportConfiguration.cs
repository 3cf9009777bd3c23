using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Imports;

/// <summary>How much of a cell is kept: more than its field takes, so that what is too long can be seen and mended.</summary>
public static class CellLengths
{
    public const int Short = 300;
    public const int Message = 2 * FieldLengths.Message;
    public const int FileName = 200;
    /// <summary>Of a column's heading and sample.</summary>
    public const int Heading = 60;
    public const int Columns = 60;
}

// Whose import it is, the removal of people looks after (ImportRemoval).
public sealed class ImportConfiguration : IEntityTypeConfiguration<Import>
{
    public void Configure(EntityTypeBuilder<Import> builder)
    {
        builder.ToTable("Imports");
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.FileName).HasMaxLength(CellLengths.FileName);
        builder.Property(i => i.Separator).HasMaxLength(1);
        builder.Property(i => i.Message).HasMaxLength(FieldLengths.Message);
        builder.Property(i => i.Problem).HasMaxLength(60);
        builder.Property(i => i.Address).HasMaxLength(64);
        builder.HasIndex(i => new { i.OwnerId, i.CreatedAt });
        builder.HasIndex(i => new { i.Phase, i.LeaseUntil });
        builder.HasIndex(i => i.ExpiresAt);
    }
}

public sealed class ImportSourceConfiguration : IEntityTypeConfiguration<ImportSource>
{
    public void Configure(EntityTypeBuilder<ImportSource> builder)
    {
        builder.ToTable("ImportSources");
        builder.HasKey(s => s.ImportId);
        builder.Property(s => s.ImportId).ValueGeneratedNever();
        builder.HasOne<Import>().WithOne().HasForeignKey<ImportSource>(s => s.ImportId).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class ImportRowConfiguration : IEntityTypeConfiguration<ImportRow>
{
    public void Configure(EntityTypeBuilder<ImportRow> builder)
    {
        builder.ToTable("ImportRows");
        builder.HasKey(r => new { r.ImportId, r.Number });
        builder.Property(r => r.Number).ValueGeneratedNever();
        builder.Property(r => r.Email).HasMaxLength(CellLengths.Short);
        builder.Property(r => r.Name).HasMaxLength(CellLengths.Short);
        builder.Property(r => r.Roles).HasMaxLength(CellLengths.Short);
        builder.Property(r => r.Status).HasMaxLength(CellLengths.Short);
        builder.Property(r => r.Language).HasMaxLength(CellLengths.Short);
        builder.Property(r => r.Message).HasMaxLength(CellLengths.Message);
        builder.Property(r => r.Key).HasMaxLength(FieldLengths.Email + 4);
        builder.Property(r => r.Code).HasMaxLength(60);
        builder.Property(r => r.TargetVersion).HasMaxLength(64);
        builder.HasIndex(r => new { r.ImportId, r.Key });
        builder.HasOne<Import>().WithMany().HasForeignKey(r => r.ImportId).OnDelete(DeleteBehavior.Cascade);
    }
}
