using System.Net;
using System.Text;
using System.Text.Json;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static InvitePortal.Tests.Insights.InsightsCase;

namespace InvitePortal.Tests.Insights;

/// <summary>A portal for all downloads of this file.</summary>
public sealed class InsightsPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup());

    public ValueTask DisposeAsync() => Portal.DisposeAsync();
}

/// <summary>The tables behind the charts, and the audit log, as files.</summary>
public sealed class InsightsEndpointsTests(InsightsPortal insights) : IClassFixture<InsightsPortal>
{
    private PortalFactory Portal => insights.Portal;

    [Fact]
    public async Task EachTable_IsAFile_WithNeutralCells_OfTheFilteredFigures()
    {
        var agency = await Portal.Services.AddPersonAsync(Role.Agency, name: "=SUM(A1)");
        await StoreAsync(
            Told.Make(Now().AddDays(-1), agency.Id, state: InvitationState.Accepted),
            Told.Make(Now().AddDays(-1), agency.Id, role: Role.Teacher),
            Told.Make(Now().AddDays(-2), agency.Id, messages: [(DeliveryState.Failed, "@bad reason")]),
            Told.Make(Now().AddDays(-50), agency.Id));
        using var browser = Portal.CreateBrowser(agency);

        Assert.Equal(["role,sent,delivered,opened,started,accepted,declined,expired,cancelled,open,failed,machinesOnly", "BUSINESS,2,1,1,1,1,0,0,0,1,1,0", "TEACHER,1,1,0,0,0,0,0,0,1,0,0"], await LinesAsync(browser, "table=ROLES&range=7"));
        Assert.Equal(["TEACHER,1,1,0,0,0,0,0,0,1,0,0"], (await LinesAsync(browser, "table=ROLES&range=7&role=TEACHER"))[1..]);
        Assert.Equal(["EMAIL,4,3,1,1,1,0,1,0,2,1,0"], (await LinesAsync(browser, "table=CHANNELS&range=all"))[1..]);
        Assert.Equal([$"{agency.Id},'=SUM(A1),3,2,1,1,1,0,0,0,2,1,0"], (await LinesAsync(browser, "table=INVITERS&range=7"))[1..]);
        Assert.Equal(["reason,invitations", "'@bad reason,1"], await LinesAsync(browser, "table=FAILURES&range=7"));
        var days = await LinesAsync(browser, "table=PERIODS&range=7");
        Assert.Equal(("day,sent", 8), (days[0][..8], days.Length));
        Assert.StartsWith("weekOf,", (await LinesAsync(browser, "table=PERIODS&range=90"))[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table=EVERYTHING", "table")]
    [InlineData("table=ROLES&role=1", "role")]
    [InlineData("table=ROLES&channel=PIGEON", "channel")]
    [InlineData("table=ROLES&inviter=me", "inviter")]
    [InlineData("table=ROLES&range=month", "range")]
    [InlineData("table=ROLES&from=yesterday", "from")]
    [InlineData("table=ROLES&to=1.1.2030", "to")]
    public async Task H08_UnknownTableOrFilter_IsRefusedByName(string query, string field)
    {
        using var browser = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(Role.Staff));

        var answer = await browser.GetAsync("/users/insights/export?" + query, Ct);

        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("field").GetString()));
    }

    [Theory]
    [InlineData("/users/insights/export?table=ROLES", Role.Teacher, "insights.forbidden")]
    [InlineData("/audit/export", Role.Agency, "audit.forbidden")]
    [InlineData("/codes/statistics/export?table=WEEKS", Role.Staff, "code.not_teacher")]
    public async Task K10_ByThoseWhoMayNot_IsRefused(string path, Role role, string code)
    {
        using var browser = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(role));
        using var nobody = Portal.CreateBrowser();

        var refused = await browser.GetAsync(path, Ct);

        Assert.Equal((HttpStatusCode.Forbidden, code), (refused.StatusCode, (await JsonAsync(refused)).GetProperty("code").GetString()));
        Assert.Null(refused.Content.Headers.ContentDisposition);
        Assert.Equal(HttpStatusCode.Redirect, (await nobody.GetAsync(path, Ct)).StatusCode);
    }

    [Theory]
    [InlineData("action=User%20edited", "action")]
    [InlineData("range=month", "range")]
    public async Task H08_AuditExportWithUnknownFilter_IsRefusedByName(string query, string field)
    {
        using var browser = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(Role.Staff));

        var answer = await browser.GetAsync("/audit/export?" + query, Ct);

        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("field").GetString()));
    }

    [Fact]
    public async Task AuditLog_IsAFileOfWhatTheFilterShows()
    {
        var staff = await Portal.Services.AddPersonAsync(Role.Staff, name: "Watcher");
        using var browser = Portal.CreateBrowser(staff);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/audit/export?action=portal", Ct)).StatusCode);

        var answer = await browser.GetAsync($"/audit/export?who={staff.Id}&range=7", Ct);

        Assert.StartsWith("attachment; filename=audit-", answer.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        // The first export, and this one.
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("id,at,actorId,actor,address,action,subjectId,before,after", lines[0].TrimStart('\uFEFF'));
        Assert.Contains(lines[1..], l => l.Contains($",{staff.Id},Watcher,", StringComparison.Ordinal) && l.Contains(",audit.exported,,,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CodesOfATeacher_AreAFile_OfTheirOwnOnly()
    {
        var teacher = await Portal.Services.AddPersonAsync(Role.Teacher);
        var other = await Portal.Services.AddPersonAsync(Role.Teacher);
        await using (var scope = Portal.Services.CreateAsyncScope())
        {
            var codes = scope.ServiceProvider.GetRequiredService<CodeService>();
            Assert.True((await codes.CreateAsync(teacher.Actor, new CreateCodes("=Algebra", 3), Ct)).Succeeded);
            Assert.True((await codes.CreateAsync(other.Actor, new CreateCodes("Chemistry", 2), Ct)).Succeeded);
        }

        using var browser = Portal.CreateBrowser(teacher);
        async Task<string[]> Lines(string query) => (await browser.GetStringAsync("/codes/statistics/export?" + query, Ct)).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["subject,created,used,joined", "'=Algebra,3,0,0"], await Lines("table=SUBJECTS"));
        Assert.EndsWith(",3,0", (await Lines("table=WEEKS&weeks=4"))[^1], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync("/codes/statistics/export?table=WEEKS&weeks=5", Ct)).StatusCode);
    }

    private DateTimeOffset Now() => Portal.Services.GetRequiredService<TimeProvider>().GetUtcNow();

    private async Task StoreAsync(params Told[] told)
    {
        await using var db = Portal.Database.Open();
        db.Invitations.AddRange(told.Select(t => t.Invitation));
        db.OutboxMessages.AddRange(told.SelectMany(t => t.Messages));
        await db.SaveChangesAsync(Ct);
    }

    private static async Task<string[]> LinesAsync(HttpClient browser, string query)
    {
        var answer = await browser.GetAsync("/users/insights/export?" + query, Ct);
        Assert.Equal((HttpStatusCode.OK, "text/csv; charset=utf-8"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        return Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
}
