using Bunit;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Users.Pages;

namespace InvitePortal.Tests.Users.Pages;

public sealed class UserFiltersTests
{
    [Fact]
    public async Task Choices_LeadToTheNarrowedView_AndSayHowMany()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Teacher);
        await host.AddPersonAsync(Role.Teacher, PersonStatus.Suspended);
        await using var ui = new UserUi(host, admin);
        var url = new UserListUrl { Statuses = [PersonStatus.Suspended] };
        var counts = (await host.Get<UserCountQueries>().GetAsync(admin.Actor, url.Filter, default)).Value!;

        var filters = ui.Render<UserFilters>(p => p.Add(f => f.Url, url).Add(f => f.Counts, counts));

        Assert.Equal(["2", "0", "0", "1", "0", "0"], filters.FindAll(".tally").Select(t => t.TextContent));
        Assert.Equal("true", filters.FindAll("a.chip")[3].GetAttribute("aria-current"));
        Assert.Equal("/users?tab=users", filters.FindAll("a.chip")[3].GetAttribute("href"));
        Assert.Equal("/users?tab=users&status=SUSPENDED&status=BANNED", filters.FindAll("a.chip")[4].GetAttribute("href"));
        Assert.Equal(["0", "0", "0", "0", "1", "0", "0"], filters.FindAll(".menu .number").Select(n => n.TextContent));

        filters.FindAll(".menu input")[4].Change(true);

        Assert.EndsWith("/users?tab=users&status=SUSPENDED&role=TEACHER", ui.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PhoneOrder_OffersTheOneInForce_AndNavigates()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new UserUi(host, admin);

        var filters = ui.Render<UserFilters>(p => p.Add(f => f.Url, new UserListUrl { Sort = "-email", Search = "x" }));

        Assert.Equal(7, filters.FindAll("option").Count);
        Assert.Equal("-email", filters.Find("select").GetAttribute("value"));
        Assert.Empty(filters.FindAll(".tally"));
        filters.Find("select").Change("-joinedAt");
        Assert.EndsWith("/users?tab=users&q=x&sort=-joinedAt", ui.Navigation.Uri, StringComparison.Ordinal);
    }
}
