using Bunit;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users.Pages;

public sealed class UserBulkBarTests
{
    private static readonly UserFilter Filter = new() { Roles = [Role.Student] };

    private readonly RowSelection _selection = new();
    private readonly List<string> _asked = [];
    private readonly List<Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>> _works = [];
    private Func<Error, Task<bool>>? _refused;
    private bool _runsAtOnce;
    private int _choice;
    private int _changed;

    [Theory]
    [InlineData(1, 30, 4)]
    [InlineData(2, 30, 5)]
    [InlineData(2, 2, 4)]
    public async Task WholePageOfMore_OffersAllThatMatch(int ticked, int total, int actions)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = await StudentsAsync(host, admin, 2);

        Assert.Equal("", Bar(ui, page).Markup.Trim());
        Tick(page, ticked);

        Assert.Equal(actions, Bar(ui, page with { Total = total }).FindAll("button.btn:not(.icon)").Count);
    }

    [Fact]
    public async Task Status_OfTheTicked_RefusesWhoeverWasChangedSince()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = await StudentsAsync(host, admin, 3);
        Tick(page, 2);
        var versions = page.Items.ToDictionary(r => r.Id, r => r.Version);
        await host.Get<UserService>().EditAsync(admin.Actor, page.Items[1].Id, new EditUser(page.Items[1].Version, Name: "Changed meanwhile"), default);
        _choice = 3;
        var bar = Bar(ui, page, versions);

        await bar.FindAll("button.btn:not(.icon)")[0].ClickAsync(new());

        Assert.Equal(["Suspend 2 people"], _asked);
        var report = (await Assert.Single(_works)(new Progress<Progress>(), default)).Value!;
        Assert.Equal((2, 1), (report.Total, report.Done));
        Assert.Equal((page.Items[1].Id, "user.changed"), (report.Refused[0].Id, report.Refused[0].Code));
        Assert.Equal((0, 1), (_selection.Count, _changed));
        Assert.Equal([PersonStatus.Suspended, PersonStatus.Active, PersonStatus.Active], await StatusesAsync(host, page));
    }

    [Fact]
    public async Task Delete_OfEverything_SendsTheFilter()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Teacher, name: "Stays");
        await using var ui = new UserUi(host, admin);
        var all = await StudentsAsync(host, admin, 4);
        var page = all with { Items = [.. all.Items.Take(2)], Total = 4 };
        Tick(page, 2);
        var bar = Bar(ui, page);

        bar.FindAll("button.btn:not(.icon)")[0].Click();
        Assert.Equal("4 selected", bar.Find(".count").TextContent);
        await bar.Find("button.danger").ClickAsync(new());

        Assert.Equal(["Delete 4 people"], _asked);
        Assert.Equal(4, (await Assert.Single(_works)(new Progress<Progress>(), default)).Value!.Done);
        await using var db = host.Open();
        Assert.Equal(2, await db.Users.CountAsync());
    }

    [Fact]
    public async Task MoreThanWereCounted_IsSaidInWords()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = await StudentsAsync(host, admin, 2) with { Total = 10_000, TotalIsCapped = true };
        Tick(page, 2);
        _choice = 4;
        var bar = Bar(ui, page);

        bar.FindAll("button.btn:not(.icon)")[0].Click();
        Assert.Equal("More than 10,000 selected", bar.Find(".count").TextContent);
        await bar.FindAll("button.btn:not(.icon)")[0].ClickAsync(new());

        Assert.Equal(["Ban all that match"], _asked);
    }

    [Theory]
    [InlineData(1, "Add to 1 person", Role.Student, Role.Parent)]
    [InlineData(2, "Remove from 1 person", Role.Student)]
    public async Task Roles_AreGivenAndTaken(int button, string verb, params Role[] expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff);
        await using var ui = new UserUi(host, staff);
        var page = await StudentsAsync(host, staff, 1);
        Tick(page, 1);
        _choice = 5;

        await Bar(ui, page).FindAll("button.btn:not(.icon)")[button].ClickAsync(new());
        await Assert.Single(_works)(new Progress<Progress>(), default);

        // Staff is not offered the super admin, so that the sixth role is the parent.
        Assert.Equal([verb], _asked);
        await using var db = host.Open();
        Assert.Equal(expected, (await db.Users.SingleAsync(u => u.Id == page.Items[0].Id)).Roles);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_ForAFreshProof_AsksOnceMore(bool confirmed)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = await StudentsAsync(host, admin, 1);
        Tick(page, 1);
        await Bar(ui, page).Find("button.danger").ClickAsync(new());
        Assert.NotNull(_refused);
        var opened = ui.AnswerDialogs(confirmed);

        Assert.False(await _refused(UserErrors.Forbidden));
        Assert.Empty(opened);
        Assert.Equal(confirmed, await _refused(Error.ConfirmAgain));
        Assert.Equal([typeof(ConfirmIdentity)], opened);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task NotConfirmed_DoesNothingAndKeepsTheSelection(int button)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);
        var page = await StudentsAsync(host, admin, 1);
        Tick(page, 1);
        _choice = -1;

        await Bar(ui, page).FindAll("button.btn:not(.icon)")[button].ClickAsync(new());

        Assert.Empty(_works);
        Assert.Equal((1, 0), (_selection.Count, _changed));
    }

    [Theory]
    [InlineData(Role.Teacher, 1, 0)]
    [InlineData(Role.SuperAdmin, 0, 1)]
    public async Task Refused_AsAWhole_KeepsTheSelection(Role role, int selected, int changed)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(role);
        await using var ui = new UserUi(host, person);
        var page = await StudentsAsync(host, admin, 1);
        Tick(page, 1);
        _runsAtOnce = true;

        await Bar(ui, page).Find("button.danger").ClickAsync(new());

        Assert.Single(_works);
        Assert.Equal((selected, changed), (_selection.Count, _changed));
    }

    private static async Task<PageResult<UserRow>> StudentsAsync(ServiceHost host, TestPerson by, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await host.AddPersonAsync(Role.Student, name: $"Student {i}");
        }

        return (await host.Get<UserQueries>().ListAsync(by.Actor, Filter, new PageRequest(), default)).Value!;
    }

    private static async Task<IEnumerable<PersonStatus>> StatusesAsync(ServiceHost host, PageResult<UserRow> page)
    {
        await using var db = host.Open();
        var stored = await db.Users.ToDictionaryAsync(u => u.Id, u => u.Status);
        return page.Items.Select(r => stored[r.Id]);
    }

    private void Tick(PageResult<UserRow> page, int count)
    {
        foreach (var row in page.Items.Take(count))
        {
            _selection.Toggle(row.Id, []);
        }
    }

    private IRenderedComponent<UserBulkBar> Bar(UserUi ui, PageResult<UserRow> page, IReadOnlyDictionary<Guid, string>? versions = null)
    {
        void Answer(string? title, Type type, Dictionary<string, object?> parameters, Radzen.DialogOptions options)
        {
            if (type == typeof(ConfirmDialog))
            {
                _asked.Add((string)parameters[nameof(ConfirmDialog.Verb)]!);
                ui.Dialogs.Close(_choice >= 0);
            }
            else if (type == typeof(BulkDialog))
            {
                _works.Add((Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>)parameters[nameof(BulkDialog.Work)]!);
                _refused = (Func<Error, Task<bool>>?)parameters[nameof(BulkDialog.OnRefused)];
                ui.Dialogs.OnOpen -= Answer;
                _ = CloseAsync();
            }
            else
            {
                ui.Dialogs.Close(_choice < 0 ? null : Choose(parameters));
            }
        }

        async Task CloseAsync()
        {
            if (_runsAtOnce)
            {
                await _works[0](new Progress<Progress>(), default);
            }

            // By its button, or by the cross after a refusal.
            ui.Dialogs.Close(_runsAtOnce ? null : true);
        }

        ui.Dialogs.OnOpen += Answer;
        return ui.Render<UserBulkBar>(p => p
            .Add(b => b.Selection, _selection)
            .Add(b => b.Versions, versions ?? new Dictionary<Guid, string>())
            .Add(b => b.Result, page)
            .Add(b => b.Filter, Filter)
            .Add(b => b.OnChanged, () => _changed++));
    }

    private object Choose(Dictionary<string, object?> parameters)
    {
        var options = parameters[nameof(ChoiceDialog<Role>.Options)];
        if (options is IReadOnlyList<ChoiceOption<PersonStatus>> statuses)
        {
            _asked.Add(statuses[_choice].Verb);
            return statuses[_choice];
        }

        var roles = Assert.IsAssignableFrom<IReadOnlyList<ChoiceOption<Role>>>(options);
        _asked.Add(roles[_choice].Verb);
        return roles[_choice];
    }
}
