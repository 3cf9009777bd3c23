using Bunit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class AcceptInvitationPageTests
{
    private const string Address = "new@example.org";

    [Fact]
    public async Task NoFlow_ShowsTheNeutralText()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        AssertClosed(Page(ui, new DefaultHttpContext()), InvitationErrors.UnknownLink);
    }

    [Fact]
    public async Task UnknownToken_ShowsTheNeutralText()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        AssertClosed(Page(ui, await InvitationUi.FollowAsync(host, Secrets.New())), InvitationErrors.UnknownLink);
    }

    [Fact]
    public async Task UnknownToken_IsCountedAsOneGuess()
    {
        await using var host = await ServiceHost.CreateAsync();
        var page = await InvitationUi.FollowAsync(host, Secrets.New());

        for (var render = 0; render < 3; render++)
        {
            var found = await host.Get<InvitationLandingQueries>().FindAsync(Actor.Anonymous("unknown"), host.Get<InvitationFlow>().TokenOf(page), default);
            Assert.Equal("invitation.unknown_link", found.Error?.Code);
        }

        Assert.Equal(1, await host.Get<RateLimits>().CountAsync("miss:unknown", host.Get<IOptions<LimitOptions>>().Value.TokenMissWindow, default));
    }

    [Fact]
    public async Task Cancelled_ShowsTheSameTextAsUnknown()
    {
        var (host, admin, id, token) = await InvitedAsync();
        await using var _ = host;
        Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, id, Ct)).Succeeded);
        await using var ui = new InvitationUi(host);

        AssertClosed(Page(ui, await InvitationUi.FollowAsync(host, token)), InvitationErrors.UnknownLink);
    }

    [Fact]
    public async Task Accepted_LeadsToSigningIn()
    {
        var (host, _, _, token) = await InvitedAsync();
        await using var _ = host;
        Assert.True((await host.AcceptByCodeAsync(token, Address)).Succeeded);
        await using var ui = new InvitationUi(host);

        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        AssertClosed(page, InvitationErrors.AlreadyUsed);
        Assert.Equal("/sign-in", page.Find("a.btn.primary").GetAttribute("href"));
    }

    [Fact]
    public async Task Declined_SaysSo()
    {
        var (host, _, _, token) = await InvitedAsync();
        await using var _ = host;
        Assert.True((await host.Get<InvitationAcceptance>().DeclineAsync(Stranger(), token, null, Ct)).Succeeded);
        await using var ui = new InvitationUi(host);

        AssertClosed(Page(ui, await InvitationUi.FollowAsync(host, token)), InvitationErrors.Declined);
    }

    [Fact]
    public async Task Expired_OffersANewLinkAndMailsIt()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        host.Clock.Advance(TimeSpan.FromDays(8));
        await using var ui = new InvitationUi(host);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));
        AssertClosed(page, InvitationErrors.Expired);

        await page.Find("button.primary").ClickAsync(new());

        Assert.Empty(page.FindAll("button"));
        await using var db = host.Open();
        Assert.Equal(2, await db.OutboxMessages.CountAsync(m => m.SubjectId == id));
    }

    [Fact]
    public async Task E01_SignedInAsSomebodyElse_OffersToSwitchAndNothingElse()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        var other = await host.AddPersonAsync(Role.Business, email: "somebody.else@example.net");
        await using var ui = new InvitationUi(host, other);

        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        Assert.Equal(("post", "/sign-out"), (page.Find(".accept form").GetAttribute("method"), page.Find(".accept form").GetAttribute("action")));
        Assert.Equal("/accept-invitation", page.Find("input[name=returnUrl]").GetAttribute("value"));
        Assert.Empty(page.FindAll(".accept button[type=button]"));
        Assert.Empty(page.FindComponents<AcceptForm>());
        Assert.DoesNotContain(other.Email, page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(Address, page.Markup, StringComparison.Ordinal);
        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task AddressWithAnAccount_NotSignedIn_SignsInAndComesBack()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Student, email: Address);
        var (_, token) = await host.InviteOneAsync(admin, Address, Role.Parent);
        await using var ui = new InvitationUi(host);

        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        Assert.Equal("/sign-in?returnUrl=%2Faccept-invitation", page.Find("a.btn.primary").GetAttribute("href"));
        Assert.Empty(page.FindComponents<AcceptForm>());
    }

    [Fact]
    public async Task OwnInvitation_SignedIn_AcceptsAndGoesHome()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var student = await host.AddPersonAsync(Role.Student, email: Address);
        var (id, token) = await host.InviteOneAsync(admin, Address, Role.Parent);
        await using var ui = new InvitationUi(host, student);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        await page.Find("button.primary").ClickAsync(new());

        var visit = Assert.Single(ui.Navigation.History);
        Assert.Equal(("/?welcome=1", true), (visit.Uri, visit.Options.ForceLoad));
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task NewAddress_AcceptedByCode_PostsTheTicketOnce()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        page.Find("#accept-name").Change("Robin Field");
        await page.Find("form").SubmitAsync();
        await page.Find("#accept-code").InputAsync(await host.CodeAsync(Address));

        ui.JSInterop.VerifyInvoke("HTMLFormElement.prototype.submit.call", 1);
        Assert.NotEmpty(page.Find("form[action='/session/start'] input[name=ticket]").GetAttribute("value")!);
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task AcceptedInAnotherTabMeanwhile_ThePageSaysItIsUsed()
    {
        var (host, _, _, token) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));
        Assert.True((await host.AcceptByCodeAsync(token, Address)).Succeeded);

        page.FindAll("input[type=radio]")[1].Change(true);
        page.Find("#accept-name").Change("Robin Field");
        page.Find("#accept-password").Input("correct horse battery");
        page.Find("#accept-repeat").Change("correct horse battery");
        await page.Find("form").SubmitAsync();

        AssertClosed(page, InvitationErrors.AlreadyUsed);
        ui.JSInterop.VerifyNotInvoke("HTMLFormElement.prototype.submit.call");
    }

    [Fact]
    public async Task Decline_WithAReason_ClosesTheInvitation()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        await page.FindAll("button[type=button]").Last().ClickAsync(new());
        page.Find("#decline-reason").Change("Not now");
        await page.Find("form").SubmitAsync();

        var stored = await host.ReadAsync(id);
        Assert.Equal((InvitationState.Declined, "Not now"), (stored.State, stored.DeclineReason));
        Assert.Empty(page.FindAll("button"));
    }

    [Fact]
    public async Task I13_PrerenderedTwice_ChangesAndSendsNothing()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        var context = await InvitationUi.FollowAsync(host, token);
        var before = await SnapshotAsync(host, id);

        for (var i = 0; i < 2; i++)
        {
            await using var ui = new InvitationUi(host);
            Assert.Single(Page(ui, context).FindComponents<AcceptForm>());
        }

        Assert.Equal(before, await SnapshotAsync(host, id));
    }

    [Fact]
    public async Task FirstTouch_IsNotedOnce()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        await using var ui = new InvitationUi(host);
        var page = Page(ui, await InvitationUi.FollowAsync(host, token));

        await page.Find(".accept").TriggerEventAsync("onpointerdown", new Microsoft.AspNetCore.Components.Web.PointerEventArgs());
        await page.Find(".accept").KeyDownAsync(new Microsoft.AspNetCore.Components.Web.KeyboardEventArgs { Key = "a" });

        await using var db = host.Open();
        Assert.Equal(1, (await db.InvitationEvents.SingleAsync(e => e.InvitationId == id && e.Kind == InvitationEventKind.Opened)).Count);
    }

    [Fact]
    public async Task FormBegun_IsNotedAsOneEntry_HoweverOften()
    {
        var (host, _, id, token) = await InvitedAsync();
        await using var _ = host;
        for (var visit = 0; visit < 2; visit++)
        {
            await using var ui = new InvitationUi(host);
            var page = Page(ui, await InvitationUi.FollowAsync(host, token));
            await page.FindAll("input[type=radio]")[1].ChangeAsync(new() { Value = "on" });
            await page.Find("#accept-name").ChangeAsync(new() { Value = "Robin" });
        }

        await using var db = host.Open();
        Assert.Equal(2, (await db.InvitationEvents.SingleAsync(e => e.InvitationId == id && e.Kind == InvitationEventKind.Started)).Count);
    }

    private static IRenderedComponent<AcceptInvitationPage> Page(InvitationUi ui, HttpContext context) =>
        ui.Render<AcceptInvitationPage>(p => p.AddCascadingValue(context));

    private static void AssertClosed(IRenderedComponent<AcceptInvitationPage> page, Error error)
    {
        Assert.Contains(error.Message, page.Find(".accept").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindComponents<AcceptForm>());
        Assert.DoesNotContain(Address, page.Markup, StringComparison.Ordinal);
    }

    private static async Task<(ServiceHost Host, TestPerson Admin, Guid Id, string Token)> InvitedAsync()
    {
        var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, Address);
        return (host, admin, id, token);
    }

    private static async Task<string> SnapshotAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        var events = await db.InvitationEvents.OrderBy(e => e.Id).Select(e => new { e.Kind, e.Count, e.At }).ToListAsync();
        return System.Text.Json.JsonSerializer.Serialize(await host.ReadAsync(id)) + System.Text.Json.JsonSerializer.Serialize(events) + await db.OutboxMessages.CountAsync() + await db.Sessions.CountAsync();
    }
}
