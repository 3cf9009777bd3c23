using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationQueriesTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_EverySort_WalksAllPagesForwardAndBackWithoutGapsOrRepeats(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        for (var batch = 0; batch < 3; batch++)
        {
            await host.InviteAsync(admin, Role.Student, [.. Enumerable.Range(0, 9).Select(i => $"{(char)('a' + (i * 7 % 9))}{batch}@example.org")]);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var queries = host.Get<InvitationQueries>();
        foreach (var sort in new[] { "createdAt", "-createdAt", "expiresAt", "-expiresAt", "email", "-email" })
        {
            var forward = new List<Guid>();
            var page = (await queries.ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(1, 5, sort), Ct)).Value!;
            var last = (await queries.ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(1, 5, sort, Cursor: page.Last), Ct)).Value!;
            for (var number = 1; ; number++)
            {
                Assert.Equal((number, 27), (page.Page, (int)page.Total));
                var byNumber = (await queries.ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(number, 5, sort), Ct)).Value!;
                Assert.Equal(byNumber.Items.Select(r => r.Id), page.Items.Select(r => r.Id));
                forward.AddRange(page.Items.Select(r => r.Id));
                if (page.Next is null)
                {
                    break;
                }

                page = (await queries.ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(1, 5, sort, Cursor: page.Next), Ct)).Value!;
            }

            Assert.Equal(27, forward.Distinct().Count());
            Assert.Equal(page.Items.Select(r => r.Id), last.Items.Select(r => r.Id));
            Assert.Equal(6, last.Page);
            var back = new List<Guid>(last.Items.Select(r => r.Id).Reverse());
            while (last.Previous is not null)
            {
                last = (await queries.ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(1, 5, sort, Cursor: last.Previous), Ct)).Value!;
                back.AddRange(last.Items.Select(r => r.Id).Reverse());
            }

            forward.Reverse();
            Assert.Equal(forward, back);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_Filters_AreTakenLiterallyAndByTheClock(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.InviteAsync(admin, Role.Student, "under_score@example.org", "underXscore@example.org", "per%cent@example.org");
        await host.InviteAsync(staff, Role.Teacher, "teacher@example.org");
        var (_, token) = await host.InviteOneAsync(admin, "done@example.org", Role.Parent);
        Assert.True((await host.AcceptByCodeAsync(token, "done@example.org")).Succeeded);

        async Task<string[]> FindAsync(InvitationFilter filter) =>
            [.. (await host.Get<InvitationQueries>().ListAsync(admin.Actor, filter, new PageRequest(Sort: "email"), Ct)).Value!.Items.Select(r => r.Recipient)];

        Assert.Equal(["under_score@example.org"], await FindAsync(new InvitationFilter { Address = "under_" }));
        Assert.Equal(["per%cent@example.org"], await FindAsync(new InvitationFilter { Address = "%" }));
        Assert.Empty(await FindAsync(new InvitationFilter { Address = "' OR 1=1 --" }));
        Assert.Equal(["teacher@example.org"], await FindAsync(new InvitationFilter { Roles = [Role.Teacher] }));
        Assert.Equal(["teacher@example.org"], await FindAsync(new InvitationFilter { InvitedById = staff.Id }));
        Assert.Equal(["done@example.org"], await FindAsync(new InvitationFilter { States = [InvitationState.Accepted] }));
        Assert.Empty(await FindAsync(new InvitationFilter { Channels = [Channel.Sms] }));
        Assert.Empty(await FindAsync(new InvitationFilter { States = [InvitationState.Expired] }));
        await using (var db = host.Open())
        {
            await db.OutboxMessages.Where(m => m.Recipient == "teacher@example.org").ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Failed));
        }

        Assert.Equal(["teacher@example.org"], await FindAsync(new InvitationFilter { States = [InvitationState.Pending], Deliveries = [DeliveryState.Failed] }));
        Assert.Equal(4, (await FindAsync(new InvitationFilter { Deliveries = [DeliveryState.Failed, DeliveryState.Queued], States = [InvitationState.Pending] })).Length);
        Assert.Empty(await FindAsync(new InvitationFilter { Expiring = true }));
        host.Clock.Advance(TimeSpan.FromDays(6.5));
        admin = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        Assert.Equal(4, (await FindAsync(new InvitationFilter { Expiring = true })).Length);
        var summary = (await host.Get<InvitationQueries>().SummarizeAsync(admin.Actor, Ct)).Value!;
        Assert.Equal((4, 4, 1), (summary.Open, summary.ExpiringSoon, summary.FailedDeliveries));
        host.Clock.Advance(TimeSpan.FromDays(7));
        admin = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        Assert.Equal(4, (await FindAsync(new InvitationFilter { States = [InvitationState.Expired] })).Length);
        Assert.Empty(await FindAsync(new InvitationFilter { States = [InvitationState.Pending] }));
    }

    [Fact]
    public async Task H08_UnknownSort_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var list = await host.Get<InvitationQueries>().ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(Sort: "id; DROP TABLE"), Ct);
        Assert.Equal((ErrorKind.Invalid, "sort"), (list.Error!.Kind, list.Error.Field));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("ZjE")]
    [InlineData("!!!!")]
    public async Task ListAsync_CursorThatIsNone_GivesTheFirstPage(string cursor)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        Assert.Single((await host.Get<InvitationQueries>().ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(Cursor: cursor), Ct)).Value!.Items);
    }

    [Fact]
    public async Task ListAsync_PageBeyondTheEnd_GivesTheLast()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Student, [.. Enumerable.Range(0, 7).Select(i => $"p{i}@example.org")]);
        var list = (await host.Get<InvitationQueries>().ListAsync(admin.Actor, new InvitationFilter(), new PageRequest(99, 5), Ct)).Value!;
        Assert.Equal((2, 2), (list.Page, list.Items.Count));
    }

    [Theory]
    [InlineData(Role.Business)]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Student)]
    [InlineData(Role.Parent)]
    public async Task D10_RoleWithoutInvitations_SeesNone(Role role)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        var person = await host.AddPersonAsync(role);
        var list = await host.Get<InvitationQueries>().ListAsync(person.Actor, new InvitationFilter(), new PageRequest(), Ct);
        Assert.Empty(list.Value!.Items);
        Assert.Equal(0, list.Value.Total);
    }

    [Fact]
    public async Task ListAsync_Agency_SeesItsOwnOnly()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var agency = await host.AddPersonAsync(Role.Agency);
        await host.InviteOneAsync(admin, "theirs@example.org");
        await host.InviteOneAsync(agency, "ours@example.org");
        var list = await host.Get<InvitationQueries>().ListAsync(agency.Actor, new InvitationFilter { InvitedById = admin.Id }, new PageRequest(), Ct);
        Assert.Empty(list.Value!.Items);
        list = await host.Get<InvitationQueries>().ListAsync(agency.Actor, new InvitationFilter(), new PageRequest(), Ct);
        Assert.Equal(["ours@example.org"], list.Value!.Items.Select(r => r.Email));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task GetAsync_Timeline_TellsTheWholeStory(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada");
        var (id, token) = await host.InviteOneAsync(admin, "story@example.org");
        var landings = host.Get<InvitationLandingQueries>();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await landings.NoteAsync(id, InvitationEventKind.Fetched, Ct);
        await landings.NoteAsync(id, InvitationEventKind.Fetched, Ct);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await landings.NoteAsync(id, InvitationEventKind.Opened, Ct);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, Ct);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: "000000"))).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: await host.CodeAsync("story@example.org")))).Succeeded);

        var details = (await host.Get<InvitationQueries>().GetAsync(admin.Actor, id, Ct)).Value!;

        Assert.Equal(
            ["created", "queued.invitation", "Fetched", "Opened", "CodeAsked", "CodeMistyped", "closed.Accepted"],
            details.Timeline.Select(e => e.What));
        Assert.Equal(2, details.Timeline.Single(e => e.What == "Fetched").Count);
        Assert.Equal("Ada", details.Timeline[0].By);
    }

    [Fact]
    public async Task GetAsync_MessageTooLate_TimelineSaysSo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "late@example.org");
        host.Clock.Advance(TimeSpan.FromDays(7));
        await host.Get<OutboxClaims>().SweepAsync(Ct);
        var actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor;
        var timeline = (await host.Get<InvitationQueries>().GetAsync(actor, id, Ct)).Value!.Timeline;
        Assert.Equal(["created", "queued.invitation", "failed", "closed.Expired"], timeline.Select(e => e.What));
        Assert.Equal(DeliveryReasons.Text(DeliveryReasons.Expired), timeline[2].Detail);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListAsync_NulInFilterOrCursor_IsNoFailure(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        var cursor = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($"f1.{Guid.Empty:N}\0"));
        var list = await host.Get<InvitationQueries>().ListAsync(
            admin.Actor, new InvitationFilter { Address = "a@\0" }, new PageRequest(Sort: "email", Cursor: cursor), Ct);
        Assert.Single(list.Value!.Items);
    }

    [Fact]
    public async Task ListAsync_ActiveRoleWasTakenAway_SeesNone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var agency = await host.AddPersonAsync(Role.Agency);
        await host.InviteOneAsync(agency, "a@example.org");
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == agency.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, 0));
        Assert.Empty((await host.Get<InvitationQueries>().ListAsync(agency.Actor, new InvitationFilter(), new PageRequest(), Ct)).Value!.Items);
        Assert.Equal("invitation.may_not_invite", (await host.InviteAsync(agency, Role.Business, "b@example.org")).Error?.Code);
    }

    [Fact]
    public void IsUnderWay_PlannedForLater_Rests()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(50);
        InvitationRow Row(DeliveryState state, DateTimeOffset due) =>
            new(Guid.Empty, "a@example.org", Role.Student, Channel.Email, InvitationState.Pending, state, due, null, null, now.AddDays(7), null, now, 1, null, null, null, null);
        Assert.False(Row(DeliveryState.Queued, now.AddDays(1)).IsUnderWay(now));
        Assert.False(Row(DeliveryState.Sent, now).IsUnderWay(now));
        Assert.True(Row(DeliveryState.Queued, now).IsUnderWay(now));
        Assert.True(Row(DeliveryState.Sending, now).IsUnderWay(now));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CountDeliveriesAsync_OneBatch_CountsItsMessagesByState(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sent = (await host.InviteAsync(admin, Role.Student, "a@example.org", "b@example.org", "c@example.org")).Value!;
        await host.MarkSentAsync(sent.Verdicts[0].InvitationId!.Value);
        var counts = (await host.Get<InvitationQueries>().CountDeliveriesAsync(admin.Actor, sent.BatchId, Ct)).Value!;
        Assert.Equal(new DeliveryCounts(3, 2, 1, 0, 0), counts);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task PreviewAsync_PastedList_SaysAtOnceWhatWillNotWork(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Teacher, email: "teacher@example.org");
        await host.InviteOneAsync(admin, "waiting@example.org", Role.Teacher);
        var preview = (await host.Get<InvitationQueries>().PreviewAsync(
            admin.Actor, ["new@example.org", "oops", "teacher@example.org", "waiting@example.org", "NEW@example.org"], Role.Teacher, Ct)).Value!;
        Assert.Equal(
            [null, "invitation.address_invalid", "invitation.already_member", "invitation.already_invited", "invitation.address_repeated"],
            preview.Select(v => v.Code));
    }

    [Fact]
    public async Task SummarizeAsync_Admin_CountsWhatWaits()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (failed, _) = await host.InviteOneAsync(admin, "a@example.org");
        var (_, token) = await host.InviteOneAsync(admin, "b@example.org");
        Assert.True((await host.AcceptByCodeAsync(token, "b@example.org")).Succeeded);
        await using (var db = host.Open())
        {
            await db.OutboxMessages.Where(m => m.SubjectId == failed).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Failed));
        }

        Assert.Equal(new InvitationSummary(1, 0, 1, 1), (await host.Get<InvitationQueries>().SummarizeAsync(admin.Actor, Ct)).Value);
    }
}
