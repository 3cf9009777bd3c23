using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Imports.ImportCase;

namespace InvitePortal.Tests.Imports;

/// <summary>The run of a file of people: rights, nodes that die, stopping, the same file again, and the way back.</summary>
public sealed class PeopleImportRunTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Run_MakesPeopleAndGivesRoles_TheSameFileAgainChangesNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var parent = await host.AddPersonAsync(Role.Parent, name: "Stays Herself");
        var rows = string.Concat(Enumerable.Range(0, 450).Select(i => $"crowd{i}@example.org;Crowd {i};Student;;\n"));
        var text = "почта;имя;роль;статус;язык\n" + rows + $"{parent.Email};Another Name;Teacher;;\nbad;Bad;Student;;\nasleep@example.org;Asleep;Teacher, Parent;неактивен;русский\n";
        var id = await host.HandInAsync(admin, ImportKind.People, text);

        await host.RunAsync(admin, id, new StartImport(Notify: false));

        var details = await host.DetailsAsync(admin, id);
        Assert.Equal((452, 1, ImportPhase.AtRest, null), (details.Of(RowStanding.Done), details.Of(RowStanding.Invalid), details.Summary.Phase, details.Problem));
        var asleep = (await host.PersonAsync("asleep@example.org"))!;
        Assert.Equal((PersonStatus.Inactive, "ru", null), (asleep.Status, asleep.Language, asleep.JoinedAt));
        Assert.Equal([Role.Teacher, Role.Parent], asleep.Roles);
        var same = await host.StoredAsync(parent.Id);
        Assert.Equal(("Stays Herself", Role.Parent), (same.DisplayName, same.ActiveRole));
        Assert.Equal([Role.Teacher, Role.Parent], same.Roles);
        Assert.Contains(await host.AuditAsync(asleep.Id), e => e.Action == "user.created" && e.ActorId == admin.Id);
        Assert.Equal(["import.run", "import.started"], (await host.AuditAsync(id)).Select(e => e.Action).Order(StringComparer.Ordinal));
        var after = await host.CountAsync();

        var again = await host.HandInAsync(admin, ImportKind.People, text);

        Assert.Equal((452, 1), ((await host.DetailsAsync(admin, again)).Of(RowStanding.Unchanged), (await host.DetailsAsync(admin, again)).Of(RowStanding.Invalid)));
        Assert.Equal("import.nothing_to_do", (await host.Get<ImportRunService>().StartAsync(admin.Actor, again, new StartImport(), Ct)).Error!.Code);
        Assert.Equal(after, await host.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Undo_TakesBackWhatNobodyHasTouched_AndSaysWhyTheRestStays(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var parent = await host.AddPersonAsync(Role.Parent);
        var id = await host.HandInAsync(admin, ImportKind.People, $"email,name,role\nplain@example.org,Plain,student\nedited@example.org,Edited,student\nseen@example.org,Seen,student\ngone@example.org,Gone,student\n{parent.Email},,teacher\n");
        await host.RunAsync(admin, id);
        var (edited, gone) = ((await host.PersonAsync("edited@example.org"))!, (await host.PersonAsync("gone@example.org"))!);
        Assert.True((await host.EditAsync(admin, edited.Id, c => c with { Name = "Edited Since" })).Succeeded);
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, gone.Id, Ct)).Succeeded);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Email == "seen@example.org").ExecuteUpdateAsync(set => set.SetProperty(u => u.LastSignInAt, host.Clock.GetUtcNow()), Ct);
        }

        var told = (await host.Get<ImportQueries>().TellUndoAsync(admin.Actor, id, Ct)).Value!;
        await host.UndoAsync(admin, id);

        Assert.Equal((3, 2), (told.Undoable, told.Kept));
        Assert.Equal(
            [(RowState.Undone, null), (RowState.Kept, "user.changed"), (RowState.Kept, "import.signed_in"), (RowState.Undone, null), (RowState.Undone, null)],
            (await host.RowsAsync(id)).Select(r => (r.State, r.Code)));
        Assert.Null(await host.PersonAsync("plain@example.org"));
        Assert.NotNull(await host.PersonAsync("seen@example.org"));
        Assert.Equal([Role.Parent], (await host.StoredAsync(parent.Id)).Roles);
        Assert.NotNull((await host.DetailsAsync(admin, id)).Summary.UndoneAt);
        Assert.Equal("import.nothing_to_undo", (await host.Get<ImportRunService>().UndoAsync(admin.Actor, id, Ct)).Error!.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task D03_D09_RightsAreThoseOfTheMoment_AndABanStays(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (staff, agency, teacher) = (await host.AddPersonAsync(Role.Staff), await host.AddPersonAsync(Role.Agency), await host.AddPersonAsync(Role.Teacher));
        var bad = await host.AddPersonAsync(Role.Student, email: "bad@example.org");
        const string text = "email,name,role\nbad@example.org,Bad,Teacher\nnew@example.org,New,Teacher\n";

        Assert.Equal("import.forbidden", (await host.TryHandInAsync(agency, ImportKind.People, Bytes(text))).Error!.Code);
        Assert.Equal("import.forbidden", (await host.TryHandInAsync(teacher, ImportKind.Invitations, Bytes(text))).Error!.Code);
        var id = await host.HandInAsync(staff, ImportKind.People, text);
        Assert.Equal("import.not_found", (await host.Get<ImportQueries>().GetAsync(agency.Actor, id, Ct)).Error!.Code);
        Assert.Equal("import.not_found", (await host.Get<ImportRunService>().StartAsync(teacher.Actor, id, new StartImport(), Ct)).Error!.Code);

        // Banned between the dry run and the run.
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == bad.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned), Ct);
        }

        await host.RunAsync(staff, id);
        Assert.Equal([(RowVerdict.Refused, "user.exists_blocked"), (RowVerdict.New, null)], await host.VerdictsAsync(id));
        Assert.Equal((PersonStatus.Banned, RoleBits.Of(Role.Student)), ((await host.StoredAsync(bad.Id)).Status, (await host.StoredAsync(bad.Id)).RoleBits));

        // Demoted, or signed out, between the start and the work.
        var late = await host.HandInAsync(staff, ImportKind.People, "late@example.org,Late\n");
        Assert.True((await host.Get<ImportRunService>().StartAsync(staff.Actor, late, new StartImport(), Ct)).Succeeded);
        await host.SetRolesAsync(staff.Id, Role.Teacher);
        await host.Worker().RunDueAsync(Ct);
        Assert.Null(await host.PersonAsync("late@example.org"));
        await using var look = host.Open();
        var ended = await look.Imports.SingleAsync(i => i.Id == late, Ct);
        Assert.Equal((ImportPhase.AtRest, "import.forbidden"), (ended.Phase, ended.Problem));
    }

    [Fact]
    public async Task Start_WantsAFreshProof()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "a@example.org,Ann\n");
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        var started = await host.Get<ImportRunService>().StartAsync(admin.Actor, id, new StartImport(), Ct);

        Assert.Equal(Error.ConfirmAgain, started.Error);
        Assert.Null(await host.PersonAsync("a@example.org"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Work_IsTakenOverFromADeadNode_StopsWhenAsked_AndGoesOn(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = ServiceHost.On(database);
        await using var other = ServiceHost.Beside(host, database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name\n" + string.Concat(Enumerable.Range(0, 450).Select(i => $"p{i}@example.org,P {i}\n")));
        Assert.True((await host.Get<ImportRunService>().StartAsync(admin.Actor, id, new StartImport(), Ct)).Succeeded);

        // One piece is done, then the node is gone.
        var claim = (await host.Get<ImportClaims>().ClaimAsync(Ct))!;
        var target = host.Get<ImportChecks>().Of(ImportKind.People);
        Assert.Equal(200, (await target.RunAsync(claim, Ct)).Value);
        Assert.Null(await other.Get<ImportClaims>().ClaimAsync(Ct));
        Assert.Equal("import.at_work", (await host.MendAsync(admin, id, 400, c => c)).Error!.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        var second = (await other.Get<ImportClaims>().ClaimAsync(Ct))!;
        // It comes back, and holds nothing any more.
        Assert.Equal(0, (await target.RunAsync(claim, Ct)).Value);
        await host.Get<ImportClaims>().FinishAsync(claim, null, Ct);
        Assert.Equal(ImportPhase.Running, (await host.DetailsAsync(admin, id)).Summary.Phase);

        Assert.Equal(200, (await other.Get<ImportChecks>().Of(ImportKind.People).RunAsync(second, Ct)).Value);
        Assert.True((await host.Get<ImportRunService>().StopAsync(admin.Actor, id, Ct)).Succeeded);
        Assert.Equal(0, (await other.Get<ImportChecks>().Of(ImportKind.People).RunAsync(second, Ct)).Value);
        await other.Get<ImportClaims>().FinishAsync(second, null, Ct);
        var stopped = await host.DetailsAsync(admin, id);
        Assert.Equal((ImportPhase.AtRest, 400, 50), (stopped.Summary.Phase, stopped.Of(RowStanding.Done), stopped.Waiting));
        Assert.Equal("import.not_at_work", (await host.Get<ImportRunService>().StopAsync(admin.Actor, id, Ct)).Error!.Code);

        await host.RunAsync(admin, id);
        Assert.Equal(450, (await host.DetailsAsync(admin, id)).Of(RowStanding.Done));
        await using var db = host.Open();
        Assert.Equal(450, await db.Users.CountAsync(u => u.NormalizedEmail!.StartsWith("p"), Ct));
    }
}
