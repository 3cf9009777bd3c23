using System.Diagnostics;
using System.Globalization;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Bench;

/// <summary>Imports of 10,000 rows through the portal's own services and worker: handed in, run, handed in again, undone. One line for each: what, seconds, the most memory beside what there was before.</summary>
internal static class ImportRounds
{
    private const int Rows = 10_000;

    public static async Task RunAsync(IServiceProvider services, Guid user, Guid session)
    {
        var actor = new Actor(user, session, "192.0.2.1");
        await ProveAsync(services, session);
        // One small round first: what is measured is the work, not the compiler.
        foreach (var kind in Enum.GetValues<ImportKind>())
        {
            await RoundAsync(services, actor, kind, 300, "warm", tell: false);
        }

        foreach (var kind in Enum.GetValues<ImportKind>())
        {
            await RoundAsync(services, actor, kind, Rows, "bench", tell: true);
        }
    }

    private static async Task RoundAsync(IServiceProvider services, Actor actor, ImportKind kind, int rows, string prefix, bool tell)
    {
        var text = new StringBuilder("email,name,role,message\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{prefix}.{kind}.{i}@import.example,\"Doe, {i}\",Teacher,\n");
        }

        var content = Encoding.UTF8.GetBytes(text.ToString());
        await using var scope = services.CreateAsyncScope();
        var (service, runs, queries) = (scope.ServiceProvider.GetRequiredService<ImportService>(), scope.ServiceProvider.GetRequiredService<ImportRunService>(), scope.ServiceProvider.GetRequiredService<ImportQueries>());
        var worker = ActivatorUtilities.CreateInstance<ImportWorker>(services);
        var command = new NewImport(kind, "bench.csv", content, Role.Teacher);
        var id = Guid.Empty;
        await MeasureAsync($"{kind}: read, judged and stored", tell, async () => id = (await service.CreateAsync(actor, command, default)).Value);
        Check((await runs.StartAsync(actor, id, new StartImport(), default)).Error);
        await MeasureAsync($"{kind}: run", tell, () => worker.RunDueAsync(default));
        Check(await queries.GetAsync(actor, id, default), d => d.Of(RowStanding.Done) == rows);
        var again = Guid.Empty;
        await MeasureAsync($"{kind}: the same file again", tell, async () => again = (await service.CreateAsync(actor, command, default)).Value);
        Check(await queries.GetAsync(actor, again, default), d => d.Of(RowStanding.Unchanged) == rows);
        Check((await runs.UndoAsync(actor, id, default)).Error);
        await MeasureAsync($"{kind}: undone", tell, () => worker.RunDueAsync(default));
        Check(await queries.GetAsync(actor, id, default), d => d.Of(RowStanding.Undone) == rows);
    }

    private static async Task MeasureAsync(string what, bool tell, Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        var before = process.WorkingSet64;
        var most = before;
        using var stop = new CancellationTokenSource();
        var watcher = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                process.Refresh();
                most = Math.Max(most, process.WorkingSet64);
                await Task.Delay(20);
            }
        });
        var watch = Stopwatch.StartNew();
        await work();
        watch.Stop();
        await stop.CancelAsync();
        await watcher;
        if (tell)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}|{watch.Elapsed.TotalSeconds:F1}|{(most - before) / 1048576}"));
        }
    }

    private static async Task ProveAsync(IServiceProvider services, Guid session)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var now = DateTimeOffset.UtcNow;
        await db.Sessions.Where(s => s.Id == session).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, now));
    }

    private static void Check(Error? error)
    {
        if (error is not null)
        {
            throw new InvalidOperationException(error.Code);
        }
    }

    private static void Check(Result<ImportDetails> details, Func<ImportDetails, bool> right)
    {
        Check(details.Error);
        if (!right(details.Value!))
        {
            throw new InvalidOperationException("The rows are not as they should be: " + string.Join(", ", details.Value!.Totals));
        }
    }
}
