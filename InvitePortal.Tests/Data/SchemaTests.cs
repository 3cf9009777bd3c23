using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;

namespace InvitePortal.Tests.Data;

/// <summary>One model, three sets of migrations.</summary>
public sealed class SchemaTests
{
    public static TheoryData<DatabaseProvider> Providers { get; } = new(Enum.GetValues<DatabaseProvider>());

    [Theory, MemberData(nameof(Providers))]
    public void Migrations_SayWhatTheModelSays(DatabaseProvider provider)
    {
        using var db = Unconnected(provider);

        Assert.False(db.Database.HasPendingModelChanges(), $"The model has changed since the migrations of {provider} were made.");
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Migrations_EmptyDatabase_ApplyAndMakeEveryTable(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, empty: true);
        await using var db = database.Open();

        await db.Database.MigrateAsync();

        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        await db.Database.OpenConnectionAsync();
        foreach (var table in db.Model.GetEntityTypes().Select(t => t.GetTableName()!).Distinct())
        {
            var quoted = db.GetService<Microsoft.EntityFrameworkCore.Storage.ISqlGenerationHelper>().DelimitIdentifier(table);
            await using var count = db.Database.GetDbConnection().CreateCommand();
            count.CommandText = "SELECT COUNT(*) FROM " + quoted;
            Assert.Equal(0L, Convert.ToInt64(await count.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void SqlServer_MigrationScript_IsValidTransactSql()
    {
        using var db = Unconnected(DatabaseProvider.SqlServer);

        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);

        Assert.Contains("CREATE TABLE [Invitations]", script, StringComparison.Ordinal);
        TransactSql.AssertValid(script);
    }

    [Fact]
    public void SqlServer_NoTable_IsReachedByTwoCascadePaths()
    {
        using var db = Unconnected(DatabaseProvider.SqlServer);

        Assert.Empty(CascadePaths.Ambiguous(db.Model));
    }

    [Fact]
    public void CascadePaths_TwoWays_AreFound()
    {
        var options = new DbContextOptionsBuilder().UseSqlServer("Server=none").Options;
        using var db = new TwoWays(options);

        Assert.Equal(["Root → Leaf: 2 ways"], CascadePaths.Ambiguous(db.Model));
    }

    [Theory, MemberData(nameof(Providers))]
    public void Keys_AreShortEnoughForEveryIndex(DatabaseProvider provider)
    {
        // SQL Server takes 900 bytes in a clustered and 1,700 in another index; text is two bytes a character there.
        using var db = Unconnected(provider);
        foreach (var index in db.Model.GetEntityTypes().SelectMany(t => t.GetIndexes()))
        {
            foreach (var property in index.Properties.Where(p => p.ClrType == typeof(string) || p.ClrType == typeof(byte[])))
            {
                Assert.True(property.GetMaxLength() is <= 850, $"{index.DeclaringEntityType.DisplayName()}.{property.Name} is indexed and has no short maximum length.");
            }
        }
    }

    private static AppDbContext Unconnected(DatabaseProvider provider) => provider switch
    {
        DatabaseProvider.Sqlite => new SqliteAppDbContext(new DbContextOptionsBuilder<SqliteAppDbContext>().UseSqlite("Data Source=:memory:").Options),
        DatabaseProvider.PostgreSql => new PostgreSqlAppDbContext(new DbContextOptionsBuilder<PostgreSqlAppDbContext>().UseNpgsql("Host=none").Options),
        DatabaseProvider.SqlServer => new SqlServerAppDbContext(new DbContextOptionsBuilder<SqlServerAppDbContext>().UseSqlServer("Server=none").Options),
        _ => throw new ArgumentOutOfRangeException(nameof(provider), provider, null),
    };

    private sealed class TwoWays(DbContextOptions options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Middle>().HasOne<Root>().WithMany().HasForeignKey(m => m.RootId).OnDelete(DeleteBehavior.Cascade);
            modelBuilder.Entity<Leaf>().HasOne<Middle>().WithMany().HasForeignKey(l => l.MiddleId).OnDelete(DeleteBehavior.Cascade);
            modelBuilder.Entity<Leaf>().HasOne<Root>().WithMany().HasForeignKey(l => l.RootId).OnDelete(DeleteBehavior.SetNull);
        }

        private sealed class Root
        {
            public int Id { get; set; }
        }

        private sealed class Middle
        {
            public int Id { get; set; }
            public int RootId { get; set; }
        }

        private sealed class Leaf
        {
            public int Id { get; set; }
            public int MiddleId { get; set; }
            public int? RootId { get; set; }
        }
    }
}

/// <summary>SQL Server refuses a schema in which a delete can reach a table by more than one chain of foreign keys that act on it (error 1785).</summary>
internal static class CascadePaths
{
    public static IReadOnlyList<string> Ambiguous(IModel model)
    {
        var edges = model.GetEntityTypes()
            .SelectMany(t => t.GetForeignKeys())
            .Where(k => k.DeleteBehavior is DeleteBehavior.Cascade or DeleteBehavior.SetNull)
            .Select(k => (From: k.PrincipalEntityType, To: k.DeclaringEntityType))
            .ToLookup(e => e.From, e => e.To);
        return [.. model.GetEntityTypes()
            .SelectMany(root => Reached(root, edges, [root]).GroupBy(t => t).Where(g => g.Count() > 1).Select(g => $"{root.ShortName()} → {g.Key.ShortName()}: {g.Count()} ways"))];
    }

    private static IEnumerable<IEntityType> Reached(IEntityType from, ILookup<IEntityType, IEntityType> edges, IReadOnlyList<IEntityType> path)
    {
        foreach (var to in edges[from])
        {
            yield return to;
            if (path.Contains(to))
            {
                // A cycle is refused as well: reported as a second way.
                yield return to;
                continue;
            }

            foreach (var further in Reached(to, edges, [.. path, to]))
            {
                yield return further;
            }
        }
    }
}
