using System.Security.Claims;
using Bunit;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Pages;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Shell;

public sealed class TabsTests
{
    private static readonly PageTab Users = new("/users", "users", 10, typeof(UsersStub), Role.SuperAdmin);
    private static readonly PageTab Invites = new("/users", "invites", 20, typeof(InvitesStub), Role.SuperAdmin, Role.Agency);
    private static readonly PageTab Elsewhere = new("/codes", "insights", 1, typeof(UsersStub), Role.SuperAdmin, Role.Agency);

    [Fact]
    public void Tabs_AreLinksAndTheCurrentOneIsMarked()
    {
        using var ui = UiContext.In("en");

        var links = ui.Render<Tabs>(p => p.Add(t => t.Label, "People").Add(t => t.Items, [Users, Invites]).Add(t => t.Current, Invites)).FindAll("a");

        Assert.Equal(["/users?tab=users", "/users?tab=invites"], links.Select(l => l.GetAttribute("href")));
        Assert.Equal(["Users", "Invitations"], links.Select(l => l.TextContent));
        Assert.Equal([null, "page"], links.Select(l => l.GetAttribute("aria-current")));
    }

    [Theory]
    [InlineData(Role.SuperAdmin, "/users?tab=invites", "invites")]
    [InlineData(Role.SuperAdmin, "/users", "users")]
    [InlineData(Role.SuperAdmin, "/users?tab=nonsense", "users")]
    [InlineData(Role.Agency, "/users?tab=users", "invites")]
    public void PeoplePage_Role_SeesItsTabs(Role role, string url, string expected)
    {
        using var ui = UiContext.In("en");

        Assert.Equal(expected, People(ui, role, url).Find("[data-shown]").TextContent);
    }

    [Fact]
    public void PeoplePage_RoleWithoutTabs_IsTurnedAway()
    {
        using var ui = UiContext.In("en");

        var page = People(ui, Role.Student, "/users?tab=users");

        Assert.Empty(page.FindAll("[data-shown]"));
        Assert.Contains("Student", page.Find(".empty").TextContent, StringComparison.Ordinal);
    }

    private static IRenderedComponent<PeoplePage> People(UiContext ui, Role role, string url)
    {
        ui.Services.AddSingleton(Invites).AddSingleton(Users).AddSingleton(Elsewhere);
        ui.Services.AddSingleton(Options.Create(new PortalOptions()));
        ui.Services.GetRequiredService<NavigationManager>().NavigateTo(url);
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ActorClaims.ActiveRole, role.ToString())], "test", null, ActorClaims.ActiveRole));
        ui.RenderTree.Add<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, Task.FromResult(new AuthenticationState(principal))));
        return ui.Render<PeoplePage>();
    }

    private sealed class UsersStub : ComponentBase
    {
        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder) => Shown(builder, "users");
    }

    private sealed class InvitesStub : ComponentBase
    {
        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder) => Shown(builder, "invites");
    }

    private static void Shown(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder, string what)
    {
        builder.OpenElement(0, "p");
        builder.AddAttribute(1, "data-shown", "");
        builder.AddContent(2, what);
        builder.CloseElement();
    }
}
