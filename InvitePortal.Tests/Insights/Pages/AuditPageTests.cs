using Bunit;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Insights.Pages;
using InvitePortal.Invitations;
using InvitePortal.Shell.Layout;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using static InvitePortal.Tests.Insights.InsightsCase;

namespace InvitePortal.Tests.Insights.Pages;

public sealed class AuditPageTests
{
    [Fact]
    public async Task Page_SaysWhoDidWhatToWhom_WithWhatItWasBefore()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada");
        var person = await host.AddPersonAsync(Role.Teacher, name: "Carla");
        await host.InviteOneAsync(admin, "new@example.org", Role.Student);
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Name = "Clara", Status = PersonStatus.Suspended })).Succeeded);
        await using var ui = new InsightsUi(host, admin);

        var page = ui.Render<AuditPage>();

        var rows = page.FindAll("tbody tr");
        Assert.Equal(["Changed a person", "Invited"], page.FindAll("tbody .badge").Select(b => b.TextContent));
        Assert.Equal(["Name", "Status"], rows[0].QuerySelectorAll("dt").Select(d => d.TextContent).Order());
        Assert.Contains("Active → Suspended", Flat(rows[0].TextContent), StringComparison.Ordinal);
        Assert.Contains("Carla → Clara", Flat(rows[0].TextContent), StringComparison.Ordinal);
        Assert.Contains("Expires 13 May 2030, 12:00", Flat(rows[1].TextContent), StringComparison.Ordinal);
        Assert.Equal(["Channel", "Expires", "Role"], rows[1].QuerySelectorAll("dt").Select(d => d.TextContent).Order());
        Assert.Contains("Student", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("new@example.org", rows[1].QuerySelectorAll("td")[3].TextContent, StringComparison.Ordinal);
        Assert.Equal("6 May 2030, 12:00", rows[0].QuerySelector("time")!.TextContent);
        Assert.Equal($"/audit?who={admin.Id}", rows[0].QuerySelectorAll("a")[0].GetAttribute("href"));
        Assert.Equal($"/audit?about={person.Id}", rows[0].QuerySelectorAll("a")[1].GetAttribute("href"));
    }

    [Fact]
    public async Task Page_OfSomebodyById_NamesThem_AndLetsGoOfThem()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada");
        await host.InviteOneAsync(admin, "new@example.org");
        await using var ui = new InsightsUi(host, admin);
        ui.Navigation.NavigateTo($"/audit?who={admin.Id}&action=invitation");

        var page = ui.Render<AuditPage>();

        var chip = page.Find(".toolbar .chip");
        Assert.Contains("Ada", chip.TextContent, StringComparison.Ordinal);
        Assert.Equal("/audit?action=invitation", chip.GetAttribute("href"));
        Assert.Equal($"/audit/export?who={admin.Id}&action=invitation", page.Find(".page-header a").GetAttribute("href"));
        Assert.Equal("invitation", page.Find("select").GetAttribute("value"));
        Assert.Equal("1 entry", page.Find("p[role=status]").TextContent.Trim());
        ui.Navigation.NavigateTo("/audit?action=group");
        await page.WaitForAssertionAsync(() => Assert.Equal("Nothing fits these filters", page.Find(".empty h2").TextContent));
    }

    [Fact]
    public async Task Page_OfWhatIsGone_ShowsTheNameThatItHad_AndUnknownChangesByTheirName()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using (var db = host.Open())
        {
            AuditLog.Record(db, host.Clock.Now, admin.Actor, "Ada", "user.deleted", Guid.NewGuid(), new { Name = "Carla", Email = "carla@example.org", Roles = new[] { Role.Teacher } });
            AuditLog.Record(db, host.Clock.Now.AddSeconds(-1), Actor.Anonymous("192.0.2.7"), null, "robot.built", null, after: new { Wheels = 4, Works = true, Password = "canary", State = InvitationState.Accepted });
            await db.SaveChangesAsync(Ct);
        }

        await using var ui = new InsightsUi(host, admin);
        var rows = ui.Render<AuditPage>().FindAll("tbody tr");

        Assert.Contains("Carla", rows[0].QuerySelectorAll("td")[3].TextContent, StringComparison.Ordinal);
        Assert.Contains("Teacher", rows[0].QuerySelectorAll("td")[2].TextContent, StringComparison.Ordinal);
        Assert.Equal("robot.built", rows[1].QuerySelector(".badge")!.TextContent);
        var what = Flat(rows[1].QuerySelectorAll("td")[2].TextContent);
        Assert.Contains("wheels 4", what, StringComparison.Ordinal);
        Assert.Contains("works yes", what, StringComparison.Ordinal);
        Assert.Contains("password •••", what, StringComparison.Ordinal);
        Assert.Contains("State Accepted", what, StringComparison.Ordinal);
        Assert.Contains("192.0.2.7", rows[1].QuerySelectorAll("td")[1].TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_ForAnAgency_IsDenied()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InsightsUi(host, await host.AddPersonAsync(Role.Agency));

        Assert.NotNull(ui.Render<AuditPage>().FindComponent<AccessDenied>());
    }

    private static string Flat(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
