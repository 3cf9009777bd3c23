using Bunit;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users.Pages;

public sealed class PersonEditorTests
{
    private readonly List<bool> _closed = [];

    [Fact]
    public async Task Save_StoresOnlyWhatWasTyped()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, ann);

        editor.Find("#edit-name").Change("Anna");
        editor.FindAll(".checks input")[6].Change(true);
        await editor.Find("form").SubmitAsync();

        Assert.Equal([true], _closed);
        await using var db = host.Open();
        var stored = await db.Users.SingleAsync(u => u.Id == ann.Id);
        Assert.Equal(("Anna", ann.Email), (stored.DisplayName, stored.Email));
        Assert.Equal([Role.Teacher, Role.Parent], stored.Roles);
        Assert.Equal("""{"roles":["TEACHER"],"name":"Ann"}""", (await db.AuditEntries.SingleAsync(e => e.Action == "user.edited")).Before);
    }

    [Fact]
    public async Task Save_NothingTyped_ClosesWithoutAChange()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);

        await (await EditorAsync(ui, host, admin, ann)).Find("form").SubmitAsync();

        Assert.Equal([false], _closed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Address_IsRequiredOnlyOfThoseWhoHaveOne(bool has)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Student);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == ann.Id && !has).ExecuteUpdateAsync(s => s.SetProperty(u => u.Email, (string?)null).SetProperty(u => u.NormalizedEmail, (string?)null));
        }

        await using var ui = new UserUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, ann);

        Assert.Equal(has, editor.Find("#edit-email").HasAttribute("required"));
        editor.Find("#edit-name").Change("Anna");
        await editor.Find("form").SubmitAsync();

        Assert.Equal([true], _closed);
    }

    [Fact]
    public async Task TwoEditors_TheSecondKeepsWhatWasTypedAndDecides()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var other = await host.AddPersonAsync(Role.Staff);
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, ann);
        var read = (await host.Get<UserQueries>().GetAsync(other.Actor, ann.Id, default)).Value!;
        Assert.True((await host.Get<UserService>().EditAsync(other.Actor, ann.Id, new EditUser(read.Row.Version, Name: "Annette", Bio: "Teaches physics"), default)).Succeeded);

        editor.Find("#edit-name").Change("Anna");
        editor.Find("#edit-language").Change("ru");
        await editor.Find("form").SubmitAsync();

        Assert.Empty(_closed);
        Assert.Equal(["Name: Ann → Annette", "About: none → Teaches physics"], editor.FindAll(".note.yellow li").Select(l => l.TextContent));
        Assert.Equal("Anna", editor.Find("#edit-name").GetAttribute("value"));
        Assert.Equal("Teaches physics", editor.Find("#edit-bio").GetAttribute("value"));
        Assert.Contains("Annette", Assert.Single(editor.FindAll(".theirs")).TextContent, StringComparison.Ordinal);

        await editor.Find("form").SubmitAsync();

        Assert.Equal([true], _closed);
        await using var db = host.Open();
        var stored = await db.Users.SingleAsync(u => u.Id == ann.Id);
        Assert.Equal(("Anna", "Teaches physics", "ru"), (stored.DisplayName, stored.Bio, stored.Language));
    }

    [Fact]
    public async Task TwoEditors_TheOthersValueCanBeTaken()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher, name: "Ann");
        await using var ui = new UserUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, ann);
        var read = (await host.Get<UserQueries>().GetAsync(admin.Actor, ann.Id, default)).Value!;
        await host.Get<UserService>().EditAsync(admin.Actor, ann.Id, new EditUser(read.Row.Version, Name: "Annette"), default);
        editor.Find("#edit-name").Change("Anna");
        await editor.Find("form").SubmitAsync();

        editor.Find(".theirs button").Click();

        Assert.Equal("Annette", editor.Find("#edit-name").GetAttribute("value"));
        Assert.Empty(editor.FindAll(".theirs"));
    }

    [Fact]
    public async Task Refusal_StandsAtItsField()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ann = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new UserUi(host, admin);
        var editor = await EditorAsync(ui, host, admin, ann);

        editor.FindAll(".checks input")[4].Change(false);
        await editor.Find("form").SubmitAsync();

        Assert.NotEmpty(editor.FindAll("#edit-roles-error"));
        Assert.Empty(_closed);
    }

    private async Task<IRenderedComponent<PersonEditor>> EditorAsync(UserUi ui, ServiceHost host, TestPerson by, TestPerson whom)
    {
        var details = (await host.Get<UserQueries>().GetAsync(by.Actor, whom.Id, default)).Value!;
        return ui.Render<PersonEditor>(p => p.Add(e => e.Details, details).Add(e => e.OnClosed, _closed.Add));
    }
}
