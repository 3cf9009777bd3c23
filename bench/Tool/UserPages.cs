// Times every kind of page of the table of people through the portal's own service, one at a time: filters, searches, sorts in both directions, and the
// ways to move. The total is counted anew for each. Prints for each filter and search the median and 95th percentile over all sorts, then the slowest pages.
using System.Diagnostics;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Bench;

internal static class UserPages
{
    private const int PageSize = 25;

    private static readonly string[] Sorts = ["name", "email", "status", "role", "joinedAt", "lastSignInAt"];

    private static readonly (string Name, UserFilter Filter)[] Filters =
    [
        ("everybody", new()),
        ("active", new() { Statuses = [PersonStatus.Active] }),
        ("banned", new() { Statuses = [PersonStatus.Banned] }),
        ("suspended or invited", new() { Statuses = [PersonStatus.Suspended, PersonStatus.Invited] }),
        ("students", new() { Roles = [Role.Student] }),
        ("super admins", new() { Roles = [Role.SuperAdmin] }),
        ("staff", new() { Roles = [Role.Staff] }),
        ("agencies or teachers", new() { Roles = [Role.Agency, Role.Teacher] }),
        ("pending parents", new() { Statuses = [PersonStatus.Pending], Roles = [Role.Parent] }),
        ("banned or suspended agencies", new() { Statuses = [PersonStatus.Banned, PersonStatus.Suspended], Roles = [Role.Agency] }),
        ("invited staff (none)", new() { Statuses = [PersonStatus.Invited], Roles = [Role.Staff] }),
    ];

    private static readonly (string Name, string? Text)[] Searches =
    [
        ("no search", null),
        ("rare word", "konstantinov.1"),
        ("one person", "12345@"),
        ("common word", "anna"),
        ("very common part", "example"),
        ("Cyrillic common", "Анна"),
        ("Cyrillic part", "ова"),
        ("two words", "анна к"),
        ("one letter", "a"),
        ("two letters", "ан"),
        ("rare two letters", "qx"),
        ("no match", "xyzzyq"),
        ("no match, common parts", "annaexample"),
        ("symbols", "%_%"),
        ("at sign", "@"),
        ("dot com", ".com"),
        ("digits", "999"),
        ("two digits", "77"),
    ];

    /// <param name="services">The portal's services.</param>
    /// <param name="every">Measures only each so many-th page of all combinations.</param>
    /// <param name="only">Part of the name of the filters or searches to measure.</param>
    public static async Task RunAsync(IServiceProvider services, Guid admin, Guid session, int every, string? only)
    {
        var actor = new Actor(admin, session, "192.0.2.1");
        var totals = services.GetRequiredService<ListTotals>();
        var taken = new List<(string Filter, string Search, string Sort, string Move, double Ms)>();
        var number = 0;
        var random = new Random(7);
        var passes = Filters.SelectMany(f => Searches.SelectMany(s => Sorts.SelectMany(o => new[] { o, "-" + o }).Select(o => (f, s, o))))
            .Where(p => only is null || p.f.Name.Contains(only, StringComparison.Ordinal) || p.s.Name.Contains(only, StringComparison.Ordinal)).ToList();
        foreach (var pass in passes.OrderBy(_ => random.Next()).Prepend(passes[0]).Prepend(passes[0]))
        {
            var (filter, search, sort) = pass;
            if (number++ > 2 && number % every != 0)
            {
                continue;
            }

            var wanted = filter.Filter with { Search = search.Text };
            var first = await PageAsync("first", new PageRequest(1, PageSize, sort));
            if (first.Next is { } next)
            {
                var second = await PageAsync("next", new PageRequest(1, PageSize, sort, Cursor: next));
                if (second.Previous is { } back)
                {
                    await PageAsync("back", new PageRequest(1, PageSize, sort, Cursor: back));
                }
            }

            if (first.Last is { } last)
            {
                var end = await PageAsync("last", new PageRequest(1, PageSize, sort, Cursor: last));
                if (end.Previous is { } before)
                {
                    await PageAsync("before the last", new PageRequest(1, PageSize, sort, Cursor: before));
                }
            }

            var pages = (int)((first.Total + PageSize - 1) / PageSize);
            if (pages > 3)
            {
                await PageAsync("by number, a third", new PageRequest((pages / 3) + 1, PageSize, sort));
                await PageAsync("by number, the middle", new PageRequest((pages / 2) + 1, PageSize, sort));
                await PageAsync("by number, past the end", new PageRequest(int.MaxValue, PageSize, sort));
            }

            async Task<PageResult<UserRow>> PageAsync(string move, PageRequest request)
            {
                totals.Forget(UserQueries.TotalsPrefix);
                await using var scope = services.CreateAsyncScope();
                var watch = Stopwatch.StartNew();
                var page = await scope.ServiceProvider.GetRequiredService<UserQueries>().ListAsync(actor, wanted, request, CancellationToken.None);
                var ms = watch.Elapsed.TotalMilliseconds;
                if (number > 2)
                {
                    taken.Add((filter.Name, search.Name, sort, move, ms));
                }

                return page.Value ?? throw new InvalidOperationException(page.Error?.Code);
            }
        }

        var watchFacets = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
            var watch = Stopwatch.StartNew();
            await PeopleFacets.ReadAsync(db, default);
            watchFacets.Add(watch.Elapsed.TotalMilliseconds);
        }

        Console.WriteLine(FormattableString.Invariant($"counting everybody by status and roles, which is part of each page below: {watchFacets.Order().ElementAt(4):F1} ms"));
        Table("search", taken.GroupBy(t => t.Search));
        Table("filter", taken.GroupBy(t => t.Filter));
        Table("sort", taken.GroupBy(t => t.Sort));
        Table("move", taken.GroupBy(t => t.Move));
        Table("all", taken.GroupBy(_ => "all"));
        Console.WriteLine("\nthe slowest");
        foreach (var t in taken.OrderByDescending(t => t.Ms).Take(40))
        {
            Console.WriteLine(FormattableString.Invariant($"{t.Ms,8:F1} ms  {t.Filter} · {t.Search} · {t.Sort} · {t.Move}"));
        }
    }

    private static void Table(string title, IEnumerable<IGrouping<string, (string Filter, string Search, string Sort, string Move, double Ms)>> groups)
    {
        Console.WriteLine($"\n{title,-32}{"pages",8}{"median",10}{"p95",10}{"slowest",10}");
        foreach (var group in groups)
        {
            var sorted = group.Select(g => g.Ms).Order().ToList();
            Console.WriteLine(FormattableString.Invariant($"{group.Key,-32}{sorted.Count,8}{sorted[sorted.Count / 2],10:F1}{sorted[(int)(sorted.Count * 0.95)],10:F1}{sorted[^1],10:F1}"));
        }
    }
}
