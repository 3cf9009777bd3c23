using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations;

/// <summary>The API of invitations under guessing, forged bodies, foreign identifiers and curious scanners.</summary>
public sealed class InvitationApiSafetyTests : InvitationApiCase
{
    [Theory]
    [InlineData("state=NONSENSE", "state")]
    [InlineData("state=1", "state")]
    [InlineData("role=superadmin", "role")]
    [InlineData("sort=-password", "sort")]
    [InlineData("pageSize=1000", "pageSize")]
    [InlineData("page=0", "page")]
    public async Task H08_UnknownFilterOrSort_IsRefusedByName(string query, string field)
    {
        var answer = await Api.GetAsync("/api/invitations?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("field").GetString());
    }

    [Fact]
    public async Task A01_GuessedTokens_AllGetTheSameAnswer()
    {
        var open = Portal.CreateApiClient();
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
        await PostAsync(Api, "/api/invitations", new { emails = new[] { "evil@example.org" }, role = "STUDENT" });
        var token = Token(await Sink.WaitForMailAsync("evil@example.org"));
        var open = Portal.CreateApiClient();
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
        var answer = await Api.PostAsync("/api/invitations", new StringContent(
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
        var sent = await PostAsync(Api, "/api/invitations", new { emails = new[] { "a@example.org" }, role = "BUSINESS" });
        var id = sent.GetProperty("verdicts")[0].GetProperty("invitationId").GetGuid();
        var agency = await ClientAsync(Role.Agency);
        foreach (var path in new[] { $"/api/invitations/{id}", $"/api/invitations/{Guid.NewGuid()}" })
        {
            var answer = await agency.GetAsync(path);
            Assert.Equal((HttpStatusCode.NotFound, "invitation.not_found"), (answer.StatusCode, await CodeAsync(answer)));
        }
    }

    [Fact]
    public async Task R32_TheLinkFetchedTwentyTimes_OnlySetsTheFlowAndMailsNothing()
    {
        await PostAsync(Api, "/api/invitations", new { emails = new[] { "scan@example.org" }, role = "STUDENT", language = "ru" });
        var link = new Uri((await Sink.WaitForMailAsync("scan@example.org")).Link("/accept-invitation"));
        for (var i = 0; i < 20; i++)
        {
            using var scanner = Portal.CreateBrowser();
            var head = await scanner.SendAsync(new HttpRequestMessage(HttpMethod.Head, link.PathAndQuery));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            var fetched = await scanner.GetAsync(link.PathAndQuery);
            Assert.Equal((HttpStatusCode.SeeOther, "/accept-invitation"), (fetched.StatusCode, fetched.Headers.Location?.ToString()));
        }

        using var person = Portal.CreateBrowser(followRedirects: true);
        var page = await (await person.GetAsync(link.PathAndQuery)).Content.ReadAsStringAsync();
        Assert.Contains("<html lang=\"ru\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("scan@example.org", page, StringComparison.Ordinal);
        Assert.Equal(1, Sink.Received);
        Assert.Equal(PersonStatus.Invited, await StatusAsync("scan@example.org"));
    }

    [Fact]
    public async Task H01_MarkupInTheMessage_IsTextInMailAndPage()
    {
        const string message = "<script>alert(1)</script><img src=x onerror=alert(2)></textarea>";
        await PostAsync(Api, "/api/invitations", new { emails = new[] { "html@example.org" }, role = "STUDENT", message });
        var mail = await Sink.WaitForMailAsync("html@example.org");
        Assert.DoesNotContain("<script>", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", mail.Text, StringComparison.Ordinal);
        using var person = Portal.CreateBrowser(followRedirects: true);
        var page = await (await person.GetAsync(new Uri(mail.Link("/accept-invitation")).PathAndQuery)).Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K01_TokensAndCodes_AreInNoLogAndNoTable()
    {
        await PostAsync(Api, "/api/invitations", new { emails = new[] { "canary@example.org" }, role = "STUDENT" });
        var token = Token(await Sink.WaitForMailAsync("canary@example.org"));
        var open = Portal.CreateApiClient();
        await open.PostAsJsonAsync("/api/invitations/request-code", new { token });
        var code = (await Sink.WaitForMailAsync("canary@example.org", 2)).Code;
        using var browser = Portal.CreateBrowser(followRedirects: true);
        await browser.GetAsync($"/accept-invitation?token={token}");
        Assert.DoesNotContain(token, Portal.Logs.Text, StringComparison.Ordinal);
        await using var db = await Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.All(await db.UserTokens.ToListAsync(), t => Assert.DoesNotContain(code, t.Value ?? "", StringComparison.Ordinal));
        Assert.All(await db.AuditEntries.ToListAsync(), e => Assert.DoesNotContain(token, e.After ?? "", StringComparison.Ordinal));
    }
}
