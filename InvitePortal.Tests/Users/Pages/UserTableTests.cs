using Bunit;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;

namespace InvitePortal.Tests.Users.Pages;

public sealed class UserTableTests
{
    private readonly RowSelection _selection = new();
    private int _selected;

    [Fact]
    public async Task Ticks_SelectOneAndThePage()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = Page(Row("Ann"), Row("Bob"));
        var table = Table(ui, page);

        table.FindAll("tbody input[type=checkbox]")[1].Change(true);
        Assert.Equal([page.Items[1].Id], _selection.Ids);
        table.Find("thead input[type=checkbox]").Change(true);
        Assert.Equal(2, _selection.Count);
        table.Find("thead input[type=checkbox]").Change(false);

        Assert.Empty(_selection.Ids);
        Assert.Equal(3, _selected);
        Assert.Equal("Select Ann", table.Find("tbody input").GetAttribute("aria-label"));
    }

    [Fact]
    public async Task Untick_OfEverything_LeavesTheOthersOfThePage()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = Page(Row("Ann"), Row("Bob"), Row("Cid"));
        _selection.Everything = true;
        var table = Table(ui, page);

        table.FindAll("tbody input[type=checkbox]")[1].Change(false);
        table.Render();

        Assert.Equal([false, true, false, true], table.FindAll("input[type=checkbox]").Select(b => b.HasAttribute("checked")));
        Assert.Equal(new[] { page.Items[0].Id, page.Items[2].Id }.Order(), _selection.Ids.Order());
    }

    [Fact]
    public async Task Row_SaysEverything_WithWordsBesideColours()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var row = Row("Ann Field") with { Status = PersonStatus.Suspended, Roles = [Role.Staff, Role.Teacher, Role.Parent], ActiveRole = Role.Parent };

        var table = Table(ui, Page(row));

        Assert.Equal("Suspended", table.Find(".avatar .visually-hidden").TextContent);
        Assert.Equal("Suspended", table.Find(".badge.red").TextContent);
        Assert.Equal(["Parent", "Staff", "+1"], table.FindAll(".tag").Select(t => t.TextContent));
        Assert.Equal("Staff, Teacher, Parent", table.Find(".tags").GetAttribute("title"));
        Assert.Equal($"/users?tab=users&person={row.Id}", table.Find(".person a").GetAttribute("href"));
        Assert.Equal(["not yet", "never"], table.FindAll("td .muted").Select(m => m.TextContent));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 4)]
    public async Task Menu_OfOneself_OffersNothingThatMustFail(bool self, int items)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var row = Row("Ann");
        var table = Table(ui, Page(self ? row with { Id = admin.Id } : row));

        table.Find("td.actions button").Click();

        Assert.Equal(items, table.FindAll("[role=menuitem]").Count);
    }

    [Fact]
    public async Task Row_OfSomebodyOnlyInvited_DoesNotSayTheAddressTwice()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);

        var table = Table(ui, Page(Row("kim@example.org") with { Email = "kim@example.org", Status = PersonStatus.Invited }));

        Assert.Equal("kim", table.Find(".person a").TextContent);
        Assert.Equal("kim@example.org", table.Find("td.address").TextContent);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("EMAIL", 4)]
    [InlineData("STATUS,EMAIL,JOINED", 6)]
    [InlineData(null, 8)]
    public async Task Columns_AreThoseOfTheAddress(string? columns, int cells)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);

        var table = Table(ui, Page(Row("Ann")), UserListUrl.Read(null, null, null, null, null, null, columns, null));

        Assert.Equal(cells, table.FindAll("thead th").Count);
        Assert.Equal(cells, table.FindAll("tbody td").Count);
    }

    [Theory]
    [InlineData(null, "name", "ascending")]
    [InlineData("-email", "email", "descending")]
    [InlineData("lastSignInAt", "lastSignInAt", "ascending")]
    public async Task Head_SaysTheOrderOfOneColumn(string? sort, string column, string order)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var url = new UserListUrl { Sort = sort };

        var table = Table(ui, Page(Row("Ann")), url);

        var head = Assert.Single(table.FindAll("th[aria-sort]"), h => h.GetAttribute("aria-sort") is not "none");
        Assert.Equal(order, head.GetAttribute("aria-sort"));
        Assert.Equal(url.SortHref(column), head.QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal(6, table.FindAll("thead a").Count);
    }

    [Theory]
    [InlineData(true, "true")]
    [InlineData(false, null)]
    public async Task Loading_IsSaid(bool loading, string? busy)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);

        Assert.Equal(busy, Table(ui, Page(Row("Ann")), loading: loading).Find(".table-frame").GetAttribute("aria-busy"));
    }

    private static UserRow Row(string name) => new(
        Guid.NewGuid(), name, $"{name}@example.org", PersonStatus.Active, Role.Teacher, [Role.Teacher], new DateTimeOffset(2030, 1, 6, 9, 0, 0, TimeSpan.Zero), null, null, null, "v1");

    private static PageResult<UserRow> Page(params UserRow[] rows) => new(rows, rows.Length, 1, 25);

    private IRenderedComponent<UserTable> Table(UserUi ui, PageResult<UserRow> page, UserListUrl? url = null, bool loading = false) => ui.Render<UserTable>(p => p
        .Add(t => t.Result, page)
        .Add(t => t.Url, url ?? new UserListUrl())
        .Add(t => t.Selection, _selection)
        .Add(t => t.Zone, "UTC")
        .Add(t => t.Loading, loading)
        .Add(t => t.OnSelected, () => _selected++));
}
