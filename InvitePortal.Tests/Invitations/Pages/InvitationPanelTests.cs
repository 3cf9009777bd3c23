using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class InvitationPanelTests
{
    [Theory]
    [InlineData(InvitationState.Pending, 7)]
    [InlineData(InvitationState.Expired, 4)]
    [InlineData(InvitationState.Cancelled, 1)]
    [InlineData(InvitationState.Accepted, 1)]
    public async Task Actions_AreThoseOfTheState(InvitationState state, int expected)
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await ReachAsync(host, admin, id, state);
        await using var ui = new InvitationUi(host, admin);

        var panel = Panel(ui, id);

        Assert.Equal(expected, panel.FindAll(".actions button").Count);
        Assert.Equal(InvitationHues.Of(state), panel.Find("p .badge").ClassList[1]);
    }

    [Fact]
    public async Task Timeline_LinesHaveTheHueOfWhatHappened()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await host.Get<InvitationLandingQueries>().NoteAsync(id, InvitationEventKind.CodeMistyped, Ct);
        await ReachAsync(host, admin, id, InvitationState.Accepted);
        await using var ui = new InvitationUi(host, admin);

        var hues = Panel(ui, id).FindAll(".timeline li").Select(l => l.GetAttribute("class")).ToList();

        Assert.Equal("blue", hues[0]);
        Assert.Contains("red", hues);
        Assert.Contains("green", hues);
    }

    [Fact]
    public async Task I02_ResendClickedTwiceAtOnce_SendsOnce()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        var resend = Panel(ui, id).FindAll(".actions button")[0];

        await Task.WhenAll(resend.ClickAsync(new()), resend.ClickAsync(new()));

        Assert.Equal(1, (await host.ReadAsync(id)).Resends);
    }

    [Fact]
    public async Task CopyLink_ShowsALinkThatOpens()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        var panel = Panel(ui, id);

        await panel.FindAll(".actions button")[1].ClickAsync(new());

        var link = panel.Find("input[readonly]").GetAttribute("value")!;
        Assert.Equal(link, panel.Find("[data-copy]").GetAttribute("data-copy"));
        Assert.Null((await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), link.Split("token=")[1], Ct)).Value!.Refusal);
    }

    [Fact]
    public async Task QrCode_IsOfAFreshLinkAndMadeOnDemandOnly()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        var panel = Panel(ui, id);
        Assert.Empty(panel.FindAll("svg.qr"));
        Assert.Equal(1, await LinksAsync(host));

        await panel.FindAll(".actions button")[2].ClickAsync(new());

        Assert.Single(panel.FindAll("svg.qr"));
        Assert.Equal(2, await LinksAsync(host));
        Assert.Contains("Link copied", panel.Find(".timeline").TextContent, StringComparison.Ordinal);
        // Asked for again, the code of the link that is shown is the same.
        await panel.FindAll(".actions button")[2].ClickAsync(new());
        Assert.Equal(2, await LinksAsync(host));

        static async Task<int> LinksAsync(ServiceHost host)
        {
            await using var db = host.Open();
            return await db.InvitationLinks.CountAsync();
        }
    }

    [Theory]
    [InlineData(true, InvitationState.Cancelled)]
    [InlineData(false, InvitationState.Pending)]
    public async Task Cancel_AsksFirst(bool answer, InvitationState expected)
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        var asked = ui.AnswerDialogs(answer);
        var panel = Panel(ui, id);

        await panel.FindAll(".actions button")[5].ClickAsync(new());

        Assert.Equal([typeof(ConfirmDialog)], asked);
        Assert.Equal(expected, (await host.ReadAsync(id)).State);
        Assert.Equal(InvitationHues.Of(expected), panel.Find("p .badge").ClassList[1]);
    }

    [Fact]
    public async Task Replace_KillsTheShownLink()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        ui.AnswerDialogs(true);
        var panel = Panel(ui, id);
        await panel.FindAll(".actions button")[1].ClickAsync(new());
        var link = panel.Find("input[readonly]").GetAttribute("value")!;

        await panel.FindAll(".actions button")[4].ClickAsync(new());

        Assert.Empty(panel.FindAll("input[readonly]"));
        Assert.Equal(InvitationErrors.Revoked, (await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), link.Split("token=")[1], Ct)).Value!.Refusal);
    }

    [Fact]
    public async Task SomebodyElses_IsNotFound()
    {
        var (host, _, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, await host.AddPersonAsync(Role.Agency));

        var panel = Panel(ui, id);

        Assert.Contains(InvitationErrors.NotFound.Message, panel.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Empty(panel.FindAll("button"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("2030-05-13T12:00:00")]
    public async Task Edit_ExpiryUntouchedOrTypedAgain_KeepsItToTheSecond(string? typed)
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        var before = (await host.ReadAsync(id)).ExpiresAt;
        await using var ui = new InvitationUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, id);

        if (typed is not null)
        {
            editor.Find("#edit-expires").Change(typed);
        }

        editor.Find("#edit-message").Change("See you soon");
        await editor.Find("form").SubmitAsync();

        var stored = await host.ReadAsync(id);
        Assert.NotEqual(0, before.Second);
        Assert.Equal(("See you soon", before), (stored.Message, stored.ExpiresAt));
    }

    [Fact]
    public async Task Edit_NewExpiry_IsReadInThePersonsZone()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, id);

        editor.Find("#edit-expires").Change("2030-05-10T18:30:00");
        await editor.Find("form").SubmitAsync();

        Assert.Equal(new DateTimeOffset(2030, 5, 10, 15, 30, 0, TimeSpan.Zero), (await host.ReadAsync(id)).ExpiresAt);
    }

    [Fact]
    public async Task Edit_ChangedMeanwhile_IsToldAndNotOverwritten()
    {
        var (host, admin, id) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host, admin);
        Error? told = null;
        var editor = await EditorAsync(ui, host, admin, id, error => told = error);
        Assert.True((await host.Get<InvitationService>().EditAsync(admin.Actor, id, new EditInvitation((await host.ReadAsync(id)).Version, Message: "First"), Ct)).Succeeded);

        editor.Find("#edit-message").Change("Second");
        await editor.Find("form").SubmitAsync();

        Assert.Equal(InvitationErrors.ChangedMeanwhile.Code, told?.Code);
        Assert.Equal("First", (await host.ReadAsync(id)).Message);
    }

    [Fact]
    public async Task BatchDelivery_FollowsUntilItIsGone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var batch = (await host.InviteAsync(admin, Role.Business, "a@example.org", "b@example.org")).Value!.BatchId;
        await using var ui = new InvitationUi(host, admin);
        var strip = ui.Render<BatchDelivery>(p => p.Add(b => b.BatchId, batch));
        await strip.WaitForStateAsync(() => strip.FindAll("progress").Count == 1);
        Assert.Equal("0", strip.Find("progress").GetAttribute("value"));
        await using (var db = host.Open())
        {
            var first = await db.OutboxMessages.OrderBy(m => m.Id).Select(m => m.Id).FirstAsync();
            await db.OutboxMessages.Where(m => m.Id == first).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Sent));
        }

        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await strip.WaitForStateAsync(() => strip.Find("progress").GetAttribute("value") is "1");
        await ui.DisposeComponentsAsync();
        var before = host.Logs.Lines.Count;
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        await Task.Delay(100);

        Assert.Equal(before, host.Logs.Lines.Count);
    }

    private static async Task<(ServiceHost Host, TestPerson Admin, Guid Id)> InvitedAsync()
    {
        var host = await ServiceHost.CreateAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(37));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        return (host, admin, (await host.InviteOneAsync(admin, "a@example.org")).Id);
    }

    private static async Task ReachAsync(ServiceHost host, TestPerson admin, Guid id, InvitationState state)
    {
        switch (state)
        {
            case InvitationState.Expired:
                host.Clock.Advance(TimeSpan.FromDays(8));
                await using (var db = host.Open())
                {
                    await db.Sessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.ExpiresAt, host.Clock.Now.AddHours(1)));
                }

                break;
            case InvitationState.Cancelled:
                Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, id, Ct)).Succeeded);
                break;
            case InvitationState.Accepted:
                Assert.True((await host.AcceptByCodeAsync(await host.TokenAsync(id), "a@example.org")).Succeeded);
                break;
            default:
                break;
        }
    }

    private static IRenderedComponent<InvitationPanel> Panel(InvitationUi ui, Guid id)
    {
        var panel = ui.Render<InvitationPanel>(p => p.Add(c => c.Id, id));
        panel.WaitForState(() => panel.FindAll(".skeleton").Count == 0);
        return panel;
    }

    private static async Task<IRenderedComponent<InvitationEditor>> EditorAsync(InvitationUi ui, ServiceHost host, TestPerson admin, Guid id, Action<Error?>? told = null)
    {
        var details = (await host.Get<InvitationQueries>().GetAsync(admin.Actor, id, Ct)).Value!;
        return ui.Render<InvitationEditor>(p => p
            .Add(e => e.Details, details)
            .Add(e => e.Zone, "Europe/Istanbul")
            .Add(e => e.OnSaved, error => told?.Invoke(error)));
    }
}
