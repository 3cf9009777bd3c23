using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users;

public sealed class UserQueriesTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_FiltersAndSearch_NarrowTogether(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Zed Admin");
        await host.AddPersonAsync(Role.Teacher, name: "Анна Ёлкина", email: "a.elkina@school.example");
        await host.AddPersonAsync(Role.Teacher, PersonStatus.Banned, name: "Émile Roux", email: "emile@school.example");
        await host.AddPersonAsync(Role.Student, name: "50%_[x] O'Neil", email: "oneil@else.example");

        Assert.Equal(["50%_[x] O'Neil", "Émile Roux", "Zed Admin", "Анна Ёлкина"], await NamesAsync(new()));
        Assert.Equal(["Émile Roux", "Анна Ёлкина"], await NamesAsync(new() { Roles = [Role.Teacher, Role.Parent] }));
        Assert.Equal(["Émile Roux"], await NamesAsync(new() { Statuses = [PersonStatus.Banned, PersonStatus.Suspended] }));
        Assert.Equal(["Анна Ёлкина"], await NamesAsync(new() { Search = "елк" }));
        Assert.Equal(["Émile Roux", "Анна Ёлкина"], await NamesAsync(new() { Search = "@SCHOOL" }));
        Assert.Equal(["Анна Ёлкина"], await NamesAsync(new() { Search = "анна ё" }));
        Assert.Equal(["Émile Roux"], await NamesAsync(new() { Search = "é" }));
        foreach (var literal in new[] { "%_[", "[x]", "o'n", "50%" })
        {
            Assert.Equal(["50%_[x] O'Neil"], await NamesAsync(new() { Search = literal }));
        }

        Assert.Empty(await NamesAsync(new() { Search = "%%%" }));
        Assert.Empty(await NamesAsync(new() { Search = "\\" }));
        Assert.Empty(await NamesAsync(new() { Statuses = [PersonStatus.Inactive], Search = "a" }));

        async Task<IEnumerable<string>> NamesAsync(UserFilter filter)
        {
            var page = (await host.Get<UserQueries>().ListAsync(admin.Actor, filter, new PageRequest(), Ct)).Value!;
            Assert.Equal(page.Items.Count, page.Total);
            return page.Items.Select(u => u.Name);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_EveryOrder_MeetsEveryoneOnceByCursorAndByNumber(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var i = 0; i < 24; i++)
        {
            await host.AddPersonAsync((Role)(1 + (i % 7)), i % 5 == 0 ? PersonStatus.Invited : PersonStatus.Active, name: $"Name {i / 3}");
            host.Clock.Advance(TimeSpan.FromMinutes(7));
        }

        var queries = host.Get<UserQueries>();
        foreach (var sort in new[] { "name", "email", "status", "role", "joinedAt", "lastSignInAt" }.SelectMany(s => new[] { s, "-" + s }))
        {
            var byCursor = new List<Guid>();
            var byNumber = new List<Guid>();
            string? cursor = null;
            for (var number = 1; number <= 4; number++)
            {
                var page = (await queries.ListAsync(admin.Actor, new(), new PageRequest(1, 7, sort, Cursor: cursor), Ct)).Value!;
                byCursor.AddRange(page.Items.Select(u => u.Id));
                cursor = page.Next;
                byNumber.AddRange((await queries.ListAsync(admin.Actor, new(), new PageRequest(number, 7, sort), Ct)).Value!.Items.Select(u => u.Id));
            }

            Assert.Null(cursor);
            Assert.Equal(25, byCursor.Distinct().Count());
            Assert.Equal(byCursor, byNumber);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_PastTheEnd_IsTheLastPage(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Student);

        var page = (await host.Get<UserQueries>().ListAsync(admin.Actor, new(), new PageRequest(99, 1), Ct)).Value!;

        Assert.Equal((2, 1), (page.Page, page.Items.Count));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_RowsBehindTheCursorAreGone_IsTheLastPage(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "A");
        var others = new List<TestPerson>();
        foreach (var name in new[] { "B", "C", "D", "E", "F" })
        {
            others.Add(await host.AddPersonAsync(Role.Student, name: name));
        }

        var queries = host.Get<UserQueries>();
        var second = (await queries.ListAsync(admin.Actor, new(), new PageRequest(1, 2), Ct)).Value!.Next;
        var third = (await queries.ListAsync(admin.Actor, new(), new PageRequest(1, 2, Cursor: second), Ct)).Value!.Next;
        await RemoveAsync("E", "F");
        await ExpectAsync(third, 2, "C", "D");
        await RemoveAsync("C", "D");
        await ExpectAsync(third, 1, "A", "B");
        await ExpectAsync(second, 1, "A", "B");

        async Task RemoveAsync(params string[] names)
        {
            await using var db = host.Open();
            await db.Users.Where(u => names.Contains(u.DisplayName)).ExecuteDeleteAsync(Ct);
        }

        async Task ExpectAsync(string? cursor, int page, params string[] names)
        {
            var result = (await queries.ListAsync(admin.Actor, new(), new PageRequest(1, 2, Cursor: cursor), Ct)).Value!;
            Assert.Equal((page, null, page > 1), (result.Page, result.Next, result.Previous is not null));
            Assert.Equal(names, result.Items.Select(u => u.Name));
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_LongestNamesAndAddresses_HaveCursorsThatAreRead(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "A");
        var label = new string('d', 60);
        foreach (var i in Enumerable.Range(0, 3))
        {
            // U+0958 folds to two letters of three bytes each.
            await host.AddPersonAsync(Role.Student, name: new string('\u0958', 99) + i, email: $"{new string('m', 64)}@{label}.{label}.{label}{i}.co");
        }

        var page = (await host.Get<UserQueries>().ListAsync(admin.Actor, new(), new PageRequest(1, 2), Ct)).Value!;
        Assert.InRange(page.Next!.Length, 1_000, Keyset.MaxCursorLength);
        Assert.Equal(2, (await host.Get<UserQueries>().ListAsync(admin.Actor, new(), new PageRequest(1, 2, Cursor: page.Next), Ct)).Value!.Page);
    }

    [Fact]
    public async Task ListAsync_ByThoseWhoMayNot_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        foreach (var role in Enum.GetValues<Role>().Except([Role.SuperAdmin, Role.Staff]))
        {
            var person = await host.AddPersonAsync(role);
            Assert.Equal("user.forbidden", (await host.Get<UserQueries>().ListAsync(person.Actor, new(), new PageRequest(), Ct)).Error?.Code);
        }
    }

    [Fact]
    public async Task ListAsync_UnknownOrder_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        Assert.Equal("user.unknown_sort", (await host.Get<UserQueries>().ListAsync(admin.Actor, new(), new PageRequest(Sort: "passwordHash"), Ct)).Error?.Code);
    }
}
