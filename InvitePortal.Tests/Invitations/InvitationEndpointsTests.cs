using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations;

/// <summary>The API of invitations, through the real host, the real outbox and a real SMTP server.</summary>
public sealed class InvitationEndpointsTests : IAsyncLifetime
{
    private SmtpSink _sink = default!;
    private PortalFactory _portal = default!;
    private HttpClient _api = default!;

    public async ValueTask InitializeAsync()
    {
        _sink = SmtpSink.Start();
        _portal = await PortalFactory.StartAsync(new PortalSetup
        {
            // Plain http, as on localhost: elsewhere the flow's cookie wants https.
            Environment = "Development",
            Settings = new Dictionary<string, string?>
            {
                ["Smtp:Host"] = SmtpSink.Host,
                ["Smtp:Port"] = $"{_sink.Port}",
                ["Smtp:From"] = "portal@portal.example",
                ["Smtp:StartTls"] = "false",
            },
        });
        _api = await ClientAsync(Role.SuperAdmin);
    }

    public async ValueTask DisposeAsync()
    {
        _api.Dispose();
        await _portal.DisposeAsync();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task Invite_TwoAddresses_AcceptedByCodeAndByPassword()
    {
        var sent = await PostAsync(_api, "/api/invitations", new { emails = new[] { "Code@Example.org", "pass@example.org" }, role = "TEACHER", message = "Hello" });
        Assert.Equal(["INVITED", "INVITED"], sent.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()));
        var open = _portal.CreateApiClient();

        var byCode = Token(await _sink.WaitForMailAsync("Code@example.org"));
        var look = await open.GetFromJsonAsync<JsonElement>($"/api/invitations/by-token/{byCode}");
        Assert.Equal(["status", "email", "inviter", "expiresAt", "channel", "asksEmail", "takesEmail", "group"], look.EnumerateObject().Select(p => p.Name));
        Assert.Equal("c•••@e•••.org", look.GetProperty("email").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await open.PostAsJsonAsync("/api/invitations/request-code", new { token = byCode })).StatusCode);
        var code = (await _sink.WaitForMailAsync("Code@example.org", 2)).Code;
        var first = await PostAsync(open, "/api/invitations/accept", new { token = byCode, name = "Robin", method = "CODE", code });
        Assert.Equal("TEACHER", first.GetProperty("user").GetProperty("activeRole").GetString());

        var byPassword = Token(await _sink.WaitForMailAsync("pass@example.org"));
        var second = await PostAsync(open, "/api/invitations/accept", new { token = byPassword, name = "Kim", method = "PASSWORD", password = "correct horse battery" });
        var asKim = _portal.CreateApiClient(second.GetProperty("accessToken").GetString());
        Assert.Equal(HttpStatusCode.OK, (await asKim.GetAsync("/api/invitations")).StatusCode);

        var used = await open.PostAsJsonAsync("/api/invitations/accept", new { token = byCode, name = "Robin", method = "CODE", code });
        Assert.Equal((HttpStatusCode.Gone, "already_used"), (used.StatusCode, await CodeAsync(used)));
        var list = await _api.GetFromJsonAsync<JsonElement>("/api/invitations?state=ACCEPTED&sort=email&pageSize=1");
        Assert.Equal(2, list.GetProperty("total").GetInt64());
        Assert.Equal("SENT", list.GetProperty("items")[0].GetProperty("delivery").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _api.GetAsync("/api/invitations?cursor=" + list.GetProperty("next").GetString())).StatusCode);
    }

    [Fact]
    public async Task Invite_IntoAGroup_IsEditedAndAccepted()
    {
        var teacher = await _portal.Services.AddPersonAsync(Role.Teacher, name: "Ms Ray");
        await using var scope = _portal.Services.CreateAsyncScope();
        var group = (await scope.ServiceProvider.GetRequiredService<GroupService>().CreateAsync(teacher.Actor, new CreateGroup("9A", "Algebra", 1), default)).Value!;
        var listed = await _api.GetFromJsonAsync<JsonElement>("/api/invitations/groups?search=alg");
        Assert.Equal(("9A", "Ms Ray", 1), (listed[0].GetProperty("name").GetString(), listed[0].GetProperty("teacher").GetString(), listed[0].GetProperty("seatsLeft").GetInt32()));

        var unknown = await _api.PostAsJsonAsync("/api/invitations", new { emails = new[] { "pupil@example.org" }, role = "STUDENT", groupId = Guid.NewGuid() });
        Assert.Equal((HttpStatusCode.NotFound, "group.not_found"), (unknown.StatusCode, await CodeAsync(unknown)));
        var sent = await PostAsync(_api, "/api/invitations", new { recipients = new[] { "pupil@example.org" }, role = "STUDENT", groupId = group.Id });
        var verdict = sent.GetProperty("verdicts")[0];
        Assert.Equal(("INVITED", "pupil@example.org", "pupil@example.org"), (verdict.GetProperty("outcome").GetString(), verdict.GetProperty("recipient").GetString(), verdict.GetProperty("email").GetString()));
        var path = $"/api/invitations/{verdict.GetProperty("invitationId").GetGuid()}";
        var row = (await _api.GetFromJsonAsync<JsonElement>(path)).GetProperty("row");
        Assert.Equal((group.Id, "9A"), (row.GetProperty("groupId").GetGuid(), row.GetProperty("group").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PutAsJsonAsync(path, new { version = 1, groupId = Guid.Empty })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PutAsJsonAsync(path, new { version = 2, groupId = group.Id })).StatusCode);

        var token = Token(await _sink.WaitForMailAsync("pupil@example.org"));
        var open = _portal.CreateApiClient();
        Assert.Equal("9A", (await open.GetFromJsonAsync<JsonElement>($"/api/invitations/by-token/{token}")).GetProperty("group").GetString());
        await PostAsync(open, "/api/invitations/accept", new { token, name = "Pia", method = "PASSWORD", password = "correct horse battery" });
        await using var db = await _portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Enrollments.CountAsync(e => e.GroupId == group.Id));
    }

    [Fact]
    public async Task Invite_ChannelsAndSecondWays_AreChecked()
    {
        var off = await _api.PostAsJsonAsync("/api/invitations", new { recipients = new[] { "+4915123456789" }, role = "STUDENT", channel = "SMS" });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.channel_unavailable"), (off.StatusCode, await CodeAsync(off)));
        var second = await _api.PostAsJsonAsync(
            "/api/invitations", new { emails = new[] { "a@example.org" }, role = "STUDENT", fallback = new { channel = "SMS", recipient = "+4915123456789" } });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.channel_unavailable"), (second.StatusCode, await CodeAsync(second)));
        var none = await _api.PostAsJsonAsync("/api/invitations", new { role = "STUDENT" });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.no_addresses"), (none.StatusCode, await CodeAsync(none)));
    }

    [Fact]
    public async Task Invite_NullAmongTheAddresses_IsAFailedVerdict()
    {
        var sent = await PostAsync(_api, "/api/invitations", new { emails = new string?[] { null, "one@example.org" }, role = "STUDENT" });
        Assert.Equal(["FAILED", "INVITED"], sent.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()));
    }

    [Theory]
    [InlineData("inviter=me")]
    [InlineData("page=first")]
    [InlineData("page=99999999999")]
    public async Task List_AddressThatCannotBeRead_IsAPageNevertheless(string query)
    {
        var person = await _portal.Services.AddPersonAsync(Role.SuperAdmin);
        using var browser = _portal.CreateBrowser(person);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/users?tab=invites&{query}")).StatusCode);
    }

    [Theory]
    [InlineData("state=NONSENSE", "state")]
    [InlineData("state=1", "state")]
    [InlineData("role=superadmin", "role")]
    [InlineData("sort=-password", "sort")]
    [InlineData("pageSize=1000", "pageSize")]
    [InlineData("page=0", "page")]
    public async Task H08_UnknownFilterOrSort_IsRefusedByName(string query, string field)
    {
        var answer = await _api.GetAsync("/api/invitations?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task A01_GuessedTokens_AllGetTheSameAnswer()
    {
        var open = _portal.CreateApiClient();
        var bodies = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            var answer = await open.GetAsync($"/api/invitations/by-token/{Secrets.New()}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>();
            problem!.Remove("traceId");
            bodies.Add(JsonSerializer.Serialize(problem));
        }

        Assert.Single(bodies);
    }

    [Fact]
    public async Task D01_RoleInTheBodyOfAccept_IsRefusedAndMakesNoAccount()
    {
        await PostAsync(_api, "/api/invitations", new { emails = new[] { "evil@example.org" }, role = "STUDENT" });
        var token = Token(await _sink.WaitForMailAsync("evil@example.org"));
        var open = _portal.CreateApiClient();
        foreach (var extra in new[] { "\"role\":\"SUPER_ADMIN\"", "\"groupId\":1", "\"emailConfirmed\":true", "\"isAdmin\":true", "\"email\":\"other@example.org\"" })
        {
            var body = $$"""{"token":"{{token}}","name":"Evil","method":"PASSWORD","password":"correct horse battery",{{extra}}}""";
            var answer = await open.PostAsync("/api/invitations/accept", new StringContent(body, Encoding.UTF8, "application/json"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        Assert.Equal(PersonStatus.Invited, await StatusAsync("evil@example.org"));
    }

    [Fact]
    public async Task D02_DuplicateKeys_AreRefused()
    {
        var answer = await _api.PostAsync("/api/invitations", new StringContent(
            """{"emails":["a@example.org"],"role":"STUDENT","role":"SUPER_ADMIN"}""", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(Role.Teacher)]
    [InlineData(Role.Business)]
    public async Task D10_TokenOfARoleWithoutTheRight_GetsForbidden(Role role)
    {
        var client = await ClientAsync(role);
        var answer = await client.PostAsJsonAsync("/api/invitations", new { emails = new[] { "a@example.org" }, role = "STUDENT" });
        Assert.Equal((HttpStatusCode.Forbidden, "invitation.may_not_invite"), (answer.StatusCode, await CodeAsync(answer)));
    }

    [Fact]
    public async Task A12_ForeignAndUnknownIds_GetTheSameNotFound()
    {
        var sent = await PostAsync(_api, "/api/invitations", new { emails = new[] { "a@example.org" }, role = "BUSINESS" });
        var id = sent.GetProperty("verdicts")[0].GetProperty("invitationId").GetGuid();
        var agency = await ClientAsync(Role.Agency);
        foreach (var path in new[] { $"/api/invitations/{id}", $"/api/invitations/{Guid.NewGuid()}" })
        {
            var answer = await agency.GetAsync(path);
            Assert.Equal((HttpStatusCode.NotFound, "invitation.not_found"), (answer.StatusCode, await CodeAsync(answer)));
        }
    }

    [Fact]
    public async Task Invite_SameIdempotencyKey_SendsOnce()
    {
        var body = new { emails = new[] { "once@example.org" }, role = "BUSINESS" };
        var answers = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/invitations") { Content = JsonContent.Create(body) };
            request.Headers.Add("Idempotency-Key", "key-1");
            answers.Add(await (await _api.SendAsync(request)).Content.ReadAsStringAsync());
        }

        Assert.Equal(answers[0], answers[1]);
        await using var db = await _portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Invitations.CountAsync());
    }

    [Fact]
    public async Task ChangeCycle_EditResendLinkCancelDelete_AnswersAsTheContractSays()
    {
        var sent = await PostAsync(_api, "/api/invitations", new { emails = new[] { "a@example.org" }, role = "BUSINESS" });
        var path = $"/api/invitations/{sent.GetProperty("verdicts")[0].GetProperty("invitationId").GetGuid()}";
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PutAsJsonAsync(path, new { version = 1, role = "TEACHER" })).StatusCode);
        var stale = await _api.PutAsJsonAsync(path, new { version = 1, role = "PARENT" });
        Assert.Equal((HttpStatusCode.Conflict, "invitation.changed_meanwhile"), (stale.StatusCode, await CodeAsync(stale)));
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PostAsync(path + "/resend", null)).StatusCode);
        var link = await PostAsync(_api, path + "/link", null);
        Assert.StartsWith("http://localhost/accept-invitation?token=", link.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await _api.PostAsync(path + "/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.PostAsync(path + "/cancel", null)).StatusCode);
        var dead = await _portal.CreateApiClient().GetAsync("/api/invitations/by-token/" + link.GetProperty("url").GetString()!.Split("token=")[1]);
        Assert.Equal(HttpStatusCode.Gone, dead.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _api.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task R32_TheLinkFetchedTwentyTimes_OnlySetsTheFlowAndMailsNothing()
    {
        await PostAsync(_api, "/api/invitations", new { emails = new[] { "scan@example.org" }, role = "STUDENT", language = "ru" });
        var link = new Uri((await _sink.WaitForMailAsync("scan@example.org")).Link("/accept-invitation"));
        for (var i = 0; i < 20; i++)
        {
            using var scanner = _portal.CreateBrowser();
            var head = await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, link.PathAndQuery));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            var fetched = await scanner.GetAsync(link.PathAndQuery);
            Assert.Equal((HttpStatusCode.SeeOther, "/accept-invitation"), (fetched.StatusCode, fetched.Headers.Location?.ToString()));
        }

        using var person = _portal.CreateBrowser(followRedirects: true);
        var page = await (await person.GetAsync(link.PathAndQuery)).Content.ReadAsStringAsync();
        Assert.Contains("<html lang=\"ru\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("scan@example.org", page, StringComparison.Ordinal);
        Assert.Equal(1, _sink.Received);
        Assert.Equal(PersonStatus.Invited, await StatusAsync("scan@example.org"));
    }

    [Fact]
    public async Task H01_MarkupInTheMessage_IsTextInMailAndPage()
    {
        const string message = "<script>alert(1)</script><img src=x onerror=alert(2)></textarea>";
        await PostAsync(_api, "/api/invitations", new { emails = new[] { "html@example.org" }, role = "STUDENT", message });
        var mail = await _sink.WaitForMailAsync("html@example.org");
        Assert.DoesNotContain("<script>", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", mail.Text, StringComparison.Ordinal);
        using var person = _portal.CreateBrowser(followRedirects: true);
        var page = await (await person.GetAsync(new Uri(mail.Link("/accept-invitation")).PathAndQuery)).Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K01_TokensAndCodes_AreInNoLogAndNoTable()
    {
        await PostAsync(_api, "/api/invitations", new { emails = new[] { "canary@example.org" }, role = "STUDENT" });
        var token = Token(await _sink.WaitForMailAsync("canary@example.org"));
        var open = _portal.CreateApiClient();
        await open.PostAsJsonAsync("/api/invitations/request-code", new { token });
        var code = (await _sink.WaitForMailAsync("canary@example.org", 2)).Code;
        using var browser = _portal.CreateBrowser(followRedirects: true);
        await browser.GetAsync($"/accept-invitation?token={token}");
        Assert.DoesNotContain(token, _portal.Logs.Text, StringComparison.Ordinal);
        await using var db = await _portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.All(await db.UserTokens.ToListAsync(), t => Assert.DoesNotContain(code, t.Value ?? "", StringComparison.Ordinal));
        Assert.All(await db.AuditEntries.ToListAsync(), e => Assert.DoesNotContain(token, e.After ?? "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeclineAndExpiredToken_AnswerGone()
    {
        await PostAsync(_api, "/api/invitations", new { emails = new[] { "no@example.org" }, role = "STUDENT" });
        var token = Token(await _sink.WaitForMailAsync("no@example.org"));
        var open = _portal.CreateApiClient();
        Assert.Equal(HttpStatusCode.NoContent, (await open.PostAsJsonAsync("/api/invitations/decline", new { token, reason = "No time" })).StatusCode);
        var look = await open.GetAsync($"/api/invitations/by-token/{token}");
        Assert.Equal((HttpStatusCode.Gone, "invitation.declined"), (look.StatusCode, await CodeAsync(look)));
    }

    private async Task<HttpClient> ClientAsync(Role role)
    {
        var person = await _portal.Services.AddPersonAsync(role, session: SessionKind.Api);
        return _portal.CreateApiClient(person.Secret);
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body)
    {
        var answer = await client.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    private static string Token(SmtpMail mail) => mail.Link("/accept-invitation").Split("token=")[1];

    private async Task<PersonStatus?> StatusAsync(string email)
    {
        await using var db = await _portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        return await db.Users.Where(u => u.NormalizedEmail == email).Select(u => (PersonStatus?)u.Status).SingleOrDefaultAsync();
    }
}
