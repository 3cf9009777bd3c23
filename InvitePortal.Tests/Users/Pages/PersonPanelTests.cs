using Bunit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users.Pages;

public sealed class PersonPanelTests
{
    [Fact]
    public async Task Panel_SaysWhoSignsInHowAndWhere()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann Field");
        await host.Services.OpenSessionAsync(ann.Id, SessionKind.Api);
        await using var ui = new UserUi(host, admin);

        var panel = Panel(ui, ann.Id);

        Assert.Equal("Ann Field", panel.Find("h2").TextContent);
        Assert.Contains("By mailed code only", panel.Find("dl").TextContent, StringComparison.Ordinal);
        Assert.Contains("Address confirmed", panel.Find("dl").TextContent, StringComparison.Ordinal);
        Assert.Equal(["Unknown device", "Program (API)"], panel.FindAll(".lines li .two-lines > span:first-child").Select(s => s.TextContent.Trim()).OrderDescending());
        Assert.Contains("Without an invitation.", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndAll_AsksFirst_AndSignsOutEverywhere()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await host.Services.OpenSessionAsync(ann.Id);
        await using var ui = new UserUi(host, admin);
        var panel = Panel(ui, ann.Id);
        var asked = ui.AnswerDialogs(true);

        await panel.Find(".btn.quiet.danger").ClickAsync(new());

        Assert.Equal([typeof(ConfirmDialog)], asked);
        await using var db = host.Open();
        Assert.Equal(0, await db.Sessions.CountAsync(s => s.UserId == ann.Id));
        Assert.Contains("Nowhere at the moment.", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EndAll_IsSaidOfAll_AndStandsInTheHistory()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await host.Services.OpenSessionAsync(ann.Id);
        await using var ui = new UserUi(host, admin);
        var panel = Panel(ui, ann.Id);
        ui.AnswerDialogs(true);
        Assert.Empty(panel.FindAll(".timeline li"));

        await panel.Find(".btn.quiet.danger").ClickAsync(new());

        Assert.Equal("Signed out on every device.", panel.Find(".note.green").TextContent.Trim());
        panel.WaitForAssertion(() => Assert.Contains("Signed out everywhere", panel.Find(".timeline li").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Picture_IsRemovedOnlyWhenConfirmed(bool answer, int left)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == ann.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.AvatarVersion, "0123456789ab"));
            db.Avatars.Add(new InvitePortal.Accounts.Avatar { UserId = ann.Id, ContentType = "image/png", Content = [1] });
            await db.SaveChangesAsync();
        }

        await using var ui = new UserUi(host, admin);
        var panel = Panel(ui, ann.Id);
        var asked = ui.AnswerDialogs(answer);

        await panel.Find(".person-head button").ClickAsync(new());

        Assert.Equal([typeof(ConfirmDialog)], asked);
        Assert.Equal(left, panel.FindAll(".person-head button").Count);
    }

    [Fact]
    public async Task SomebodyWithoutAnAddress_IsNotSaidToSignInByMail()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Student);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == ann.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.Email, (string?)null).SetProperty(u => u.NormalizedEmail, (string?)null));
        }

        await using var ui = new UserUi(host, admin);

        var facts = Panel(ui, ann.Id).Find("dl").TextContent;

        Assert.Contains("Not before there is an address", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("code", facts, StringComparison.Ordinal);
        Assert.DoesNotContain("onfirmed", facts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomebodyTheCallerMayNotManage_IsShownWithoutActions()
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, staff);

        var panel = Panel(ui, admin.Id);

        Assert.Empty(panel.FindAll("button.btn:not(.link)"));
        Assert.Contains("not change them", panel.Find(".note").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendLink_MailsIt()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);
        var panel = Panel(ui, ann.Id);

        await panel.FindAll(".row.actions > .btn")[1].ClickAsync(new());

        Assert.Contains(ann.Email, panel.Find(".note.green").TextContent, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.Equal(ann.Email, (await db.OutboxMessages.SingleAsync()).Recipient);
    }

    [Theory]
    [InlineData(PersonStatus.Active, 3)]
    [InlineData(PersonStatus.Suspended, 2)]
    [InlineData(PersonStatus.Invited, 1)]
    public async Task Actions_AreThoseTheStatusAllows(PersonStatus status, int items)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher, status);
        await using var ui = new UserUi(host, admin);
        var row = (await host.Get<UserQueries>().GetAsync(admin.Actor, ann.Id, default)).Value!.Row;

        Assert.Equal(items, ui.Render<PersonActions>(p => p.Add(a => a.Row, row)).FindAll("[role=menuitem]").Count);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Menu_IsNotOfferedToOneself(bool self, int menus)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);

        Assert.Equal(menus, Panel(ui, self ? admin.Id : ann.Id).FindAll(".row.actions .btn.icon").Count);
    }

    [Fact]
    public async Task Status_ChangedMeanwhile_IsReadAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var panel = Panel(ui, ann.Id);
        Assert.True((await host.EditAsync(admin, ann.Id, c => c with { Name = "Anna" })).Succeeded);
        ui.ChooseInDialogs(PersonStatus.Banned);

        await SetStatusAsync(panel);

        panel.WaitForAssertion(() => Assert.Equal("Anna", panel.Find("h2").TextContent));
        await SetStatusAsync(panel);
        panel.WaitForAssertion(() => Assert.NotEmpty(panel.FindAll("dl .badge.red")));
    }

    [Fact]
    public async Task Delete_OfSomebodyGone_Tells()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);
        var row = (await host.Get<UserQueries>().GetAsync(admin.Actor, ann.Id, default)).Value!.Row;
        Assert.True((await host.Get<UserService>().DeleteAsync(admin.Actor, ann.Id, default)).Succeeded);
        ui.AnswerDialogs(true);
        var told = 0;

        await ui.Render<PersonActions>(p => p.Add(a => a.Row, row).Add(a => a.OnOvertaken, () => told++)).Find("[role=menuitem].danger").ClickAsync(new());

        Assert.Equal(1, told);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task Delete_AsksFirst_AndTells(bool answer, int done)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);
        var row = (await host.Get<UserQueries>().GetAsync(admin.Actor, ann.Id, default)).Value!.Row;
        var told = new List<UserAction>();
        var points = 0;
        ui.Dialogs.OnOpen += (_, _, parameters, _) =>
        {
            points = ((IReadOnlyList<string>)parameters[nameof(ConfirmDialog.Points)]!).Count;
            ui.Dialogs.Close(answer);
        };

        await ui.Render<PersonActions>(p => p.Add(a => a.Row, row).Add(a => a.OnDone, told.Add)).Find("[role=menuitem].danger").ClickAsync(new());

        Assert.Equal((1, done), (points, told.Count));
        await using var db = host.Open();
        Assert.Equal(!answer, await db.Users.AnyAsync(u => u.Id == ann.Id));
    }

    [Fact]
    public async Task Invitations_SayWhoInvitedAndHowItStands()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        await host.InviteOneAsync(admin, "new@example.org");
        await using var ui = new UserUi(host, admin);
        await using var db = host.Open();
        var invited = await db.Users.SingleAsync(u => u.Status == PersonStatus.Invited);

        var panel = Panel(ui, invited.Id);

        var line = panel.Find("[aria-labelledby=person-invitations] li");
        Assert.Equal($"/users?tab=users&person={admin.Id}", line.QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal("Pending", line.QuerySelector(".badge.yellow")!.TextContent);
    }

    private static async Task SetStatusAsync(IRenderedComponent<PersonPanel> panel)
    {
        panel.Find(".row.actions .btn.icon").Click();
        await panel.Find("[role=menuitem]").ClickAsync(new());
    }

    private static IRenderedComponent<PersonPanel> Panel(UserUi ui, Guid id)
    {
        var panel = ui.Render<PersonPanel>(p => p.Add(x => x.Id, id));
        panel.WaitForState(() => panel.FindAll(".timeline").Count > 0);
        return panel;
    }
}
