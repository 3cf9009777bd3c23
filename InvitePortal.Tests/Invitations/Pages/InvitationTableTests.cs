using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class InvitationTableTests
{
    private readonly RowSelection _selection = new();
    private readonly List<Guid> _opened = [];
    private int _selected;
    private int _changed;

    [Fact]
    public async Task Ticks_SelectOneAndThePage()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Business, "a@example.org", "b@example.org");
        await using var ui = new InvitationUi(host, admin);
        var page = await ListAsync(host, admin);
        var table = Table(ui, page);

        table.FindAll("tbody input[type=checkbox]")[1].Change(true);
        Assert.Equal([page.Items[1].Id], _selection.Ids);
        table.Find("thead input[type=checkbox]").Change(true);
        Assert.Equal(2, _selection.Count);
        table.Find("thead input[type=checkbox]").Change(false);

        Assert.Empty(_selection.Ids);
        Assert.Equal(3, _selected);
    }

    [Fact]
    public async Task Untick_OfEverything_LeavesTheOthersOfThePage()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Business, "a@example.org", "b@example.org", "c@example.org");
        await using var ui = new InvitationUi(host, admin);
        var page = await ListAsync(host, admin);
        _selection.Everything = true;
        var table = Table(ui, page);

        table.FindAll("tbody input[type=checkbox]")[1].Change(false);
        table.Render();

        Assert.Equal([false, true, false, true], table.FindAll("input[type=checkbox]").Select(b => b.HasAttribute("checked")));
        Assert.Equal(new[] { page.Items[0].Id, page.Items[2].Id }.Order(), _selection.Ids.Order());
    }

    [Fact]
    public async Task Ticks_AreMarkedInTheirRowsAndWrappedInALabel()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Business, "a@example.org", "b@example.org");
        await using var ui = new InvitationUi(host, admin);
        var page = await ListAsync(host, admin);
        _selection.Toggle(page.Items[0].Id, []);

        var table = Table(ui, page);

        Assert.Equal(["selected", null], table.FindAll("tbody tr").Select(r => r.GetAttribute("class")));
        Assert.All(table.FindAll("input[type=checkbox]"), box => Assert.Equal("label", box.ParentElement!.LocalName));
        Assert.Contains(page.Items[0].Recipient, table.Find("tbody input").GetAttribute("aria-label"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InvitationState.Pending, 3)]
    [InlineData(InvitationState.Expired, 3)]
    [InlineData(InvitationState.Accepted, 1)]
    [InlineData(InvitationState.Declined, 1)]
    [InlineData(InvitationState.Cancelled, 1)]
    public async Task Menu_OffersWhatTheStateAllows(InvitationState state, int items)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        var page = await ListAsync(host, admin);
        var table = Table(ui, page with { Items = [page.Items[0] with { State = state }] });

        table.Find("td.actions button").Click();

        Assert.Equal(items, table.FindAll("[role=menuitem]").Count);
        Assert.Equal(items - 1, table.FindAll("[role=menuitem].danger").Count * 2);
    }

    [Fact]
    public async Task Open_FromTheAddressAndTheMenu_NamesTheRow()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        var table = Table(ui, await ListAsync(host, admin));

        table.Find("button.link").Click();
        table.Find("td.actions button").Click();
        table.Find("[role=menuitem]").Click();

        Assert.Equal([id, id], _opened);
    }

    [Fact]
    public async Task Resend_MailsAgainAndTellsThePage()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        var table = Table(ui, await ListAsync(host, admin));

        table.Find("td.actions button").Click();
        await table.FindAll("[role=menuitem]")[1].ClickAsync(new());

        Assert.Equal(1, _changed);
        await using var db = host.Open();
        Assert.Equal(2, await db.OutboxMessages.CountAsync(m => m.SubjectId == id));
    }

    [Theory]
    [InlineData(true, InvitationState.Cancelled)]
    [InlineData(false, InvitationState.Pending)]
    public async Task Cancel_AsksFirst(bool answer, InvitationState expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        var asked = ui.AnswerDialogs(answer);
        var table = Table(ui, await ListAsync(host, admin));

        table.Find("td.actions button").Click();
        await table.FindAll("[role=menuitem]")[2].ClickAsync(new());

        Assert.Equal([typeof(ConfirmDialog)], asked);
        Assert.Equal(expected, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task RowOfSomebodyElse_IsRefusedByTheService()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var agency = await host.AddPersonAsync(Role.Agency);
        var (id, _) = await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, agency);
        ui.AnswerDialogs(true);
        var table = Table(ui, await ListAsync(host, admin));

        table.Find("td.actions button").Click();
        await table.FindAll("[role=menuitem]")[2].ClickAsync(new());

        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
    }

    [Theory]
    [InlineData(null, "createdAt", "descending")]
    [InlineData("email", "email", "ascending")]
    [InlineData("-expiresAt", "expiresAt", "descending")]
    public async Task Head_SaysTheOrderOfOneColumn(string? sort, string column, string order)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        var url = new InvitationListUrl { Sort = sort };
        var table = Table(ui, await ListAsync(host, admin), url);

        var head = Assert.Single(table.FindAll("th[aria-sort]"), h => h.GetAttribute("aria-sort") is not "none");

        Assert.Equal(order, head.GetAttribute("aria-sort"));
        Assert.Equal(url.SortHref(column), head.QuerySelector("a")!.GetAttribute("href"));
    }

    private static async Task<PageResult<InvitationRow>> ListAsync(ServiceHost host, TestPerson person) =>
        (await host.Get<InvitationQueries>().ListAsync(person.Actor, new InvitationFilter(), new PageRequest(), Ct)).Value!;

    private IRenderedComponent<InvitationTable> Table(InvitationUi ui, PageResult<InvitationRow> page, InvitationListUrl? url = null) => ui.Render<InvitationTable>(p => p
        .Add(t => t.Result, page)
        .Add(t => t.Url, url ?? new InvitationListUrl())
        .Add(t => t.Selection, _selection)
        .Add(t => t.Zone, "UTC")
        .Add(t => t.OnOpen, _opened.Add)
        .Add(t => t.OnChanged, () => _changed++)
        .Add(t => t.OnSelected, () => _selected++));
}
