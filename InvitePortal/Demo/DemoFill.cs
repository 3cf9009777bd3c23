using System.Diagnostics;
using System.Globalization;
using InvitePortal.Data;
using InvitePortal.Invitations;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Demo;

/// <summary>Fills the configured database with a large crowd, to see the portal at its size.</summary>
public sealed class DemoFill(IDbContextFactory<AppDbContext> databases, DemoData data, TimeProvider clock)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    /// <summary>Adds the small demo where there is nobody yet, then the crowd, and lets the database take stock of it. Uses as much memory for a million as for ten.</summary>
    /// <param name="people">How many to add.</param>
    /// <param name="invitations">How many invitations to add; half of the people they go to are among those added as invited. At most <paramref name="people"/>.</param>
    /// <param name="tell">Hears from time to time, in a line of English, how far it is.</param>
    /// <param name="ct">Stops it; what was written by then stays.</param>
    /// <returns>Why the database was not filled; null when it was.</returns>
    internal async Task<string?> RunAsync(int people, int invitations, IProgress<string>? tell, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await DatabaseStartup.MigrateAsync(db, ct);
        if (await ObstacleAsync(db, ct) is { } obstacle)
        {
            return obstacle;
        }

        if (!await db.Users.AnyAsync(ct))
        {
            await data.FillAsync(db, ct);
            db.ChangeTracker.Clear();
        }

        var inviters = await db.Users.Where(u => DemoData.Inviters.Contains(u.NormalizedEmail)).OrderBy(u => u.ActiveRole).Select(u => u.Id).ToListAsync(ct);
        if (inviters.Count < DemoData.Inviters.Length)
        {
            return "The database has people, but not the demo accounts that invite the others. Take an empty database.";
        }

        var crowd = new DemoCrowd(people, invitations, inviters, clock.GetUtcNow());
        await AddAsync(db, "people", crowd.People(), people, tell, ct);
        await AddAsync(db, "invitations", crowd.Invitations(), invitations, tell, ct);
        await AddAsync(db, "links", crowd.Links(), invitations, tell, ct);
        await AddAsync(db, "messages", crowd.Messages(), invitations, tell, ct);
        await AddAsync(db, "events", crowd.Events(), invitations, tell, ct);
        tell?.Report("The database takes stock …");
        await db.AnalyzeAsync(ct);
        return null;
    }

    private static async Task<string?> ObstacleAsync(AppDbContext db, CancellationToken ct)
    {
        var known = await db.Users.OrderBy(u => u.Id).Select(u => u.NormalizedEmail).Take(DemoData.MostPeople + 1).ToListAsync(ct);
        return known.Count > DemoData.MostPeople ? "The database has more people already than the small demo. Take an empty database."
            : known.Exists(email => email is null || !DemoNames.IsMadeUp(email)) ? "The database has people who are not made up. Take an empty database."
            : await db.Set<Invitation>().CountAsync(ct) > DemoData.MostPeople ? "The database has invitations already. Take an empty database."
            : null;
    }

    private static async Task AddAsync<T>(AppDbContext db, string what, IEnumerable<T> rows, int total, IProgress<string>? tell, CancellationToken ct)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        var last = TimeSpan.Zero;
        var progress = new Immediate(count =>
        {
            if (watch.Elapsed - last >= TellEvery)
            {
                last = watch.Elapsed;
                tell?.Report(string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {total:N0} {what} …"));
            }
        });
        var written = await db.BulkInsertAsync(rows, progress, ct);
        tell?.Report(string.Create(CultureInfo.InvariantCulture, $"{written:N0} {what} in {watch.Elapsed.TotalSeconds:F1} s"));
    }

    // Progress<T> reports on other threads, later.
    private sealed class Immediate(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
