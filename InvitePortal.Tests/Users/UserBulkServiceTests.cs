using System.Diagnostics;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Users.PeopleCase;

namespace InvitePortal.Tests.Users;

public sealed class UserBulkServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_AllThatMatch_AreChangedOnceEachAndNobodyElse(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddManyAsync(450);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var progress = new Recorded();

        var report = await host.Get<UserBulkService>().RunAsync(
            admin.Actor, new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Student], Statuses = [PersonStatus.Active] }), UserAction.SetStatus, PersonStatus.Suspended), progress, Ct);

        Assert.Equal((450, 450, false), (report.Value!.Total, report.Value.Done, report.Value.Stopped));
        Assert.Empty(report.Value.Refused);
        Assert.Equal([200, 400, 450], progress.Seen.Select(p => p.Done));
        await using var db = host.Open();
        Assert.Equal(450, await db.Users.CountAsync(u => u.Status == PersonStatus.Suspended, Ct));
        Assert.Equal(450, await db.AuditEntries.Where(e => e.Action == "user.edited").Select(e => e.SubjectId).Distinct().CountAsync(Ct));
        Assert.Equal(PersonStatus.Active, (await host.StoredAsync(teacher.Id)).Status);
        var list = await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Statuses = [PersonStatus.Suspended], Search = "pupil 44" }, new PageRequest(), Ct);
        Assert.Equal(11, list.Value!.Total);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_EachHasTheRulesOfASingleChange(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var lone = await host.AddPersonAsync(Role.Teacher);
        var two = await host.AddPersonAsync(Role.Teacher);
        await host.SetRolesAsync(two.Id, Role.Teacher, Role.Parent);
        var invited = await host.AddPersonAsync(Role.Teacher, PersonStatus.Invited);
        var without = await host.AddPersonAsync(Role.Student);
        var changed = await host.AddPersonAsync(Role.Teacher);
        var nobody = Guid.NewGuid();
        var selection = new UserSelection(
            [new(lone.Id), new(two.Id, await host.VersionAsync(two.Id)), new(invited.Id), new(without.Id), new(changed.Id, "older"), new(nobody), new(two.Id)], null);

        var report = (await host.Get<UserBulkService>().RunAsync(admin.Actor, new ChangeUsers(selection, UserAction.RemoveRole, Role: Role.Teacher), null, Ct)).Value!;

        Assert.Equal((6, 2), (report.Total, report.Done));
        Assert.Equal(
            new Dictionary<Guid, string> { [lone.Id] = "user.no_role", [invited.Id] = "user.still_invited", [changed.Id] = "user.changed", [nobody] = "user.not_found" },
            report.Refused.ToDictionary(r => r.Id, r => r.Code));
        Assert.Equal(lone.Email, report.Refused.Single(r => r.Id == lone.Id).Label);
        Assert.Equal(nobody.ToString(), report.Refused.Single(r => r.Id == nobody).Label);
        Assert.Equal(Role.Parent, (await host.StoredAsync(two.Id)).ActiveRole);
        Assert.Equal((0, 1), (await host.SessionsAsync(two.Id), await host.SessionsAsync(without.Id)));
        Assert.Empty(await host.AuditAsync(without.Id));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_AllThatMatch_WhoeverChangedMeanwhileIsLeftAlone(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (one, other) = (await host.AddPersonAsync(Role.Student), await host.AddPersonAsync(Role.Student));
        var all = new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Student] }), UserAction.SetStatus, PersonStatus.Suspended);

        // Between finding them and changing them.
        meanwhile.Before(() => host.EditAsync(admin, one.Id, c => c with { Roles = [Role.Teacher] }), "\"DisplayName\", ", "\"ActiveRole\", ", "\"ConcurrencyStamp\"");
        var report = (await host.Get<UserBulkService>().RunAsync(admin.Actor, all, null, Ct)).Value!;
        await meanwhile.Done;

        Assert.Equal(PersonStatus.Suspended, (await host.StoredAsync(other.Id)).Status);
        var stored = await host.StoredAsync(one.Id);
        Assert.True(stored.Status is PersonStatus.Active || stored.RoleBits == RoleBits.Of(Role.Student));
        Assert.Equal((2, 2), (report.Total, report.Done + report.Refused.Count));
    }

    [Fact]
    public async Task RunAsync_AllThatMatch_TellsWhenFewerWereMet()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddManyAsync(201);
        var all = new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Student] }), UserAction.SetStatus, PersonStatus.Suspended);

        // After the first batch.
        var report = await host.Get<UserBulkService>().RunAsync(admin.Actor, all, new Recorded(p => Leave(p, host)), Ct);

        Assert.Equal((201, 200, false), (report.Value!.Total, report.Value.Done, report.Value.Stopped));

        static void Leave(Progress progress, ServiceHost host)
        {
            using var db = host.Open();
            db.Users.Where(u => u.Status == PersonStatus.Active && u.ActiveRole == Role.Student && progress.Done == 200)
                .ExecuteUpdate(set => set.SetProperty(u => u.RoleBits, RoleBits.Of(Role.Teacher)));
        }
    }

    [Fact]
    public async Task RunAsync_IncompleteCommands_AreRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var all = new UserSelection(null, new UserFilter());
        foreach (var (command, code) in new[]
        {
            (new ChangeUsers(new UserSelection(null, null), UserAction.Delete), "user.nothing_selected"),
            (new ChangeUsers(all, UserAction.SetStatus), "user.status_invalid"),
            (new ChangeUsers(all, UserAction.SetStatus, PersonStatus.Invited), "user.status_invalid"),
            (new ChangeUsers(all, UserAction.AddRole), "user.role_missing"),
        })
        {
            Assert.Equal(code, (await host.Get<UserBulkService>().RunAsync(admin.Actor, command, null, Ct)).Error?.Code);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_Everybody_TheCallerAndSoASuperAdminRemain(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admins = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.AddPersonAsync(Role.SuperAdmin)));

        // Each deletes everybody, all at once.
        var reports = await Task.WhenAll(admins.Select(a => Task.Run(() => host.Get<UserBulkService>().RunAsync(
            a.Actor, new ChangeUsers(new UserSelection(null, new UserFilter()), UserAction.Delete), null, Ct))));

        Assert.Equal(1, await host.ActiveSuperAdminsAsync());
        Assert.Single(reports, r => r.Succeeded);
        Assert.Contains(Assert.Single(reports.Single(r => r.Succeeded).Value!.Refused).Code, new[] { "user.yourself", "user.last_super_admin" });
    }

    [Fact]
    public async Task RunAsync_Stopped_KeepsWhatIsDone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddManyAsync(600);
        using var stop = new CancellationTokenSource();
        var progress = new Recorded(_ => stop.Cancel());

        var report = await host.Get<UserBulkService>().RunAsync(
            admin.Actor, new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Student] }), UserAction.Delete), progress, stop.Token);

        Assert.Equal((600, 200, true), (report.Value!.Total, report.Value.Done, report.Value.Stopped));
        await using var db = host.Open();
        Assert.Equal(401, await db.Users.CountAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_BesideEdits_LosesNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ids = await host.AddManyAsync(600);
        using var over = new CancellationTokenSource();
        var renamed = new HashSet<Guid>();
        var atWork = new TaskCompletionSource();
        var editor = Task.Run(async () =>
        {
            for (var i = 0; !over.IsCancellationRequested; i = (i + 7) % ids.Count)
            {
                var id = ids[i];
                var edited = await host.EditAsync(admin, id, c => c with { Name = $"Renamed {id:N}" });
                Assert.True(edited.Succeeded || edited.Error.Code == "user.changed", edited.Error?.Code);
                if (edited.Succeeded)
                {
                    renamed.Add(id);
                    atWork.TrySetResult();
                }
            }
        });

        // The editor may end by its assertion instead.
        await Task.WhenAny(atWork.Task, editor);
        var report = await host.Get<UserBulkService>().RunAsync(
            admin.Actor, new ChangeUsers(new UserSelection([.. ids.Select(i => new SelectedUser(i))], null), UserAction.AddRole, Role: Role.Parent), null, Ct);
        await over.CancelAsync();
        await editor;

        Assert.Equal(600, report.Value!.Done + report.Value.Refused.Count);
        Assert.All(report.Value.Refused, r => Assert.Equal("user.changed", r.Code));
        var bit = RoleBits.Of(Role.Parent);
        await using var db = host.Open();
        Assert.Equal(report.Value.Done, await db.Users.CountAsync(u => ids.Contains(u.Id) && (u.RoleBits & bit) != 0, Ct));
        Assert.Equal(renamed.Count, await db.Users.CountAsync(u => u.DisplayName.StartsWith("Renamed "), Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_TenThousand_TakesSeconds(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddManyAsync(10_000);
        foreach (var command in new[]
        {
            new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Student] }), UserAction.AddRole, Role: Role.Parent),
            new ChangeUsers(new UserSelection(null, new UserFilter { Search = "pupil" }), UserAction.SetStatus, PersonStatus.Suspended),
            new ChangeUsers(new UserSelection(null, new UserFilter { Roles = [Role.Parent] }), UserAction.Delete),
        })
        {
            var started = Stopwatch.GetTimestamp();
            var report = (await host.Get<UserBulkService>().RunAsync(admin.Actor, command, null, Ct)).Value!;
            var elapsed = Stopwatch.GetElapsedTime(started);
            TestContext.Current.TestOutputHelper?.WriteLine($"{provider}: {command.Action} of {report.Done}: {elapsed.TotalSeconds:N1} s");

            Assert.Equal((10_000, 10_000), (report.Total, report.Done));
            Assert.True(elapsed < TimeSpan.FromSeconds(60), $"{command.Action}: {elapsed}");
        }
    }

    private sealed class Recorded(Action<Progress>? then = null) : IProgress<Progress>
    {
        public List<Progress> Seen { get; } = [];

        public void Report(Progress value)
        {
            Seen.Add(value);
            then?.Invoke(value);
        }
    }
}
