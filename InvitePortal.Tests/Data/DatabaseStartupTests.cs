using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace InvitePortal.Tests.Data;

public sealed class DatabaseStartupTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Start_TwoNodesOnAnEmptyDatabase_BothAreReady(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, empty: true);

        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => PortalFactory.StartAsync(new PortalSetup { Database = database }))));

        await using var one = nodes[0];
        await using var other = nodes[1];
        await using var db = database.Open();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
        Assert.NotEmpty(await db.Database.GetAppliedMigrationsAsync());
    }

    [Fact]
    public async Task Start_LockLeftByAKilledProcess_IsCleared()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, empty: true);
        await using (var db = database.Open())
        {
            await db.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01');
                """);
        }

        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Database = database });

        Assert.True(portal.Services.GetRequiredService<DatabaseReadiness>().IsReady);
    }

    [Fact]
    public async Task Start_DatabaseComesLater_WaitsAndSaysSoInOneSentence()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        var real = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var door = Directory.CreateDirectory(RunFolder.NewPath("")).FullName;
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Portal"] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = door }.ConnectionString,
        };

        var starting = PortalFactory.StartAsync(new PortalSetup { Database = database, Settings = settings });
        await Task.Delay(1_000);
        Assert.False(starting.IsCompleted);
        File.CreateSymbolicLink(Path.Combine(door, ".s.PGSQL.5432"), Path.Combine(real.Host!, ".s.PGSQL.5432"));

        await using var portal = await starting;
        var line = Assert.Single(portal.Logs.Lines, l => l.Level == LogLevel.Warning && l.Category.EndsWith(nameof(DatabaseStartup), StringComparison.Ordinal));
        Assert.Null(line.Exception);
        Assert.DoesNotContain('\n', line.Message);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ProtectionKeys_TwoNodes_ReadEachOthersSecrets(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        var sealedText = one.Get<IDataProtectionProvider>().CreateProtector("x").Protect("secret");

        await using var other = ServiceHost.Beside(one, database);

        Assert.Equal("secret", other.Get<IDataProtectionProvider>().CreateProtector("x").Unprotect(sealedText));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DatabaseClock_SameMachine_HasNoOffset(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var db = database.Open();
        var clock = new DatabaseClock();

        // The first query also opens the connection, which makes the measurement rough.
        await clock.SynchronizeAsync(db, default);
        await clock.SynchronizeAsync(db, default);

        Assert.Equal(TimeSpan.Zero, clock.Offset);
        Assert.InRange((clock.GetUtcNow() - DateTimeOffset.UtcNow).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Housekeeping_RemovesWhatIsOver_AndNothingElse(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var now = host.Clock.Now;
        var person = await host.AddPersonAsync(Role.Student);
        await using (var db = host.Open())
        {
            db.RateCounters.Add(new RateCounter { Key = "over", Window = now.AddHours(-2), EndsAt = now.AddHours(-1) });
            db.RateCounters.Add(new RateCounter { Key = "current", Window = now, EndsAt = now.AddHours(1) });
            db.IdempotencyRecords.Add(new IdempotencyRecord { Id = new byte[32], RequestHash = new byte[32], CreatedAt = now.AddHours(-25) });
            db.IdempotencyRecords.Add(new IdempotencyRecord { Id = [1, .. new byte[31]], RequestHash = new byte[32], CreatedAt = now.AddHours(-23) });
            db.Sessions.Add(Session(person.Id, 1, expires: now.AddHours(-1), refresh: null));
            db.Sessions.Add(Session(person.Id, 2, expires: now.AddHours(-1), refresh: now.AddDays(1)));
            await db.SaveChangesAsync();
        }

        await host.StartAsync<Housekeeping>();

        await using var look = host.Open();
        await Eventually.TrueAsync(async () => await look.Sessions.CountAsync() == 2);
        Assert.Equal("current", (await look.RateCounters.SingleAsync()).Key);
        Assert.Equal(1, (await look.IdempotencyRecords.SingleAsync()).Id[0]);
        Assert.DoesNotContain(await look.Sessions.ToListAsync(), s => s.SecretHash[0] == 1 && s.SecretHash[31] == 0);
    }

    private static UserSession Session(Guid userId, byte hash, DateTimeOffset expires, DateTimeOffset? refresh) => new()
    {
        Id = Guid.NewGuid(),
        UserId = userId,
        SecretHash = [hash, .. new byte[31]],
        ExpiresAt = expires,
        EndsAt = expires.AddDays(30),
        RefreshExpiresAt = refresh,
    };
}
