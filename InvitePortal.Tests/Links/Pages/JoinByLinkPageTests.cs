using System.Net;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Accounts.SignInPagesTests;

namespace InvitePortal.Tests.Links.Pages;

/// <summary>The page of a link, as a browser without scripts meets it.</summary>
public sealed class JoinByLinkPageTests
{
    [Fact]
    public async Task Join_NewPerson_RegistersOnTheWayAndBecomesAStudent()
    {
        await using var portal = await StartAsync();
        var (teacher, code) = await LinkAsync(portal, Role.Teacher);
        using var browser = portal.CreateBrowser();
        var page = await browser.GetStringAsync($"/join/{code}");
        Assert.Contains($"{teacher.Name} invites you to become their student.", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        var register = "/register?returnUrl=" + Uri.EscapeDataString($"/join/{code}");
        Assert.Contains($"href=\"{register}\"", page, StringComparison.Ordinal);

        await browser.PostFormAsync(register, Fields(("email", "new@people.example")), "main form");
        await browser.PostFormAsync("/register/code", Fields(("code", await CodeAsync(portal, "new@people.example")), ("how", "enter")), "main form");
        var back = await browser.PostFormAsync("/register/name", Fields(("name", "Ada")), "main form");
        Assert.Equal($"/join/{code}", back.Headers.Location?.OriginalString);
        // Extra words in the address change nothing.
        var accepted = await browser.PostFormAsync($"/join/{code}?role=SUPER_ADMIN", Fields(), "main form");

        var text = WebUtility.HtmlDecode(await accepted.Content.ReadAsStringAsync());
        Assert.Contains("Invitation accepted!", text, StringComparison.Ordinal);
        Assert.Contains($"You are now a student of {teacher.Name}", text, StringComparison.Ordinal);
        await using var db = portal.Database.Open();
        var person = await db.Users.SingleAsync(u => u.NormalizedEmail == "new@people.example");
        Assert.Equal((Role.Student, RoleBits.Of(Role.Student)), (person.ActiveRole, person.RoleBits));
    }

    [Theory]
    [InlineData("ru", Role.Teacher, Role.Teacher, "Приглашение принято!", "Сейчас вы вошли как ученик. Чтобы сменить роль, перейдите в Профиль → Сменить роль")]
    [InlineData("ru", Role.Teacher, Role.Student, "Новый учитель!", "У вас появился новый учитель: {0}")]
    [InlineData("en", Role.Student, Role.Teacher, "Invitation accepted!", "You are now signed in as a parent. To switch the role, go to Profile → Switch role")]
    [InlineData("en", Role.Student, Role.Parent, "New child!", "You have a new child: {0}")]
    public async Task Join_SomebodyKnown_IsToldTheResult(string language, Role owner, Role role, string title, string words)
    {
        await using var portal = await StartAsync();
        var (inviter, code) = await LinkAsync(portal, owner);
        var person = await portal.Services.AddPersonAsync(role, language: language);
        using var browser = portal.CreateBrowser(person);

        var looked = await browser.GetAsync($"/join/{code}");
        await using var db = portal.Database.Open();
        Assert.Equal((HttpStatusCode.OK, 0), (looked.StatusCode, await db.Bonds.CountAsync()));
        var accepted = await browser.PostFormAsync($"/join/{code}", Fields(), "main form");

        var text = WebUtility.HtmlDecode(await accepted.Content.ReadAsStringAsync());
        Assert.Contains(title, text, StringComparison.Ordinal);
        Assert.Contains(string.Format(System.Globalization.CultureInfo.InvariantCulture, words, inviter.Name), text, StringComparison.Ordinal);
        var again = await browser.PostFormAsync($"/join/{code}", Fields(), "main form");
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("href=\"/\"", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A11_Join_UnknownLink_Is404AndOffersHome()
    {
        await using var portal = await StartAsync();
        using var browser = portal.CreateBrowser();

        var unknown = await browser.GetAsync("/join/T_AAAAAAAAAAAAAAAAAAAA");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("There is no such link.", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SwitchRole_FromTheMenu_SwitchesOnlyToHeldRoles()
    {
        await using var portal = await StartAsync();
        var (_, code) = await LinkAsync(portal, Role.Teacher);
        var person = await portal.Services.AddPersonAsync(Role.Business);
        using var browser = portal.CreateBrowser(person);
        await browser.PostFormAsync($"/join/{code}", Fields(), "main form");

        var switched = await browser.PostFormAsync("/profile", Fields(("role", "Business")), "form[action='/session/role']");
        await using var db = portal.Database.Open();
        Assert.Equal(("/", Role.Business), (switched.Headers.Location?.OriginalString, (await db.Users.SingleAsync(u => u.Id == person.Id)).ActiveRole));
        var refused = await browser.PostFormAsync("/profile", Fields(("role", "SuperAdmin")), "form[action='/session/role']");
        Assert.Equal("/profile#roles", refused.Headers.Location?.OriginalString);
    }

    private static async Task<(TestPerson Owner, string Code)> LinkAsync(PortalFactory portal, Role role)
    {
        var owner = await portal.Services.AddPersonAsync(role);
        await using var scope = portal.Services.CreateAsyncScope();
        return (owner, (await scope.ServiceProvider.GetRequiredService<LinkService>().GetOrMakeAsync(owner.Actor, default)).Value!.Code);
    }
}
