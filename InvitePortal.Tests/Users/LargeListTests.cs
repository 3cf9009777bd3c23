using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users;

/// <summary>What is different where a list is long: totals that stop counting, and how the database is asked.</summary>
public sealed class LargeListTests
{
    private const int Many = UserQueries.CountedMatches + 55;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_MoreMatchesThanAreCounted_GoesOnByCursor(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, email: "admin@portal.test");
        await AddManyAsync(host);
        var queries = host.Get<UserQueries>();
        var filter = new UserFilter { Search = "crowd" };

        var first = await ListAsync(new PageRequest(1, 100));
        var beyond = await ListAsync(new PageRequest(5_000, 100));

        Assert.Equal((UserQueries.CountedMatches, true, null), (first.Total, first.TotalIsCapped, first.Last));
        // Numbers reach as far as was counted, …
        Assert.Equal((100, 100), (beyond.Page, beyond.Items.Count));
        Assert.Equal("Person 09900", beyond.Items[0].Name);
        // … cursors to the end, …
        var end = await ListAsync(new PageRequest(1, 100, Cursor: beyond.Next));
        Assert.Equal((101, 55, null), (end.Page, end.Items.Count, end.Next));
        Assert.Equal($"Person {Many - 1}", end.Items[^1].Name);
        // … and back again.
        Assert.Equal(beyond.Items.Select(u => u.Id), (await ListAsync(new PageRequest(1, 100, Cursor: end.Previous))).Items.Select(u => u.Id));

        // A filter that leaves fewer is counted to the end, and its last page is known.
        filter = filter with { Roles = [Role.Teacher] };
        var few = await ListAsync(new PageRequest(1, 100, "-joinedAt"));
        Assert.Equal((Many / 5, false), (few.Total, few.TotalIsCapped));
        Assert.Equal("Person 00000", (await ListAsync(new PageRequest(1, 100, "-joinedAt", Cursor: few.Last))).Items[^1].Name);

        async Task<PageResult<UserRow>> ListAsync(PageRequest request) => (await queries.ListAsync(admin.Actor, filter, request, Ct)).Value!;
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_SearchesWithoutWords_AreLiteral(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Zed", email: "zed@portal.test");
        foreach (var (name, email) in new[] { ("O'Neil", "o-neil@portal.test"), ("J.. Smith", "j.smith@portal.test"), ("50 % [x]", "x_y+z@portal.test"), ("Анна «Ёж»", "anna@portal.test"), ("A. B. @home", "ab@portal.test") })
        {
            await host.AddPersonAsync(Role.Student, name: name, email: email);
        }

        foreach (var (search, expected) in new (string, string[])[]
        {
            ("@", ["50 % [x]", "A. B. @home", "J.. Smith", "O'Neil", "Zed", "Анна «Ёж»"]),
            ("'", ["O'Neil"]), ("o'n", ["O'Neil"]), ("-", ["O'Neil"]), ("..", ["J.. Smith"]), ("_", ["50 % [x]"]), ("+", ["50 % [x]"]), ("% [", ["50 % [x]"]), ("]", ["50 % [x]"]),
            ("«", ["Анна «Ёж»"]), (". @", ["A. B. @home"]), (" @h", ["A. B. @home"]), ("%_%", []), ("\\", []), ("a", ["A. B. @home", "Анна «Ёж»"]), ("a-", []), ("o-", ["O'Neil"]), ("l@p", ["O'Neil"]),
        })
        {
            var page = (await host.Get<UserQueries>().ListAsync(admin.Actor, new() { Search = search }, new PageRequest(), Ct)).Value!;
            Assert.Equal(expected, page.Items.Select(u => u.Name));
            Assert.Equal(expected.Length, page.Total);
        }
    }

    [Fact]
    public async Task Searches_AreNeverPlannedForAllValuesAtOnce()
    {
        await using var host = await ServiceHost.CreateAsync(DatabaseProvider.PostgreSql);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var i = 0; i < 20; i++)
        {
            await host.Get<UserQueries>().ListAsync(admin.Actor, new() { Search = "person " + i }, new PageRequest(), Ct);
            await host.Get<UserQueries>().ListAsync(admin.Actor, new() { Search = "zed" }, new PageRequest(), Ct);
        }

        await using var db = host.Open();
        var plans = await db.Database.SqlQuery<Plans>($"""
            SELECT sum(generic_plans)::int AS "Generic", sum(custom_plans)::int AS "Custom" FROM pg_prepared_statements WHERE statement LIKE '%LIKE%' AND statement NOT LIKE '%pg_prepared%'
            """).SingleAsync(Ct);
        Assert.Equal(0, plans.Generic);
        Assert.True(plans.Custom > 20, $"{plans.Custom} runs: not the same connection?");
        Assert.Equal("auto", await db.Database.SqlQuery<string>($"SELECT current_setting('plan_cache_mode') AS \"Value\"").SingleAsync(Ct));
    }

    [Fact]
    public async Task PostgreSql_KnowsEnoughOfTheTextsToSearch()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.Open();
        Assert.Equal(1_000, await db.Database.SqlQuery<int>($"""
            SELECT attstattarget::int AS "Value" FROM pg_attribute WHERE attrelid = '"Users"'::regclass AND attname = 'SearchText'
            """).SingleAsync(Ct));
    }

    [Fact]
    public async Task PostgreSql_FindsOddSymbolsByTheirIndex()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.Open();
        await db.Database.OpenConnectionAsync(Ct);
        await using var command = db.Users.Where(u => EF.Property<bool>(u, AppUserConfiguration.HasOddSymbols)).Select(u => u.SearchText).CreateDbCommand();
        command.CommandText = $"SET enable_seqscan = off; SET enable_bitmapscan = off; DROP INDEX \"IX_Users_SearchText_Id_Facet\"; EXPLAIN {command.CommandText}";

        var plan = (string?)await command.ExecuteScalarAsync(Ct);

        Assert.Contains("IX_Users_SearchText_OddSymbols", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a plain name", false)]
    [InlineData("o'brien", true)]
    [InlineData("half..way", true)]
    public async Task PostgreSql_KnowsWhoHasOddSymbols(string name, bool expected)
    {
        await using var host = await ServiceHost.CreateAsync(DatabaseProvider.PostgreSql);
        var person = await host.AddPersonAsync(Role.Student, email: "pupil@example.org", name: name);
        await using var db = host.Open();

        Assert.Equal(expected, await db.Users.AnyAsync(u => u.Id == person.Id && EF.Property<bool>(u, AppUserConfiguration.HasOddSymbols), Ct));
    }

    [Fact]
    public async Task PostgreSql_NoIndexHasACondition_ThatThePlannerWouldRunOverItsSamples()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.Open();

        Assert.Empty(await db.Database.SqlQuery<string>($"SELECT indexdef AS \"Value\" FROM pg_indexes WHERE schemaname = 'public' AND substring(indexdef FROM ' WHERE .*') ~ '~|LIKE'").ToListAsync(Ct));
    }

    private static async Task AddManyAsync(ServiceHost host)
    {
        await using var db = host.Open();
        var now = host.Clock.GetUtcNow();
        await db.BulkInsertAsync(Enumerable.Range(0, Many).Select(i =>
        {
            EmailAddress.TryParse($"crowd.{i}@portal.test", out var email);
            var person = AppUser.Create($"Person {i:D5}", email, PersonStatus.Active, i % 5 == 0 ? Role.Teacher : Role.Student, now.AddMinutes(i - Many));
            person.SearchText = SearchText.Of(person.DisplayName, person.NormalizedEmail);
            return person;
        }), null, Ct);
    }

    private sealed record Plans(int Generic, int Custom);
}
