using System.Globalization;
using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Data;

public sealed class AppUserConfiguration : IEntityTypeConfiguration<AppUser>
{
    /// <summary>Of PostgreSQL alone: a column that says whether <see cref="SearchText.OddSymbols"/> are in somebody's text.</summary>
    public const string HasOddSymbols = "HasOddSymbols";

    public void Configure(EntityTypeBuilder<AppUser> builder)
    {
        builder.ToTable("Users");
        builder.Property(u => u.DisplayName).HasMaxLength(FieldLengths.Name);
        builder.Property(u => u.Email).HasMaxLength(FieldLengths.Email);
        builder.Property(u => u.NormalizedEmail).HasMaxLength(FieldLengths.Email);
        builder.Property(u => u.UserName).HasMaxLength(32);
        builder.Property(u => u.NormalizedUserName).HasMaxLength(32);
        builder.Property(u => u.ContactKey).HasMaxLength(FieldLengths.Email);
        builder.HasIndex(u => u.ContactKey).IsUnique();
        builder.Property(u => u.Bio).HasMaxLength(FieldLengths.Bio);
        builder.Property(u => u.Language).HasMaxLength(2);
        builder.Property(u => u.TimeZone).HasMaxLength(64);
        builder.Property(u => u.PasswordHash).HasMaxLength(200);
        builder.Property(u => u.SecurityStamp).HasMaxLength(64);
        builder.Property(u => u.ConcurrencyStamp).HasMaxLength(64);
        builder.Property(u => u.PhoneNumber).HasMaxLength(20);
        // Identity's own index is not unique; here the database holds the rule of one person per address.
        builder.HasIndex(u => u.NormalizedEmail).HasDatabaseName("EmailIndex").IsUnique();
        builder.Ignore(u => u.Roles);
        builder.Property(u => u.AvatarVersion).HasMaxLength(16);
        builder.Property(u => u.SearchText).HasMaxLength(SearchText.MaxLength);
        builder.Property(u => u.EmailKey).HasMaxLength(FieldLengths.Email);
        // One for each order of the list. The facet behind the key lets the database pass over people whom the filter does not want without looking at their rows.
        builder.HasIndex(u => new { u.SearchText, u.Id, u.Facet });
        builder.HasIndex(u => new { u.EmailKey, u.Id, u.Facet });
        builder.HasIndex(u => new { u.JoinedKey, u.Id, u.Facet });
        builder.HasIndex(u => new { u.SeenKey, u.Id, u.Facet });
        builder.HasIndex(u => new { u.ActiveRole, u.Id, u.Facet });
        builder.HasIndex(u => new { u.Facet, u.Id });
        // To count by: a tenth as large as the others.
        builder.HasIndex(u => u.Facet);
    }

    /// <summary>What each provider says in its own way: computed columns, plain comparison of folded text, the index that finds parts of words.</summary>
    public static void ConfigureFor(DatabaseFacade database, ModelBuilder model)
    {
        var builder = model.Entity<AppUser>();
        builder.Property(u => u.Facet).IsComputed($"\"Status\" * {PeopleFacets.PerStatus} + \"RoleBits\"");
        builder.Property(u => u.EmailKey).IsComputed("coalesce(\"NormalizedEmail\", '')");
        builder.Property(u => u.JoinedKey).IsComputed("coalesce(\"JoinedAt\", \"CreatedAt\")");
        var (never, plain) = database.IsNpgsql() ? ("timestamptz '1970-01-01 00:00:00+00'", "C")
            : database.IsSqlServer() ? ("datetimeoffsetfromparts(1970, 1, 1, 0, 0, 0, 0, 0, 0, 7)", "Latin1_General_100_BIN2")
            : (DateTimeOffset.UnixEpoch.UtcTicks.ToString(CultureInfo.InvariantCulture), "BINARY");
        builder.Property(u => u.SeenKey).IsComputed($"coalesce(\"LastSignInAt\", {never})");
        builder.Property(u => u.SearchText).UseCollation(plain);
        if (database.IsNpgsql())
        {
            model.HasPostgresExtension("pg_trgm");
            builder.HasIndex(u => u.SearchText, "IX_Users_SearchText_Trigrams").HasMethod("gin").HasOperators("gin_trgm_ops");
            // Trigrams are of letters and digits. The answer is a column and not the index's own condition: to weigh that one, the planner would run the
            // expression over a thousand samples for nearly every query of people, which took longer than most queries.
            builder.Property<bool>(HasOddSymbols).IsComputed($"\"SearchText\" ~ '(?p){SearchText.OddSymbols}'");
            builder.HasIndex(["SearchText", "Id", "Facet"], "IX_Users_SearchText_OddSymbols").HasFilter($"\"{HasOddSymbols}\"");
        }
    }
}

public sealed class UserTokenConfiguration : IEntityTypeConfiguration<UserToken>
{
    public void Configure(EntityTypeBuilder<UserToken> builder)
    {
        builder.ToTable("UserTokens");
        builder.Property(t => t.LoginProvider).HasMaxLength(40);
        builder.Property(t => t.Name).HasMaxLength(80);
        builder.Property(t => t.Value).HasMaxLength(200);
        builder.Property(t => t.Flow).HasMaxLength(64);
    }
}

public sealed class UserSessionConfiguration : IEntityTypeConfiguration<UserSession>
{
    public void Configure(EntityTypeBuilder<UserSession> builder)
    {
        builder.ToTable("Sessions");
        builder.Property(s => s.Id).ValueGeneratedNever();
        builder.Property(s => s.SecretHash).HasMaxLength(32);
        builder.Property(s => s.RefreshHash).HasMaxLength(32);
        builder.Property(s => s.Address).HasMaxLength(64);
        builder.Property(s => s.Device).HasMaxLength(120);
        builder.HasIndex(s => s.SecretHash).IsUnique();
        builder.HasIndex(s => s.RefreshHash).IsUnique();
        builder.HasIndex(s => s.UserId);
        builder.HasOne<AppUser>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
