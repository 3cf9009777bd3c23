// Times the figures of invitations and the pages of the audit log through the portal's own services, one at a time. Figures are counted anew for each:
// as the portal is used, they are shared for ten seconds.
using System.Diagnostics;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Insights;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Bench;

internal static class InsightPages
{
    private const int Rounds = 15;

    /// <param name="services">The portal's services.</param>
    /// <param name="admin">Who reads.</param>
    /// <param name="session">From which session.</param>
    public static async Task RunAsync(IServiceProvider services, Guid admin, Guid session)
    {
        var actor = new Actor(admin, session, "192.0.2.1");
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var inviter = await db.Invitations.OrderBy(i => i.Id).Select(i => i.InvitedById).FirstAsync();
        var busy = await db.AuditEntries.Where(e => e.ActorId != null && e.Action == "user.edited").OrderBy(e => e.At).Select(e => e.ActorId).FirstOrDefaultAsync();
        Console.WriteLine($"{await db.Invitations.CountAsync():N0} invitations, {await db.InvitationEvents.CountAsync():N0} events, {await db.OutboxMessages.CountAsync():N0} messages, {await db.AuditEntries.CountAsync():N0} entries of the audit log\n");
        (string Name, InsightsFilter Filter)[] figures =
        [
            ("all time", new()),
            ("this year", new(From: now.AddDays(-330))),
            ("90 days", new(From: now.AddDays(-90))),
            ("30 days", new(From: now.AddDays(-30))),
            ("7 days", new(From: now.AddDays(-7))),
            ("all time, one role", new(Role: Role.Teacher)),
            ("all time, one inviter", new(InviterId: inviter)),
            ("all time, a channel that nobody used", new(Channel: Channel.Slack)),
        ];
        var totals = services.GetRequiredService<ListTotals>();
        await TimeAsync(figures.Select(f => ("figures: " + f.Name, (Func<Task<string?>>)(async () =>
        {
            totals.Forget(InvitationQueries.TotalsPrefix);
            await using var scope = services.CreateAsyncScope();
            return (await scope.ServiceProvider.GetRequiredService<InsightsQueries>().ReadAsync(actor, f.Filter, default)).Error?.Code;
        }))));
        (string Name, AuditFilter Filter, bool Deep)[] pages =
        [
            ("first page", new(), false),
            ("behind 20 others, by cursor", new(), true),
            ("one person", new(Who: busy?.ToString()), false),
            ("people called anna", new(Who: "anna"), false),
            ("about anybody called anna", new(About: "anna"), false),
            ("a common change", new(Action: "invitation.created"), false),
            ("a rare change", new(Action: "portal.set_up"), false),
            ("a rare area", new(Action: "portal"), false),
            ("a month, a year ago", new(From: now.AddDays(-365), To: now.AddDays(-335)), false),
            ("a person, a change, a year", new(From: now.AddDays(-365), Who: busy?.ToString(), Action: "user.edited"), false),
            ("nothing: a change by somebody who never did it", new(Who: busy?.ToString(), Action: "link.used"), false),
        ];
        await TimeAsync(pages.Select(p => ("audit: " + p.Name, (Func<Task<string?>>)(async () =>
        {
            await using var scope = services.CreateAsyncScope();
            var queries = scope.ServiceProvider.GetRequiredService<AuditQueries>();
            string? cursor = null;
            for (var i = 0; p.Deep && i < 20; i++)
            {
                cursor = (await queries.ListAsync(actor, p.Filter, new PageRequest(PageSize: 50, Cursor: cursor), default)).Value?.Page.Next;
            }

            return (await queries.ListAsync(actor, p.Filter, new PageRequest(PageSize: 50, Cursor: cursor), default)).Error?.Code;
        }))));
    }

    private static async Task TimeAsync(IEnumerable<(string Name, Func<Task<string?>> Work)> works)
    {
        var all = new List<double>();
        Console.WriteLine($"{"",-55}{"median",10}{"p95",10}");
        foreach (var (name, work) in works)
        {
            var taken = new List<double>();
            for (var round = 0; round < Rounds + 3; round++)
            {
                var watch = Stopwatch.StartNew();
                if (await work() is { } error)
                {
                    throw new InvalidOperationException($"{name}: {error}");
                }

                // The first rounds compile.
                if (round >= 3)
                {
                    taken.Add(watch.Elapsed.TotalMilliseconds);
                }
            }

            all.AddRange(taken);
            Console.WriteLine(FormattableString.Invariant($"{name,-55}{Place(taken, 0.5),7:F0} ms{Place(taken, 0.95),7:F0} ms"));
        }

        Console.WriteLine(FormattableString.Invariant($"{"all together",-55}{Place(all, 0.5),7:F0} ms{Place(all, 0.95),7:F0} ms\n"));
    }

    private static double Place(List<double> taken, double share) => taken.Order().ElementAt((int)Math.Ceiling(share * taken.Count) - 1);
}
