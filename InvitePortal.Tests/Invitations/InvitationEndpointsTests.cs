using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations;

/// <summary>The API of invitations, as its contract says.</summary>
public sealed class InvitationEndpointsTests : InvitationApiCase
{
    [Fact]
    public async Task Invite_TwoAddresses_AcceptedByCodeAndByPassword()
    {
        var sent = await PostAsync(Api, "/api/invitations", new { emails = new[] { "Code@Example.org", "pass@example.org" }, role = "TEACHER", message = "Hello" });
        Assert.Equal(["INVITED", "INVITED"], sent.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()));
        var open = Portal.CreateApiClient();

        var byCode = Token(await Sink.WaitForMailAsync("Code@example.org"));
        var look = await open.GetFromJsonAsync<JsonElement>($"/api/invitations/by-token/{byCode}");
        Assert.Equal(["status", "email", "inviter", "expiresAt", "channel", "asksEmail", "takesEmail", "group"], look.EnumerateObject().Select(p => p.Name));
        Assert.Equal("c•••@e•••.org", look.GetProperty("email").GetString());
        Assert.Equal(HttpStatusCode.Accepted, (await open.PostAsJsonAsync("/api/invitations/request-code", new { token = byCode })).StatusCode);
        var code = (await Sink.WaitForMailAsync("Code@example.org", 2)).Code;
        var first = await PostAsync(open, "/api/invitations/accept", new { token = byCode, name = "Robin", method = "CODE", code });
        Assert.Equal("TEACHER", first.GetProperty("user").GetProperty("activeRole").GetString());

        var byPassword = Token(await Sink.WaitForMailAsync("pass@example.org"));
        var second = await PostAsync(open, "/api/invitations/accept", new { token = byPassword, name = "Kim", method = "PASSWORD", password = "correct horse battery" });
        var asKim = Portal.CreateApiClient(second.GetProperty("accessToken").GetString());
        Assert.Equal(HttpStatusCode.OK, (await asKim.GetAsync("/api/invitations")).StatusCode);

        var used = await open.PostAsJsonAsync("/api/invitations/accept", new { token = byCode, name = "Robin", method = "CODE", code });
        Assert.Equal((HttpStatusCode.Gone, "already_used"), (used.StatusCode, await CodeAsync(used)));
        var list = await Api.GetFromJsonAsync<JsonElement>("/api/invitations?state=ACCEPTED&sort=email&pageSize=1");
        Assert.Equal(2, list.GetProperty("total").GetInt64());
        Assert.Equal("SENT", list.GetProperty("items")[0].GetProperty("delivery").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Api.GetAsync("/api/invitations?cursor=" + list.GetProperty("next").GetString())).StatusCode);
    }

    [Fact]
    public async Task Invite_IntoAGroup_IsEditedAndAccepted()
    {
        var teacher = await Portal.Services.AddPersonAsync(Role.Teacher, name: "Ms Ray");
        await using var scope = Portal.Services.CreateAsyncScope();
        var group = (await scope.ServiceProvider.GetRequiredService<GroupService>().CreateAsync(teacher.Actor, new CreateGroup("9A", "Algebra", 1), default)).Value!;
        var listed = await Api.GetFromJsonAsync<JsonElement>("/api/invitations/groups?search=alg");
        Assert.Equal(("9A", "Ms Ray", 1), (listed[0].GetProperty("name").GetString(), listed[0].GetProperty("teacher").GetString(), listed[0].GetProperty("seatsLeft").GetInt32()));

        var unknown = await Api.PostAsJsonAsync("/api/invitations", new { emails = new[] { "pupil@example.org" }, role = "STUDENT", groupId = Guid.NewGuid() });
        Assert.Equal((HttpStatusCode.NotFound, "group.not_found"), (unknown.StatusCode, await CodeAsync(unknown)));
        var sent = await PostAsync(Api, "/api/invitations", new { recipients = new[] { "pupil@example.org" }, role = "STUDENT", groupId = group.Id });
        var verdict = sent.GetProperty("verdicts")[0];
        Assert.Equal(("INVITED", "pupil@example.org", "pupil@example.org"), (verdict.GetProperty("outcome").GetString(), verdict.GetProperty("recipient").GetString(), verdict.GetProperty("email").GetString()));
        var path = $"/api/invitations/{verdict.GetProperty("invitationId").GetGuid()}";
        var row = (await Api.GetFromJsonAsync<JsonElement>(path)).GetProperty("row");
        Assert.Equal((group.Id, "9A"), (row.GetProperty("groupId").GetGuid(), row.GetProperty("group").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await Api.PutAsJsonAsync(path, new { version = 1, groupId = Guid.Empty })).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Api.PutAsJsonAsync(path, new { version = 2, groupId = group.Id })).StatusCode);

        var token = Token(await Sink.WaitForMailAsync("pupil@example.org"));
        var open = Portal.CreateApiClient();
        Assert.Equal("9A", (await open.GetFromJsonAsync<JsonElement>($"/api/invitations/by-token/{token}")).GetProperty("group").GetString());
        await PostAsync(open, "/api/invitations/accept", new { token, name = "Pia", method = "PASSWORD", password = "correct horse battery" });
        await using var db = await Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Enrollments.CountAsync(e => e.GroupId == group.Id));
    }

    [Fact]
    public async Task Invite_ChannelsAndSecondWays_AreChecked()
    {
        var off = await Api.PostAsJsonAsync("/api/invitations", new { recipients = new[] { "+4915123456789" }, role = "STUDENT", channel = "SMS" });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.channel_unavailable"), (off.StatusCode, await CodeAsync(off)));
        var second = await Api.PostAsJsonAsync(
            "/api/invitations", new { emails = new[] { "a@example.org" }, role = "STUDENT", fallback = new { channel = "SMS", recipient = "+4915123456789" } });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.channel_unavailable"), (second.StatusCode, await CodeAsync(second)));
        var none = await Api.PostAsJsonAsync("/api/invitations", new { role = "STUDENT" });
        Assert.Equal((HttpStatusCode.BadRequest, "invitation.no_addresses"), (none.StatusCode, await CodeAsync(none)));
    }

    [Fact]
    public async Task Invite_NullAmongTheAddresses_IsAFailedVerdict()
    {
        var sent = await PostAsync(Api, "/api/invitations", new { emails = new string?[] { null, "one@example.org" }, role = "STUDENT" });
        Assert.Equal(["FAILED", "INVITED"], sent.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()));
    }

    [Theory]
    [InlineData("inviter=me")]
    [InlineData("page=first")]
    [InlineData("page=99999999999")]
    public async Task List_AddressThatCannotBeRead_IsAPageNevertheless(string query)
    {
        var person = await Portal.Services.AddPersonAsync(Role.SuperAdmin);
        using var browser = Portal.CreateBrowser(person);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/users?tab=invites&{query}")).StatusCode);
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
            answers.Add(await (await Api.SendAsync(request)).Content.ReadAsStringAsync());
        }

        Assert.Equal(answers[0], answers[1]);
        await using var db = await Portal.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal(1, await db.Invitations.CountAsync());
    }

    [Fact]
    public async Task ChangeCycle_EditResendLinkCancelDelete_AnswersAsTheContractSays()
    {
        var sent = await PostAsync(Api, "/api/invitations", new { emails = new[] { "a@example.org" }, role = "BUSINESS" });
        var path = $"/api/invitations/{sent.GetProperty("verdicts")[0].GetProperty("invitationId").GetGuid()}";
        Assert.Equal(HttpStatusCode.NoContent, (await Api.PutAsJsonAsync(path, new { version = 1, role = "TEACHER" })).StatusCode);
        var stale = await Api.PutAsJsonAsync(path, new { version = 1, role = "PARENT" });
        Assert.Equal((HttpStatusCode.Conflict, "invitation.changed_meanwhile"), (stale.StatusCode, await CodeAsync(stale)));
        Assert.Equal(HttpStatusCode.NoContent, (await Api.PostAsync(path + "/resend", null)).StatusCode);
        var link = await PostAsync(Api, path + "/link", null);
        Assert.StartsWith("http://localhost/accept-invitation?token=", link.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await Api.PostAsync(path + "/cancel", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await Api.PostAsync(path + "/cancel", null)).StatusCode);
        var dead = await Portal.CreateApiClient().GetAsync("/api/invitations/by-token/" + link.GetProperty("url").GetString()!.Split("token=")[1]);
        Assert.Equal(HttpStatusCode.Gone, dead.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Api.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Api.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task DeclineAndExpiredToken_AnswerGone()
    {
        await PostAsync(Api, "/api/invitations", new { emails = new[] { "no@example.org" }, role = "STUDENT" });
        var token = Token(await Sink.WaitForMailAsync("no@example.org"));
        var open = Portal.CreateApiClient();
        Assert.Equal(HttpStatusCode.NoContent, (await open.PostAsJsonAsync("/api/invitations/decline", new { token, reason = "No time" })).StatusCode);
        var look = await open.GetAsync($"/api/invitations/by-token/{token}");
        Assert.Equal((HttpStatusCode.Gone, "invitation.declined"), (look.StatusCode, await CodeAsync(look)));
    }
}
