// Times every view of the page of a teacher with many codes through the portal's own services, one at a time, with totals counted anew for each.
// Prints a line for each: name|median|slowest|goal, in milliseconds.
using System.Diagnostics;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Bench;

internal static class CodePages
{
    private const int Rounds = 9;
    private static readonly PageRequest First = new(1, 25);

    private static readonly (string Name, CodeFilter Filter, string? Sort)[] Lists =
    [
        ("all, first page with total", new(), null),
        ("all, by subject", new(), "subject"),
        ("tab: active", new() { States = [CodeState.Active] }, null),
        ("tab: used", new() { States = [CodeState.Used] }, null),
        ("tab: expired and closed", new() { States = [CodeState.Expired, CodeState.Closed] }, null),
        ("search: part of a subject", new() { Search = "ject 17" }, null),
        ("search: part of every subject", new() { States = [CodeState.Active], Search = "subj" }, null),
        ("search: no match", new() { Search = "xyzzy" }, null),
        ("search: a whole code", new() { Search = "whole" }, null),
    ];

    public static async Task RunAsync(IServiceProvider services)
    {
        var databases = services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using var db = await databases.CreateDbContextAsync();
        var teacher = await db.InviteCodes.GroupBy(c => c.TeacherId).OrderByDescending(g => g.Count()).Select(g => g.Key).FirstAsync();
        var session = await db.Sessions.Where(s => s.UserId == teacher).Select(s => s.Id).FirstAsync();
        var code = await db.InviteCodes.Where(c => c.TeacherId == teacher).OrderBy(c => c.CreatedAt).Skip(50_000).Select(c => c.Code).FirstAsync();
        var actor = new Actor(teacher, session, "192.0.2.1");
        foreach (var (name, filter, sort) in Lists)
        {
            var wanted = filter.Search is "whole" ? filter with { Search = CodeText.Grouped(code).ToLowerInvariant() } : filter;
            await TimeAsync(name, 100, async scope => Good(await scope.GetRequiredService<CodeQueries>().ListAsync(actor, wanted, First with { Sort = sort }, default)));
        }

        string? cursor = null;
        await TimeAsync("all, last page", 100, async scope =>
        {
            var queries = scope.GetRequiredService<CodeQueries>();
            cursor ??= Good(await queries.ListAsync(actor, new(), First, default)).Last;
            Good(await queries.ListAsync(actor, new(), First with { Cursor = cursor }, default));
        });
        await TimeAsync("the numbers on the tabs", 100, async scope => Good(await scope.GetRequiredService<CodeQueries>().CountStatesAsync(actor, null, default)));
        await TimeAsync("statistics, twelve weeks", 300, async scope => Good(await scope.GetRequiredService<CodeStatisticsQueries>().ReadAsync(actor, new CodePeriod(DateTimeOffset.UtcNow.AddDays(-84)), default)));
        await TimeAsync("statistics, all time", 300, async scope => Good(await scope.GetRequiredService<CodeStatisticsQueries>().ReadAsync(actor, new CodePeriod(), default)));
        await TimeAsync("students, first page with total", 100, async scope => Good(await scope.GetRequiredService<EnrollmentQueries>().ListStudentsAsync(actor, new StudentFilter(), First, default)));
        await TimeAsync("students, a part of the name", 300, async scope => Good(await scope.GetRequiredService<EnrollmentQueries>().ListStudentsAsync(actor, new StudentFilter { Search = "student 19" }, First, default)));
        await TimeAsync("students, subjects and groups", 100, async scope => Good(await scope.GetRequiredService<EnrollmentQueries>().ListTaughtAsync(actor, default)));
        await TimeAsync("students, how many people", 100, async scope => Good(await scope.GetRequiredService<EnrollmentQueries>().CountStudentsAsync(actor, default)));
        await TimeAsync("whether anything has changed, asked every 3 s", 10, scope => scope.GetRequiredService<CodeQueries>().VersionAsync(actor, default));

        async Task TimeAsync(string name, int goal, Func<IServiceProvider, Task> work)
        {
            var taken = new List<double>();
            for (var round = -2; round < Rounds; round++)
            {
                services.GetRequiredService<ListTotals>().Forget($"codes:{teacher:N}|");
                await using var scope = services.CreateAsyncScope();
                var watch = Stopwatch.StartNew();
                await work(scope.ServiceProvider);
                if (round >= 0)
                {
                    taken.Add(watch.Elapsed.TotalMilliseconds);
                }
            }

            Console.WriteLine(FormattableString.Invariant($"{name}|{taken.Order().ElementAt(Rounds / 2):F0}|{taken.Max():F0}|{goal}"));
        }
    }

    private static T Good<T>(Result<T> result) => result.Succeeded ? result.Value : throw new InvalidOperationException(result.Error.Code);
}
