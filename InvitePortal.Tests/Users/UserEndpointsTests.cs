using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Users;

/// <summary>The API of people and the download, through the real host.</summary>
public sealed class UserEndpointsTests(UserEndpointsTests.Host host) : IClassFixture<UserEndpointsTests.Host>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private PortalFactory Portal => host.Portal;

    [Fact]
    public async Task Cycle_CreateReadEditEndDelete_AnswersAsTheContractSays()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var created = await api.PostAsJsonAsync("/api/users", new { email = "Cycle@Example.org", name = "Cycle", roles = new[] { "TEACHER", "PARENT" }, notify = false }, Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (await JsonAsync(created)).GetProperty("id").GetGuid();
        var path = $"/api/users/{id}";
        Assert.Equal(path, created.Headers.Location?.ToString());

        var again = await api.PostAsJsonAsync("/api/users", new { email = "cycle@example.org", name = "Cycle", roles = new[] { "TEACHER" } }, Ct);
        Assert.Equal((HttpStatusCode.Conflict, "user.exists"), (again.StatusCode, await CodeAsync(again)));

        var row = (await api.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("row");
        Assert.Equal(("Cycle@Example.org", "ACTIVE", "TEACHER"), (row.GetProperty("email").GetString(), row.GetProperty("status").GetString(), row.GetProperty("activeRole").GetString()));
        Assert.Equal(["TEACHER", "PARENT"], row.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        var version = row.GetProperty("version").GetString();

        var edited = await api.PutAsJsonAsync(path, new { version, name = "Renamed", status = "SUSPENDED", roles = new[] { "PARENT" } }, Ct);
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        var stale = await api.PutAsJsonAsync(path, new { version, name = "Lost" }, Ct);
        Assert.Equal((HttpStatusCode.Conflict, "user.changed"), (stale.StatusCode, await CodeAsync(stale)));
        var next = await api.PutAsJsonAsync(path, new { version = (await JsonAsync(edited)).GetProperty("version").GetString(), status = "ACTIVE" }, Ct);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        row = (await api.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("row");
        Assert.Equal(("Renamed", "PARENT"), (row.GetProperty("name").GetString(), row.GetProperty("activeRole").GetString()));

        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync(path + "/end-sessions", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync(path, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.DeleteAsync(path, Ct)).StatusCode);
    }

    [Fact]
    public async Task List_FiltersSortAndSearch_NarrowTheRows()
    {
        using var api = await ClientAsync(Role.Staff);
        await Portal.Services.AddPersonAsync(Role.Agency, PersonStatus.Banned, name: "Listed Bea");
        await Portal.Services.AddPersonAsync(Role.Agency, PersonStatus.Suspended, name: "Listed Ann");
        await Portal.Services.AddPersonAsync(Role.Agency, name: "Listed Zed");

        var list = await api.GetFromJsonAsync<JsonElement>("/api/users?status=BANNED&status=SUSPENDED&role=AGENCY&search=listed&sort=name&pageSize=1", Ct);

        Assert.Equal((2, "Listed Ann"), (list.GetProperty("total").GetInt32(), list.GetProperty("items")[0].GetProperty("name").GetString()));
        var next = await api.GetFromJsonAsync<JsonElement>($"/api/users?status=BANNED&status=SUSPENDED&role=AGENCY&search=listed&sort=name&pageSize=1&cursor={list.GetProperty("next").GetString()}", Ct);
        Assert.Equal("Listed Bea", next.GetProperty("items")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("status=NONSENSE", "status")]
    [InlineData("status=1", "status")]
    [InlineData("role=superadmin", "role")]
    [InlineData("sort=-password", "sort")]
    [InlineData("sort=searchText", "sort")]
    [InlineData("pageSize=1000", "pageSize")]
    [InlineData("page=0", "page")]
    public async Task H08_UnknownFilterOrSort_IsRefusedByName(string query, string field)
    {
        using var api = await ClientAsync(Role.Staff);
        var answer = await api.GetAsync("/api/users?" + query, Ct);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("field").GetString()));
    }

    [Fact]
    public async Task D05_MembersThatNobodyReads_AreRefusedAndChangeNothing()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var person = await Portal.Services.AddPersonAsync(Role.Teacher);
        var before = await StoredAsync(person.Id);
        foreach (var extra in new[] { "\"id\":\"x\"", "\"securityStamp\":\"x\"", "\"passwordHash\":\"x\"", "\"lockoutEnd\":null", "\"emailConfirmed\":true", "\"roleBits\":1", "\"roles\":[\"TEACHER\"],\"roles\":[\"SUPER_ADMIN\"]", "\"status\":1", "\"status\":\"NONSENSE\"" })
        {
            var body = new StringContent($$"""{"version":"{{before.ConcurrencyStamp}}","name":"Changed",{{extra}}}""", Encoding.UTF8, "application/json");
            Assert.Equal(HttpStatusCode.BadRequest, (await api.PutAsync($"/api/users/{person.Id}", body, Ct)).StatusCode);
        }

        Assert.Equal(before.ConcurrencyStamp, (await StoredAsync(person.Id)).ConcurrencyStamp);
    }

    [Theory]
    [InlineData(Role.Agency)]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Business)]
    public async Task D10_TokenOfARoleWithoutTheRight_GetsForbidden(Role role)
    {
        using var api = await ClientAsync(role);
        var person = await Portal.Services.AddPersonAsync(Role.Student);
        var answers = new[]
        {
            await api.GetAsync("/api/users", Ct),
            await api.GetAsync($"/api/users/{person.Id}", Ct),
            await api.PostAsJsonAsync("/api/users", new { email = "x@example.org", name = "X", roles = new[] { "STUDENT" } }, Ct),
            await api.PutAsJsonAsync($"/api/users/{person.Id}", new { version = "x", name = "X" }, Ct),
            await api.DeleteAsync($"/api/users/{person.Id}", Ct),
            await api.PostAsync($"/api/users/{person.Id}/end-sessions", null, Ct),
            await api.PostAsJsonAsync("/api/users/bulk-update", new { selection = new { filter = new { } }, action = "DELETE" }, Ct),
        };
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Forbidden, a.StatusCode));
        Assert.NotNull(await StoredAsync(person.Id));
    }

    [Fact]
    public async Task A12_UnknownId_IsNotFoundEverywhere()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var path = $"/api/users/{Guid.NewGuid()}";
        foreach (var answer in new[]
        {
            await api.GetAsync(path, Ct), await api.PutAsJsonAsync(path, new { version = "x", name = "X" }, Ct), await api.DeleteAsync(path, Ct), await api.PostAsync(path + "/end-sessions", null, Ct),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, "user.not_found"), (answer.StatusCode, await CodeAsync(answer)));
        }
    }

    [Fact]
    public async Task Create_SameIdempotencyKey_MakesOne()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var bodies = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/users")
            {
                Content = JsonContent.Create(new { email = "idem@example.org", name = "Idem", roles = new[] { "STUDENT" }, notify = false }),
            };
            request.Headers.Add("Idempotency-Key", "one-key");
            var answer = await api.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            bodies.Add(await answer.Content.ReadAsStringAsync(Ct));
        }

        Assert.Equal(bodies[0], bodies[1]);
    }

    [Fact]
    public async Task BulkUpdate_ListAndFilter_AnswerWithAReport()
    {
        using var api = await ClientAsync(Role.Staff);
        var one = await Portal.Services.AddPersonAsync(Role.Student, name: "Bulky One");
        var two = await Portal.Services.AddPersonAsync(Role.Student, name: "Bulky Two");
        var admin = await Portal.Services.AddPersonAsync(Role.SuperAdmin, name: "Bulky Admin");
        var listed = new { selection = new { users = new object[] { new { id = one.Id }, new { id = two.Id, version = "older" }, new { id = admin.Id } } }, action = "ADD_ROLE", role = "PARENT" };

        var report = await JsonAsync(await api.PostAsJsonAsync("/api/users/bulk-update", listed, Ct));
        Assert.Equal((3, 1, false), (report.GetProperty("total").GetInt32(), report.GetProperty("done").GetInt32(), report.GetProperty("stopped").GetBoolean()));
        Assert.Equal(["user.changed", "user.may_not_manage"], report.GetProperty("refused").EnumerateArray().Select(r => r.GetProperty("code").GetString()));

        var filtered = new { selection = new { filter = new { statuses = new[] { "ACTIVE" }, roles = new[] { "STUDENT" }, search = "bulky" } }, action = "SET_STATUS", status = "INACTIVE" };
        report = await JsonAsync(await api.PostAsJsonAsync("/api/users/bulk-update", filtered, Ct));
        Assert.Equal((2, 2), (report.GetProperty("total").GetInt32(), report.GetProperty("done").GetInt32()));
        Assert.Equal(PersonStatus.Inactive, (await StoredAsync(two.Id)).Status);

        foreach (var body in new object[] { new { selection = new { }, action = "DELETE" }, new { selection = new { users = new object?[] { null } }, action = "DELETE" }, new { selection = new { filter = new { role = "STUDENT" } }, action = "DELETE" }, new { selection = new { filter = new { } }, action = "REMOVE" } })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsJsonAsync("/api/users/bulk-update", body, Ct)).StatusCode);
        }
    }

    [Fact]
    public async Task L05_ABannedPersonsToken_EndsAtOnce()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var staff = await Portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api);
        using var theirs = Portal.CreateApiClient(staff.Secret);
        Assert.Equal(HttpStatusCode.OK, (await theirs.GetAsync("/api/users", Ct)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await api.PutAsJsonAsync($"/api/users/{staff.Id}", new { version = (await StoredAsync(staff.Id)).ConcurrencyStamp, status = "BANNED" }, Ct)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await theirs.GetAsync("/api/users", Ct)).StatusCode);
    }

    [Fact]
    public async Task H06_Export_HoldsWhatTheFilterShowsAndNoFormulas()
    {
        var admin = await Portal.Services.AddPersonAsync(Role.SuperAdmin);
        using var browser = Portal.CreateBrowser(admin);
        await Portal.Services.AddPersonAsync(Role.Parent, PersonStatus.Inactive, name: "=HYPERLINK(\"http://x\") exported", email: "+cmd@exported.example");
        await Portal.Services.AddPersonAsync(Role.Parent, PersonStatus.Inactive, name: "Анна, \"exported\"");
        await Portal.Services.AddPersonAsync(Role.Parent, name: "exported but active");

        var answer = await browser.GetAsync("/users/export?status=INACTIVE&role=PARENT&q=exported&sort=-name", Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("attachment; filename=people-", answer.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        var bytes = await answer.Content.ReadAsByteArrayAsync(Ct);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("id,name,email,status,roles,activeRole,createdAt,joinedAt,lastSignInAt", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains(",\"Анна, \"\"exported\"\"\",", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"'=HYPERLINK(\"\"http://x\"\") exported\",'+cmd@exported.example,INACTIVE,PARENT,PARENT,20", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status=NONSENSE", "status")]
    [InlineData("role=1", "role")]
    [InlineData("sort=password", "sort")]
    public async Task H08_ExportWithUnknownFilterOrSort_IsRefusedByName(string query, string field)
    {
        using var browser = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(Role.Staff));
        var answer = await browser.GetAsync("/users/export?" + query, Ct);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("field").GetString()));
        Assert.Null(answer.Content.Headers.ContentDisposition);
    }

    [Fact]
    public async Task K10_ExportByThoseWhoMayNot_IsRefused()
    {
        using var teacher = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(Role.Teacher));
        var refused = await teacher.GetAsync("/users/export", Ct);
        Assert.Equal((HttpStatusCode.Forbidden, "user.forbidden"), (refused.StatusCode, await CodeAsync(refused)));
        Assert.Null(refused.Content.Headers.ContentDisposition);
        Assert.NotEqual("text/csv", refused.Content.Headers.ContentType?.MediaType);
        using var nobody = Portal.CreateBrowser();
        Assert.Equal(HttpStatusCode.Redirect, (await nobody.GetAsync("/users/export", Ct)).StatusCode);
    }

    [Fact]
    public async Task O15_SecondExportAtATime_IsToldWhenToComeAgain()
    {
        var staff = await Portal.Services.AddPersonAsync(Role.Staff);
        await Portal.Services.GetRequiredService<RateLimits>().TryTakeAsync($"users-export:{staff.Id:N}", 1, TimeSpan.FromMinutes(5), Ct);
        using var browser = Portal.CreateBrowser(staff);

        var refused = await browser.GetAsync("/users/export", Ct);

        Assert.Equal((HttpStatusCode.TooManyRequests, "user.export_running"), (refused.StatusCode, await CodeAsync(refused)));
        Assert.InRange(refused.Headers.RetryAfter?.Delta ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
    }

    [Theory]
    [InlineData(FieldLengths.Search, HttpStatusCode.OK)]
    [InlineData(FieldLengths.Search + 1, HttpStatusCode.BadRequest)]
    public async Task H08_LongestSearch_IsTheSameInTheListAndTheExport(int length, HttpStatusCode expected)
    {
        using var api = await ClientAsync(Role.Staff);
        using var browser = Portal.CreateBrowser(await Portal.Services.AddPersonAsync(Role.Staff));
        var text = new string('q', length);

        Assert.Equal(expected, (await api.GetAsync("/api/users?search=" + text, Ct)).StatusCode);
        Assert.Equal(expected, (await browser.GetAsync("/users/export?q=" + text, Ct)).StatusCode);
    }

    private async Task<HttpClient> ClientAsync(Role role) => Portal.CreateApiClient((await Portal.Services.AddPersonAsync(role, session: SessionKind.Api)).Secret);

    private async Task<AppUser> StoredAsync(Guid id)
    {
        await using var db = await Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Ct);
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == id, Ct);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await JsonAsync(answer)).GetProperty("code").GetString();

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync();

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
