using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Imports.ImportCase;

namespace InvitePortal.Tests.Imports;

/// <summary>Invitations from a file, through the services that send and delete them.</summary>
public sealed class InvitationImportTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAgainUndo_EveryRowHasItsVerdict_AndNobodyIsInvitedTwice(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        var (teacher, parent, banned) = (await host.AddPersonAsync(Role.Teacher), await host.AddPersonAsync(Role.Parent), await host.AddPersonAsync(Role.Parent, PersonStatus.Banned));
        await host.InviteOneAsync(staff, "open@example.org", Role.Teacher);
        var text = $"""
            email;role;language;message
            one@example.org;Teacher;ru;До понедельника
            two@example.org;Teacher;;
            one@example.org;Student;;
            two@example.org;teacher;;
            {teacher.Email};Teacher;;
            {parent.Email};Teacher;;
            {banned.Email};Teacher;;
            open@example.org;Teacher;;
            boss@example.org;SUPER_ADMIN;;
            x@example.org;Teacher, Student;;
            y@example.org;Teacher;fr;
            nobody;Teacher;;
            """;
        var id = await host.HandInAsync(staff, ImportKind.Invitations, text);

        Assert.Equal(
            [
                (RowVerdict.New, null),
                (RowVerdict.New, null),
                (RowVerdict.New, null),
                (RowVerdict.Duplicate, "import.duplicate"),
                (RowVerdict.Unchanged, "invitation.already_member"),
                (RowVerdict.AddsRole, null),
                (RowVerdict.Refused, "invitation.person_blocked"),
                (RowVerdict.Unchanged, "invitation.already_invited"),
                (RowVerdict.Refused, "invitation.may_not_grant"),
                (RowVerdict.Invalid, "import.one_role"),
                (RowVerdict.Invalid, "invitation.language_unknown"),
                (RowVerdict.Invalid, "invitation.address_invalid"),
            ],
            await host.VerdictsAsync(id));
        await using (var db = host.Open())
        {
            Assert.Equal(1, await db.Invitations.CountAsync(Ct));
        }

        var sendAt = host.Clock.GetUtcNow().AddHours(2);
        await host.RunAsync(staff, id, new StartImport(Message: "Welcome", LifetimeHours: 48, SendAt: sendAt, Reminders: false));

        var rows = await host.RowsAsync(id);
        Assert.Equal([1, 2, 3, 6], rows.Where(r => r.State is RowState.Done).Select(r => r.Number));
        var first = await host.ReadAsync(rows[0].TargetId!.Value);
        Assert.Equal(("ru", "До понедельника", id, false), (first.Language, first.Message, first.BatchId, first.RemindersOn));
        Assert.Equal("Welcome", (await host.ReadAsync(rows[1].TargetId!.Value)).Message);
        Assert.Equal(sendAt.AddHours(48), first.ExpiresAt, TimeSpan.FromMilliseconds(1));

        var again = await host.HandInAsync(staff, ImportKind.Invitations, text);
        Assert.Equal(0, (await host.DetailsAsync(staff, again)).Waiting);

        Assert.Equal((4, 0), await ToldAsync(host, staff, id));
        await host.UndoAsync(staff, id);
        Assert.Equal(4, (await host.DetailsAsync(staff, id)).Of(RowStanding.Undone));
        await using var look = host.Open();
        Assert.Equal("open@example.org", (await look.Invitations.SingleAsync(Ct)).Email);
        Assert.Null(await host.PersonAsync("one@example.org"));
        Assert.Equal(1, await look.OutboxMessages.CountAsync(m => m.State == DeliveryState.Queued, Ct));
        Assert.NotNull(await host.PersonAsync(parent.Email));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Undo_OfWhatWasSent_IsRefusedRowByRow(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.Invitations, "a@example.org\nb@example.org\nc@example.org\nd@example.org\n");
        await host.RunAsync(admin, id);
        var rows = await host.RowsAsync(id);
        await SetAsync(host, rows[0].TargetId, DeliveryState.Sent);
        await SetAsync(host, rows[1].TargetId, DeliveryState.Sending);
        Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, rows[2].TargetId!.Value, Ct)).Succeeded);

        Assert.Equal((1, 3), await ToldAsync(host, admin, id));
        await host.UndoAsync(admin, id);

        Assert.Equal(
            [(RowState.Kept, "invitation.already_sent"), (RowState.Kept, "invitation.already_sent"), (RowState.Kept, "invitation.not_pending"), (RowState.Undone, null)],
            (await host.RowsAsync(id)).Select(r => (r.State, r.Code)));
        await using var db = host.Open();
        Assert.Equal(DeliveryState.Sending, await db.OutboxMessages.Where(m => m.SubjectId == rows[1].TargetId).Select(m => m.State).SingleAsync(Ct));
        Assert.Equal(3, await db.Invitations.CountAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Run_BrokenOffAfterSending_TakesUpWhatWasStored(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.Invitations, "email,role\na@example.org,Teacher\nb@example.org,Teacher\n");
        Assert.True((await host.Get<ImportRunService>().StartAsync(admin.Actor, id, new StartImport(), Ct)).Succeeded);
        // As a worker leaves it that dies between sending and noting it.
        var sent = (await host.Get<InvitationSendingService>().SendAsync(admin.Actor, id, new SendInvitations(["a@example.org"], Role.Teacher), null, Ct)).Value!;

        await host.Worker().RunDueAsync(Ct);

        var rows = await host.RowsAsync(id);
        Assert.Equal([RowState.Done, RowState.Done], rows.Select(r => r.State));
        Assert.Equal(sent.Verdicts[0].InvitationId, rows[0].TargetId);
        await using var db = host.Open();
        Assert.Equal(2, await db.OutboxMessages.CountAsync(Ct));
    }

    [Fact]
    public async Task D03_Agency_InvitesBusinessOnly_AndOnlyItsOwn()
    {
        await using var host = await ServiceHost.CreateAsync();
        var agency = await host.AddPersonAsync(Role.Agency);

        var id = await host.HandInAsync(agency, ImportKind.Invitations, "email,role\na@example.org,Business\nb@example.org,Teacher\nc@example.org,\n");
        await host.RunAsync(agency, id);

        Assert.Equal([(RowVerdict.New, null), (RowVerdict.Refused, "invitation.may_not_grant"), (RowVerdict.New, null)], await host.VerdictsAsync(id));
        await using var db = host.Open();
        Assert.All(await db.Invitations.ToListAsync(Ct), i => Assert.Equal((Role.Business, agency.Id), (i.Role, i.InvitedById)));
        Assert.Equal(2, await db.Invitations.CountAsync(Ct));
    }

    [Fact]
    public async Task DailyLimit_EndsTheRun_AndItGoesOnTheNextDay()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:AdminSendsPerDay"] = "2" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.Invitations, "email,role\na@example.org,Teacher\nb@example.org,Student\nc@example.org,Parent\n");

        await host.RunAsync(admin, id);

        var details = await host.DetailsAsync(admin, id);
        Assert.Equal(("invitation.daily_limit", 2, 1), (details.Problem, details.Of(RowStanding.Done), details.Waiting));
    }

    [Fact]
    public async Task Start_WrongOptions_AreRefusedBeforeAnythingIsSent()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.Invitations, "a@example.org\n");
        var runs = host.Get<ImportRunService>();

        Assert.Equal("invitation.message_invalid", (await runs.StartAsync(admin.Actor, id, new StartImport(Message: new string('x', 1_001)), Ct)).Error!.Code);
        Assert.Equal("invitation.lifetime_invalid", (await runs.StartAsync(admin.Actor, id, new StartImport(LifetimeHours: int.MaxValue), Ct)).Error!.Code);
        Assert.Equal("invitation.send_at_invalid", (await runs.StartAsync(admin.Actor, id, new StartImport(SendAt: host.Clock.GetUtcNow().AddDays(-1)), Ct)).Error!.Code);
        Assert.Equal(ImportPhase.AtRest, (await host.DetailsAsync(admin, id)).Summary.Phase);
    }

    private static async Task<(int, int)> ToldAsync(ServiceHost host, TestPerson by, Guid id)
    {
        var told = (await host.Get<ImportQueries>().TellUndoAsync(by.Actor, id, Ct)).Value!;
        return (told.Undoable, told.Kept);
    }

    private static async Task SetAsync(ServiceHost host, Guid? invitation, DeliveryState state)
    {
        await using var db = host.Open();
        await db.OutboxMessages.Where(m => m.SubjectId == invitation).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, state), Ct);
    }
}
