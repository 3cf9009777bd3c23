using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Links;

// Nothing goes with its people by itself: SQL Server refuses more than one cascade path, and what goes is told and asked before (LinkRemoval).
public sealed class ReferralLinkConfiguration : IEntityTypeConfiguration<ReferralLink>
{
    public void Configure(EntityTypeBuilder<ReferralLink> builder)
    {
        builder.ToTable("ReferralLinks");
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.Property(l => l.Code).HasMaxLength(ReferralLink.CodeLength);
        builder.Property(l => l.LiveKey).HasMaxLength(40);
        builder.HasIndex(l => l.Code).IsUnique();
        builder.HasIndex(l => l.LiveKey).IsUnique();
        builder.HasIndex(l => l.OwnerId);
        builder.HasOne<AppUser>().WithMany().HasForeignKey(l => l.OwnerId).OnDelete(DeleteBehavior.NoAction);
    }
}

public sealed class BondConfiguration : IEntityTypeConfiguration<Bond>
{
    public void Configure(EntityTypeBuilder<Bond> builder)
    {
        builder.ToTable("Bonds");
        builder.Property(b => b.Id).ValueGeneratedNever();
        builder.HasIndex(b => new { b.OwnerId, b.Kind, b.MemberId }).IsUnique();
        builder.HasIndex(b => new { b.MemberId, b.Kind, b.CreatedAt });
        builder.HasOne<AppUser>().WithMany().HasForeignKey(b => b.OwnerId).OnDelete(DeleteBehavior.NoAction);
        builder.HasOne<AppUser>().WithMany().HasForeignKey(b => b.MemberId).OnDelete(DeleteBehavior.NoAction);
    }
}
