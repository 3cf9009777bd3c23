using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Codes;

// Nothing here goes with its teacher by itself: SQL Server refuses more than one cascade path, and what goes is told and asked before (CodeRemoval).
public sealed class GroupConfiguration : IEntityTypeConfiguration<Group>
{
    public void Configure(EntityTypeBuilder<Group> builder)
    {
        builder.ToTable("Groups");
        builder.Property(g => g.Id).ValueGeneratedNever();
        builder.Property(g => g.Name).HasMaxLength(CodeLengths.Group);
        builder.Property(g => g.Subject).HasMaxLength(CodeLengths.Subject);
        builder.Property(g => g.SearchText).HasMaxLength((2 * CodeLengths.SubjectKey) + 1);
        builder.HasIndex(g => new { g.TeacherId, g.CreatedAt, g.Id });
        builder.HasOne<AppUser>().WithMany().HasForeignKey(g => g.TeacherId).OnDelete(DeleteBehavior.NoAction);
    }
}

public sealed class InviteCodeConfiguration : IEntityTypeConfiguration<InviteCode>
{
    public void Configure(EntityTypeBuilder<InviteCode> builder)
    {
        builder.ToTable("InviteCodes");
        builder.Property(c => c.Id).ValueGeneratedNever();
        builder.Property(c => c.Code).HasMaxLength(CodeText.Length);
        builder.Property(c => c.Subject).HasMaxLength(CodeLengths.Subject);
        builder.Property(c => c.SubjectKey).HasMaxLength(CodeLengths.SubjectKey);
        // The one rule that no two codes are alike, of whatever kind.
        builder.HasIndex(c => c.Code).IsUnique();
        builder.HasIndex(c => c.GroupId).IsUnique();
        // One for each order of the list, and for each tab of it; the expiry behind the key tells what is over without a look at the row.
        builder.HasIndex(c => new { c.TeacherId, c.CreatedAt, c.Id });
        builder.HasIndex(c => new { c.TeacherId, c.Phase, c.CreatedAt, c.Id, c.ExpiresAt });
        builder.HasIndex(c => new { c.TeacherId, c.SubjectKey, c.Id });
        builder.HasOne<AppUser>().WithMany().HasForeignKey(c => c.TeacherId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<Group>().WithMany().HasForeignKey(c => c.GroupId).OnDelete(DeleteBehavior.NoAction);
    }
}

public sealed class EnrollmentConfiguration : IEntityTypeConfiguration<Enrollment>
{
    public void Configure(EntityTypeBuilder<Enrollment> builder)
    {
        builder.ToTable("Enrollments");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Subject).HasMaxLength(CodeLengths.Subject);
        builder.Property(e => e.SubjectKey).HasMaxLength(CodeLengths.SubjectKey);
        builder.HasIndex(e => new { e.StudentId, e.TeacherId, e.GroupKey, e.SubjectKey }).IsUnique();
        builder.HasIndex(e => new { e.TeacherId, e.JoinedAt, e.Id });
        builder.HasIndex(e => new { e.GroupId, e.JoinedAt });
        builder.HasIndex(e => new { e.CodeId, e.JoinedAt });
        builder.HasOne<AppUser>().WithMany().HasForeignKey(e => e.StudentId).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<AppUser>().WithMany().HasForeignKey(e => e.TeacherId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<Group>().WithMany().HasForeignKey(e => e.GroupId).OnDelete(DeleteBehavior.SetNull);
        builder.HasOne<InviteCode>().WithMany().HasForeignKey(e => e.CodeId).OnDelete(DeleteBehavior.SetNull);
    }
}

public sealed class CodeShareConfiguration : IEntityTypeConfiguration<CodeShare>
{
    public void Configure(EntityTypeBuilder<CodeShare> builder)
    {
        builder.ToTable("CodeShares");
        builder.Property(s => s.Id).ValueGeneratedNever();
        // The column keeps the name of a time when all codes went by mail.
        builder.Property(s => s.Recipient).HasColumnName("Email").HasMaxLength(ChannelAddress.MaxLength);
        builder.Property(s => s.Language).HasMaxLength(2);
        builder.Property(s => s.Words).HasMaxLength(FieldLengths.Message);
        builder.HasIndex(s => new { s.CodeId, s.CreatedAt });
        builder.HasOne<InviteCode>().WithMany().HasForeignKey(s => s.CodeId).OnDelete(DeleteBehavior.Cascade);
    }
}
