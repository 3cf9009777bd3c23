using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Accounts;

/// <summary>A person's uploaded picture, as it is served.</summary>
public sealed class Avatar
{
    public required Guid UserId { get; init; }
    /// <summary><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</summary>
    public required string ContentType { get; set; }
    public required byte[] Content { get; set; }
}

public sealed class AvatarConfiguration : IEntityTypeConfiguration<Avatar>
{
    public void Configure(EntityTypeBuilder<Avatar> builder)
    {
        builder.ToTable("Avatars");
        builder.HasKey(a => a.UserId);
        builder.Property(a => a.ContentType).HasMaxLength(20);
        builder.HasOne<AppUser>().WithOne().HasForeignKey<Avatar>(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
