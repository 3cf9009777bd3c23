using System.Text;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;

namespace InvitePortal.Tests.Imports;

/// <summary>What tests of imports do again and again: hand in, look, run.</summary>
internal static class ImportCase
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Task<Result<Guid>> TryHandInAsync(this ServiceHost host, TestPerson by, ImportKind kind, byte[] content, Role role = Role.Business) =>
        host.Get<ImportService>().CreateAsync(by.Actor, new NewImport(kind, "people.csv", content, role), Ct);

    public static async Task<Guid> HandInAsync(this ServiceHost host, TestPerson by, ImportKind kind, string text, Role role = Role.Business)
    {
        var made = await host.TryHandInAsync(by, kind, Bytes(text), role);
        Assert.True(made.Succeeded, made.Error?.Code);
        return made.Value;
    }

    public static async Task<ImportDetails> DetailsAsync(this ServiceHost host, TestPerson by, Guid id)
    {
        var details = await host.Get<ImportQueries>().GetAsync(by.Actor, id, Ct);
        Assert.True(details.Succeeded, details.Error?.Code);
        return details.Value;
    }

    public static async Task<List<ImportRow>> RowsAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.ImportRows.AsNoTracking().Where(r => r.ImportId == id).OrderBy(r => r.Number).ToListAsync(Ct);
    }

    /// <summary>The verdicts of all rows, with their reasons.</summary>
    public static async Task<List<(RowVerdict Verdict, string? Code)>> VerdictsAsync(this ServiceHost host, Guid id) =>
        [.. (await host.RowsAsync(id)).Select(r => (r.Verdict, r.Code))];

    public static ImportWorker Worker(this ServiceHost host) => host.Get<IEnumerable<IHostedService>>().OfType<ImportWorker>().Single();

    /// <summary>Starts an import and waits until the worker has come to its end.</summary>
    public static async Task RunAsync(this ServiceHost host, TestPerson by, Guid id, StartImport? command = null)
    {
        var started = await host.Get<ImportRunService>().StartAsync(by.Actor, id, command ?? new StartImport(), Ct);
        Assert.True(started.Succeeded, started.Error?.Code);
        await host.Worker().RunDueAsync(Ct);
    }

    public static async Task UndoAsync(this ServiceHost host, TestPerson by, Guid id)
    {
        var started = await host.Get<ImportRunService>().UndoAsync(by.Actor, id, Ct);
        Assert.True(started.Succeeded, started.Error?.Code);
        await host.Worker().RunDueAsync(Ct);
    }

    public static Task<Result> MendAsync(this ServiceHost host, TestPerson by, Guid id, int number, Func<RowCells, RowCells> change) =>
        host.ChangeRowAsync(id, number, row => host.Get<ImportRowService>().MendAsync(
            by.Actor, id, number, change(new RowCells(row.Email, row.Name, row.Roles, row.Status, row.Language, row.Message)), Ct));

    /// <summary>What an import may change: people, the sum of their roles' bits, messages, invitations.</summary>
    public static async Task<(int Users, int Roles, int Outbox, int Invitations)> CountAsync(this ServiceHost host)
    {
        await using var db = host.Open();
        return (await db.Users.CountAsync(Ct), await db.Users.SumAsync(u => u.RoleBits, Ct), await db.OutboxMessages.CountAsync(Ct), await db.Invitations.CountAsync(Ct));
    }

    private static async Task<Result> ChangeRowAsync(this ServiceHost host, Guid id, int number, Func<ImportRow, Task<Result>> change) =>
        await change((await host.RowsAsync(id)).Single(r => r.Number == number));
}
