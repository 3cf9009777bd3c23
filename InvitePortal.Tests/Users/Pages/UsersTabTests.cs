using Bunit;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Tests.Users.Pages;

public sealed class UsersTabTests
{
    [Fact]
    public async Task Address_NarrowsAndOrdersTheTable()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Zed Admin");
        await host.AddPersonAsync(Role.Teacher, name: "Ann Teacher");
        await host.AddPersonAsync(Role.Teacher, PersonStatus.Banned, name: "Bob Teacher");
        await host.AddPersonAsync(Role.Student, name: "Cid Student");
        await using var ui = new UserUi(host, admin);
        var tab = Open(ui, UserListUrl.Path);
        Assert.Equal(["Ann Teacher", "Bob Teacher", "Cid Student", "Zed Admin"], Names(tab));

        ui.Navigation.NavigateTo("/users?tab=users&role=TEACHER&sort=-name&role=NONSENSE");
        tab.WaitForAssertion(() => Assert.Equal(["Bob Teacher", "Ann Teacher"], Names(tab)));

        ui.Navigation.NavigateTo("/users?tab=users&role=TEACHER&status=BANNED");
        tab.WaitForAssertion(() => Assert.Equal(["Bob Teacher"], Names(tab)));
        Assert.Equal("1 person found", tab.Find("[role=status]").TextContent);

        ui.Navigation.NavigateTo("/users?tab=users&q=nobody");
        tab.WaitForAssertion(() => Assert.Equal("/users?tab=users", tab.Find(".empty a").GetAttribute("href")));
    }

    [Fact]
    public async Task ColumnsAndPanel_DoNotReadAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var tab = Open(ui, UserListUrl.Path);
        await host.AddPersonAsync(Role.Teacher, name: "Bob");

        ui.Navigation.NavigateTo("/users?tab=users&columns=EMAIL");
        tab.WaitForAssertion(() => Assert.Equal(4, tab.FindAll("thead th").Count));
        Assert.Equal(["Ann"], Names(tab));

        ui.Navigation.NavigateTo("/users?tab=users&columns=EMAIL&sort=-name");
        tab.WaitForAssertion(() => Assert.Equal(["Bob", "Ann"], Names(tab)));
    }

    [Fact]
    public async Task Selection_SurvivesPagesAndOrders_NotFilters()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var tab = Open(ui, UserListUrl.Path);
        tab.Find("tbody input[type=checkbox]").Change(true);
        Assert.Single(tab.FindAll("tr.selected"));

        ui.Navigation.NavigateTo("/users?tab=users&sort=-email");
        tab.WaitForAssertion(() => Assert.Single(tab.FindAll("tr.selected")));
        ui.Navigation.NavigateTo("/users?tab=users&sort=-email&status=ACTIVE");

        tab.WaitForAssertion(() => Assert.Empty(tab.FindAll("tr.selected")));
    }

    [Fact]
    public async Task Search_GoesIntoTheAddressAfterAPause_AndOnceForAWord()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var tab = Open(ui, UserListUrl.Path);
        var before = ui.Navigation.History.Count;

        foreach (var text in new[] { "a", "an", "ann", "ann " })
        {
            await tab.Find("#user-search").InputAsync(text);
        }

        tab.WaitForAssertion(() => Assert.EndsWith("&q=ann", ui.Navigation.Uri, StringComparison.Ordinal), TimeSpan.FromSeconds(5));
        Assert.Equal(before + 1, ui.Navigation.History.Count);
    }

    [Fact]
    public async Task Status_ChangedMeanwhile_IsReadAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Zed");
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var tab = Open(ui, UserListUrl.Path);
        Assert.True((await host.EditAsync(admin, ann.Id, c => c with { Name = "Anna" })).Succeeded);
        ui.ChooseInDialogs(PersonStatus.Banned);

        await SetStatusAsync(tab);

        tab.WaitForAssertion(() => Assert.Equal(["Anna", "Zed"], Names(tab)));
        await SetStatusAsync(tab);
        tab.WaitForAssertion(() => Assert.Single(tab.FindAll("tbody .badge.red")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BulkWork_IsNotRefusedForOnesOwnChange(bool inThePanel)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Zed");
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var works = new List<Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>>();
        ui.ChooseInDialogs(PersonStatus.Banned);
        ui.Dialogs.OnOpen += (_, type, parameters, _) =>
        {
            if (type == typeof(PersonPanel))
            {
                _ = EditAndCloseAsync((EventCallback<Guid>)parameters[nameof(PersonPanel.OnChanged)]!);
            }
            else if (type == typeof(ConfirmDialog))
            {
                ui.Dialogs.Close(true);
            }
            else if (type == typeof(BulkDialog))
            {
                works.Add((Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>)parameters[nameof(BulkDialog.Work)]!);
                ui.Dialogs.Close(true);
            }
        };
        var tab = Open(ui, UserListUrl.Path);
        tab.Find("tbody input[type=checkbox]").Change(true);

        if (inThePanel)
        {
            ui.Navigation.NavigateTo(UserListUrl.Path + $"&person={ann.Id}");
        }
        else
        {
            await SetStatusAsync(tab);
        }

        tab.WaitForAssertion(() => Assert.Single(tab.FindAll("tbody .badge.red")));
        await tab.Find(".btn.danger").ClickAsync(new());

        var report = (await Assert.Single(works)(new Progress<Progress>(), default)).Value!;
        Assert.Equal((1, 0), (report.Done, report.Refused.Count));

        async Task EditAndCloseAsync(EventCallback<Guid> changed)
        {
            Assert.True((await host.EditAsync(admin, ann.Id, c => c with { Status = PersonStatus.Banned })).Succeeded);
            await changed.InvokeAsync(ann.Id);
            ui.Dialogs.Close();
        }
    }

    [Fact]
    public void SeenVersions_AreRenewedAfterOnesOwnChangeOnly()
    {
        var selection = new RowSelection();
        var row = new UserRow(Guid.NewGuid(), "Ann", null, PersonStatus.Active, Role.Teacher, [Role.Teacher], default, null, null, null, "v1");
        var versions = new SeenVersions();
        versions.Read([row], selection);
        selection.Toggle(row.Id, [row.Id]);

        versions.Read([row with { Version = "v2" }], selection);
        Assert.Equal("v1", versions.All[row.Id]);

        versions.Renew(row.Id);
        versions.Remember([row with { Version = "v2" }], selection);
        Assert.Equal("v1", versions.All[row.Id]);
        versions.Read([row with { Version = "v3" }], selection);
        Assert.Equal("v3", versions.All[row.Id]);
    }

    [Fact]
    public async Task Export_ThatIsRefused_CanBeRead()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);

        var link = Open(ui, UserListUrl.Path).Find("a[href^='/users/export']");

        Assert.Equal((false, "_blank"), (link.HasAttribute("download"), link.GetAttribute("target")));
    }

    [Fact]
    public async Task SomebodyElse_IsToldWhy()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, teacher);

        var tab = Open(ui, UserListUrl.Path);

        Assert.NotEmpty(tab.FindAll(".note.red[role=alert]"));
        Assert.Empty(tab.FindAll("table"));
    }

    private static async Task SetStatusAsync(IRenderedComponent<UsersTab> tab)
    {
        tab.Find("td.actions button").Click();
        await tab.FindAll("[role=menuitem]")[2].ClickAsync(new());
    }

    private static IRenderedComponent<UsersTab> Open(UserUi ui, string address)
    {
        ui.Navigation.NavigateTo(address);
        var tab = ui.Render<UsersTab>();
        tab.WaitForState(() => tab.FindAll(".skeleton").Count == 0);
        return tab;
    }

    private static IEnumerable<string> Names(IRenderedComponent<UsersTab> tab) => tab.FindAll(".person a").Select(a => a.TextContent);
}
