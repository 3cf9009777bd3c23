using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Invitations;

public sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("Invitations");
        builder.Property(i => i.Id).ValueGeneratedNever();
        // The columns keep the names of a time when all invitations went by mail.
        builder.Property(i => i.Recipient).HasColumnName("Email").HasMaxLength(ChannelAddress.MaxLength);
        builder.Property(i => i.NormalizedRecipient).HasColumnName("NormalizedEmail").HasMaxLength(ChannelAddress.MaxLength);
        builder.Property(i => i.FallbackRecipient).HasMaxLength(ChannelAddress.MaxLength);
        builder.Ignore(i => i.Email);
        builder.Property(i => i.Message).HasMaxLength(FieldLengths.Message);
        builder.Property(i => i.Language).HasMaxLength(2);
        builder.Property(i => i.OpenKey).HasMaxLength(ChannelAddress.MaxLength + 40);
        builder.Property(i => i.DeclineReason).HasMaxLength(FieldLengths.Reason);
        builder.HasIndex(i => i.OpenKey).IsUnique();
        builder.HasIndex(i => new { i.NormalizedRecipient, i.Id });
        builder.HasIndex(i => new { i.ExpiresAt, i.Id });
        builder.HasIndex(i => new { i.CreatedAt, i.Id });
        builder.HasIndex(i => new { i.InvitedById, i.CreatedAt, i.Id });
        builder.HasIndex(i => new { i.State, i.ExpiresAt });
        builder.HasIndex(i => i.BatchId);
        builder.HasIndex(i => i.ReminderDueAt);
        builder.HasIndex(i => i.PersonId);
        // Only one of the two ways from a person to an invitation may act on delete: SQL Server refuses more than one cascade path.
        builder.HasOne<AppUser>().WithMany().HasForeignKey(i => i.PersonId).OnDelete(DeleteBehavior.SetNull);
        builder.HasOne<Group>().WithMany().HasForeignKey(i => i.GroupId).OnDelete(DeleteBehavior.SetNull);
    }

    /// <summary>What each provider computes in its own way.</summary>
    public static void ConfigureFor(DatabaseFacade database, ModelBuilder model)
    {
        const string sent = "CASE WHEN \"Resends\" = 0 THEN \"SendAt\" ELSE \"CreatedAt\" END";
        var (slot, seconds) = database.IsNpgsql() ? ("CAST(floor(extract(epoch FROM (\"CreatedAt\" AT TIME ZONE 'UTC')) / 900) AS integer)", $"CAST(extract(epoch FROM (\"ClosedAt\" - {sent})) AS integer)")
            : database.IsSqlServer() ? ("datediff(minute, datetimeoffsetfromparts(1970, 1, 1, 0, 0, 0, 0, 0, 0, 7), \"CreatedAt\") / 15", $"datediff(second, {sent}, \"ClosedAt\")")
            : ("(\"CreatedAt\" - 621355968000000000) / 9000000000", $"(\"ClosedAt\" - {sent}) / 10000000");
        var builder = model.Entity<Invitation>();
        builder.Property(i => i.CreatedSlot).IsComputed(slot);
        builder.Property(i => i.AcceptSeconds).IsComputed($"CASE WHEN \"State\" = {(int)InvitationState.Accepted} THEN {seconds} END");
    }
}

public sealed class InvitationLinkConfiguration : IEntityTypeConfiguration<InvitationLink>
{
    public void Configure(EntityTypeBuilder<InvitationLink> builder)
    {
        builder.ToTable("InvitationLinks");
        builder.Property(l => l.Id).ValueGeneratedNever();
        builder.Property(l => l.TokenHash).HasMaxLength(32);
        builder.HasIndex(l => l.TokenHash).IsUnique();
        builder.HasIndex(l => l.InvitationId);
        builder.HasOne<Invitation>().WithMany().HasForeignKey(l => l.InvitationId).OnDelete(DeleteBehavior.Cascade);
    }
}

public sealed class InvitationEventConfiguration : IEntityTypeConfiguration<InvitationEvent>
{
    public void Configure(EntityTypeBuilder<InvitationEvent> builder)
    {
        builder.ToTable("InvitationEvents");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.ActorName).HasMaxLength(FieldLengths.Name);
        // Whether something happened to an invitation is asked of many at once; its timeline is short and sorted when it is read.
        builder.HasIndex(e => new { e.InvitationId, e.Kind });
        builder.HasOne<Invitation>().WithMany().HasForeignKey(e => e.InvitationId).OnDelete(DeleteBehavior.Cascade);
    }
}
