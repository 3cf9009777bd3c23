using Bunit;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using InvitePortal.Users.Pages;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users.Pages;

public sealed class NewestPeopleCardTests
{
    [Fact]
    public async Task Card_FiveWhoJoinedLast_LeadsToTheListInThatOrder()
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff, name: "Person 0");
        for (var i = 1; i <= 7; i++)
        {
            var person = await host.AddPersonAsync(Role.Student, name: $"Person {i}");
            await using var db = host.Open();
            var at = host.Clock.Now.AddHours(i == 6 ? -100 : i);
            await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.JoinedAt, at).SetProperty(u => u.Status, i == 7 ? PersonStatus.Banned : PersonStatus.Active));
        }

        await using var ui = new UserUi(host, staff);
        var card = ui.Render<NewestPeopleCard>();

        Assert.Equal(["Person 5", "Person 4", "Person 3", "Person 2", "Person 1"], card.FindAll("li a").Select(a => a.TextContent));
        Assert.Equal("/users?tab=users&status=ACTIVE&sort=-joinedAt", card.Find("a.btn").GetAttribute("href"));
    }

    [Fact]
    public async Task Card_WithoutTheRight_ShowsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new UserUi(host, await host.AddPersonAsync(Role.Business));

        Assert.Equal("", ui.Render<NewestPeopleCard>().Markup.Trim());
    }
}
