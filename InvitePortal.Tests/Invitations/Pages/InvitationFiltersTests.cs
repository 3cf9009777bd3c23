using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class InvitationFiltersTests
{
    private static readonly InvitationListUrl Full = new()
    {
        States = [InvitationState.Pending, InvitationState.Expired],
        Roles = [Role.Teacher],
        Channels = [Channel.Email],
        Deliveries = [DeliveryState.Failed],
        Expiring = true,
        Address = "a&b=ü @",
        Sort = "-expiresAt",
        Page = 3,
        Cursor = "x+/=",
    };

    [Fact]
    public void Url_NamesEverythingOnce()
    {
        Assert.Equal(
            "/users?tab=invites&state=PENDING&state=EXPIRED&role=TEACHER&channel=EMAIL&delivery=FAILED&expiring=1&q=a%26b%3D%C3%BC%20%40&sort=-expiresAt&page=3&cursor=x%2B%2F%3D",
            Full.ToString());
        Assert.Equal(InvitationListUrl.Path, new InvitationListUrl().ToString());
    }

    [Fact]
    public void Toggle_OnAndOff_StartsAtTheFirstPage()
    {
        var less = Full.ToggleHref(InvitationState.Pending);

        Assert.Equal((Full with { States = [InvitationState.Expired], Page = 1, Cursor = null }).ToString(), less);
        Assert.Equal((Full with { States = [InvitationState.Pending, InvitationState.Expired, InvitationState.Declined], Page = 1, Cursor = null }).ToString(), Full.ToggleHref(InvitationState.Declined));
    }

    [Theory]
    [InlineData(null, "createdAt", "createdAt")]
    [InlineData("createdAt", "createdAt", "-createdAt")]
    [InlineData("email", "email", "-email")]
    [InlineData("-email", "email", "email")]
    [InlineData("email", "expiresAt", "expiresAt")]
    public void Sort_SameColumn_TurnsRound(string? before, string column, string after) =>
        Assert.Equal((Full with { Sort = after, Page = 1, Cursor = null }).ToString(), (Full with { Sort = before }).SortHref(column));

    [Fact]
    public void SameRows_OtherPageOrOrder_KeepsTheSelectionOtherFilterDoesNot()
    {
        Assert.True(Full.SameRows(Full with { Page = 1, Cursor = null, Sort = "email" }));
        Assert.False(Full.SameRows(Full with { Roles = [] }));
        Assert.Equal(Full with { Page = 4, Cursor = "y" }, Full with { States = [.. Full.States], Page = 4, Cursor = "y" });
    }

    [Fact]
    public async Task Selects_NavigateToTheNarrowedView()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var inviters = new[] { new Inviter(Guid.NewGuid(), "Ann"), new Inviter(Guid.NewGuid(), "Bob") };
        var filters = ui.Render<InvitationFilters>(p => p.Add(f => f.Url, new InvitationListUrl { Page = 3 }).Add(f => f.Inviters, inviters));

        filters.FindAll("select")[0].Change("TEACHER");
        filters.FindAll("select")[1].Change("SMS");
        filters.FindAll("select")[2].Change("FAILED");
        filters.FindAll("select")[3].Change(inviters[1].Id.ToString());
        filters.FindAll("select")[0].Change("NONSENSE");

        Assert.Equal(
            [
                InvitationListUrl.Path,
                $"{InvitationListUrl.Path}&inviter={inviters[1].Id}",
                $"{InvitationListUrl.Path}&delivery=FAILED",
                $"{InvitationListUrl.Path}&channel=SMS",
                $"{InvitationListUrl.Path}&role=TEACHER",
            ],
            ui.Navigation.History.Select(h => h.Uri));
    }

    [Fact]
    public async Task Chips_MarkTheChosenStates()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        var filters = ui.Render<InvitationFilters>(p => p.Add(f => f.Url, Full).Add(f => f.Inviters, []));

        Assert.Equal(["true", null, null, null, "true", "true"], filters.FindAll("a.chip").Select(c => c.GetAttribute("aria-current")));
        Assert.Equal((Full with { Expiring = false, Page = 1, Cursor = null }).ToString(), filters.FindAll("a.chip")[^1].GetAttribute("href"));
        Assert.Equal(3, filters.FindAll("select").Count);
    }

    [Fact]
    public async Task Tab_ShowsTheViewThatTheUrlNames()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Teacher, "t1@example.org", "t2@example.org", "t3@elsewhere.example");
        await host.InviteAsync(admin, Role.Business, "b@example.org");
        var (cancelled, _) = await host.InviteOneAsync(admin, "t4@example.org", Role.Teacher);
        await host.Get<InvitationService>().CancelAsync(admin.Actor, cancelled, Ct);
        await using var ui = new InvitationUi(host, admin);
        var url = new InvitationListUrl { States = [InvitationState.Pending], Roles = [Role.Teacher], Channels = [Channel.Email], InviterId = admin.Id, Address = "@example.org", Sort = "-email" };
        ui.Navigation.NavigateTo(url.ToString());

        var tab = ui.Render<InvitationsTab>();

        Assert.Equal(["t2@example.org", "t1@example.org"], tab.FindAll("tbody button.link").Select(b => b.TextContent));
        Assert.Equal(url, tab.FindComponent<InvitationFilters>().Instance.Url);
    }

    [Fact]
    public async Task HomeCard_WhatWaits_LeadsToTheListThatShowsIt()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteAsync(admin, Role.Teacher, "t1@example.org", "t2@example.org", "t3@example.org");
        await using (var db = host.Open())
        {
            await db.OutboxMessages.Where(m => m.Recipient == "t2@example.org").ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Failed));
        }

        await using var ui = new InvitationUi(host, admin);
        var card = ui.Render<InvitationsCard>();

        Assert.Equal(["1", "0", "3", "0"], card.FindAll(".figure").Select(f => f.TextContent));
        Assert.Equal(["red", null, null, null], card.FindAll("a").Select(a => a.GetAttribute("class")));
        ui.Navigation.NavigateTo(card.Find("a.red").GetAttribute("href")!);
        Assert.Equal(["t2@example.org"], ui.Render<InvitationsTab>().FindAll("tbody button.link").Select(b => b.TextContent));
    }

    [Theory]
    [InlineData("&state=NONSENSE", 1)]
    [InlineData("&q=nobody", 0)]
    public async Task Tab_UnknownValuesAndNoHits_SayWhatToDo(string query, int rows)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.InviteOneAsync(admin, "a@example.org");
        await using var ui = new InvitationUi(host, admin);
        ui.Navigation.NavigateTo(InvitationListUrl.Path + query);

        var tab = ui.Render<InvitationsTab>();

        Assert.Equal(rows, tab.FindAll("tbody tr").Count);
        Assert.Equal(rows == 0 ? [InvitationListUrl.Path] : [], tab.FindAll(".empty a").Select(a => a.GetAttribute("href")!));
    }
}
