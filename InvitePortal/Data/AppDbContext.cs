using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using InvitePortal.Settings;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace InvitePortal.Data;

/// <summary>The map of the schema. One empty derived context per provider carries that provider's migrations.</summary>
public abstract class AppDbContext(DbContextOptions options)
    : IdentityUserContext<AppUser, Guid, IdentityUserClaim<Guid>, IdentityUserLogin<Guid>, UserToken>(options)
{
    public DbSet<Avatar> Avatars => Set<Avatar>();
    public DbSet<Newcomer> Newcomers => Set<Newcomer>();
    public DbSet<UserSession> Sessions => Set<UserSession>();
    public DbSet<RateCounter> RateCounters => Set<RateCounter>();
    public DbSet<IdempotencyRecord> IdempotencyRecords => Set<IdempotencyRecord>();
    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<Setting> Settings => Set<Setting>();
    public DbSet<OutboxMessage> OutboxMessages => Set<OutboxMessage>();
    public DbSet<OutboxAttempt> OutboxAttempts => Set<OutboxAttempt>();
    public DbSet<ChannelSwitch> ChannelSwitches => Set<ChannelSwitch>();
    public DbSet<MailboxMessage> MailboxMessages => Set<MailboxMessage>();
    public DbSet<TemplateVersion> TemplateVersions => Set<TemplateVersion>();
    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();
    public DbSet<WebhookTry> WebhookTries => Set<WebhookTry>();
    public DbSet<Group> Groups => Set<Group>();
    public DbSet<InviteCode> InviteCodes => Set<InviteCode>();
    public DbSet<Enrollment> Enrollments => Set<Enrollment>();
    public DbSet<CodeShare> CodeShares => Set<CodeShare>();
    public DbSet<ReferralLink> ReferralLinks => Set<ReferralLink>();
    public DbSet<Bond> Bonds => Set<Bond>();
    public DbSet<Invitation> Invitations => Set<Invitation>();
    public DbSet<InvitationLink> InvitationLinks => Set<InvitationLink>();
    public DbSet<InvitationEvent> InvitationEvents => Set<InvitationEvent>();
    public DbSet<Import> Imports => Set<Import>();
    public DbSet<ImportSource> ImportSources => Set<ImportSource>();
    public DbSet<ImportRow> ImportRows => Set<ImportRow>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(AppDbContext).Assembly);
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("UserClaims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("UserLogins");
        AppUserConfiguration.ConfigureFor(Database, builder);
        InvitationConfiguration.ConfigureFor(Database, builder);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        foreach (var entry in ChangeTracker.Entries<AppUser>().Where(e => e.State is EntityState.Added or EntityState.Modified))
        {
            entry.Entity.SearchText = SearchText.Of(entry.Entity.DisplayName, entry.Entity.NormalizedEmail ?? entry.Entity.ContactKey);
        }

        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder builder)
    {
        if (Database.IsSqlite())
        {
            // SQLite cannot compare DateTimeOffset; UTC ticks sort and compare.
            builder.Properties<DateTimeOffset>().HaveConversion<UtcTicksConverter>();
        }
        else if (Database.IsNpgsql())
        {
            // Npgsql takes only times of offset zero, and programs send any.
            builder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
        }
    }

    private sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(value => value.ToUniversalTime(), stored => stored);

    private sealed class UtcTicksConverter()
        : ValueConverter<DateTimeOffset, long>(value => value.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}

public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options);

public sealed class PostgreSqlAppDbContext(DbContextOptions<PostgreSqlAppDbContext> options) : AppDbContext(options);

public sealed class SqlServerAppDbContext(DbContextOptions<SqlServerAppDbContext> options) : AppDbContext(options);
