using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Accounts;

/// <summary><c>/api/auth</c> and the bearer tokens it gives.</summary>
public sealed class AuthApiTests
{
    private const string Password = "correct horse battery";
    private const string Guarded = "/api/invitations";

    [Fact]
    public async Task Login_Password_GivesTokensThatWork()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin, password: Password);
        using var client = portal.CreateApiClient();

        var answer = await PostAsync(client, "login", new { email = person.Email.ToUpperInvariant(), password = Password });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await JsonAsync(answer);
        Assert.Equal(["accessToken", "expiresIn", "refreshToken", "tokenType", "user"], Names(body));
        Assert.Equal(["activeRole", "email", "id", "name", "roles"], Names(body.GetProperty("user")));
        Assert.Equal(43, body.GetProperty("accessToken").GetString()?.Length);
        Assert.Equal(("Bearer", "SUPER_ADMIN"), (body.GetProperty("tokenType").GetString(), body.GetProperty("user").GetProperty("activeRole").GetString()));
        Assert.InRange(body.GetProperty("expiresIn").GetInt32(), 3_590, 3_600);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(portal, body.GetProperty("accessToken").GetString()));
    }

    [Theory]
    [InlineData("nobody@people.example", Password)]
    [InlineData("known@people.example", "something else")]
    [InlineData("banned@people.example", Password)]
    [InlineData("not an address", Password)]
    public async Task A06_Login_UnknownWrongOrBanned_SameAnswer(string email, string password)
    {
        await using var portal = await SignInPagesTests.StartAsync();
        await portal.Services.AddPersonAsync(Role.Teacher, email: "known@people.example", password: Password);
        await portal.Services.AddPersonAsync(Role.Teacher, PersonStatus.Banned, "banned@people.example", password: Password);
        using var client = portal.CreateApiClient();

        var answer = await PostAsync(client, "login", new { email, password });

        Assert.Equal((HttpStatusCode.Unauthorized, "sign_in.failed"), (answer.StatusCode, await CodeOfAsync(answer)));
    }

    [Fact]
    public async Task A05_B02_Login_Code_WorksOnceAndTellsNothing()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        using var client = portal.CreateApiClient();

        var known = await PostAsync(client, "login", new { email = person.Email, method = "CODE" });
        var unknown = await PostAsync(client, "login", new { email = new string('x', person.Email.IndexOf('@', StringComparison.Ordinal)) + "@people.example", method = "CODE" });
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (known.StatusCode, unknown.StatusCode));
        var flow = (await JsonAsync(known)).GetProperty("flow").GetString()!;
        Assert.Equal(flow.Length, (await JsonAsync(unknown)).GetProperty("flow").GetString()!.Length);

        var code = await SignInPagesTests.CodeAsync(portal, person.Email);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, "login", new { flow, code })).StatusCode);
        var again = await PostAsync(client, "login", new { flow, code });
        Assert.Equal((HttpStatusCode.BadRequest, "code_invalid"), (again.StatusCode, await CodeOfAsync(again)));
        var forged = await PostAsync(client, "login", new { flow = "forged", code });
        Assert.Equal((HttpStatusCode.BadRequest, "code_invalid"), (forged.StatusCode, await CodeOfAsync(forged)));
    }

    [Theory]
    [InlineData("""{"email":"a@people.example","password":"x","role":"SUPER_ADMIN"}""")]
    [InlineData("""{"email":"a@people.example","password":"x","password":"y"}""")]
    [InlineData("""{"email":"a@people.example"}""")]
    [InlineData("""{"email":"a@people.example","method":"MAGIC"}""")]
    [InlineData("""{"flow":"x"}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    public async Task D05_Login_UnknownTwiceOrMissingMembers_IsRefused(string json)
    {
        await using var portal = await SignInPagesTests.StartAsync();
        using var client = portal.CreateApiClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync("/api/auth/login", content)).StatusCode);
    }

    [Fact]
    public async Task Refresh_OldTokenAgain_EndsTheSession()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var (access, refresh) = await LoginAsync(portal);
        using var client = portal.CreateApiClient();

        var next = await JsonAsync(await PostAsync(client, "refresh", new { refreshToken = refresh }));
        var newAccess = next.GetProperty("accessToken").GetString();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, access));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(portal, newAccess));

        var reused = await PostAsync(client, "refresh", new { refreshToken = refresh });
        Assert.Equal((HttpStatusCode.Unauthorized, "auth.refresh_invalid"), (reused.StatusCode, await CodeOfAsync(reused)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, newAccess));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, "refresh", new { refreshToken = next.GetProperty("refreshToken").GetString() })).StatusCode);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RefreshAsync_TwentyAtOnce_OnePairAtMost(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var db = host.Open();
        var session = host.Get<SessionService>().Add(db, person.Id, person.Role, SessionKind.Api, false, person.Actor, null);
        await db.SaveChangesAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<ApiTokens>().RefreshAsync(person.Actor, session.RefreshToken, default))));

        Assert.Single(results, r => r.Succeeded);
    }

    [Fact]
    public async Task RefreshAsync_AdminAfterEightHours_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.Staff);
        await using var db = host.Open();
        var session = host.Get<SessionService>().Add(db, admin.Id, admin.Role, SessionKind.Api, false, admin.Actor, null);
        await db.SaveChangesAsync();
        host.Clock.Advance(TimeSpan.FromHours(7.5));
        var next = await host.Get<ApiTokens>().RefreshAsync(admin.Actor, session.RefreshToken, default);
        Assert.Equal(30 * 60, (await host.Get<ApiTokens>().AnswerAsync(next.Value!, default)).ExpiresIn);
        host.Clock.Advance(TimeSpan.FromMinutes(30));

        Assert.Equal("auth.refresh_invalid", (await host.Get<ApiTokens>().RefreshAsync(admin.Actor, next.Value!.RefreshToken, default)).Error?.Code);
    }

    [Fact]
    public async Task Revoke_BearerOrRefreshToken_EndsTheSession()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var (first, _) = await LoginAsync(portal);
        var (second, refresh) = await LoginAsync(portal);
        using var bearer = portal.CreateApiClient(first);
        using var anonymous = portal.CreateApiClient();

        Assert.Equal(HttpStatusCode.NoContent, (await bearer.PostAsync("/api/auth/revoke", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, first));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(portal, second));
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(anonymous, "revoke", new { refreshToken = refresh })).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, second));
    }

    [Fact]
    public async Task L05_Bearer_PersonBanned_IsRefusedAtOnce()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin, session: SessionKind.Api);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(portal, person.Secret));
        await using var db = portal.Database.Open();

        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned));

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, person.Secret));
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("token")]
    [InlineData("Authorization")]
    public async Task L06_Bearer_InQueryString_IsIgnored(string parameter)
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin, session: SessionKind.Api);
        using var client = portal.CreateApiClient();

        var answer = await client.GetAsync($"{Guarded}?{parameter}={person.Secret}");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme);
        Assert.DoesNotContain(portal.Logs.Lines.Select(l => l.Message), line => line.Contains(person.Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task L01_Bearer_NoneOfOurs_IsRefused(string token)
    {
        await using var portal = await SignInPagesTests.StartAsync();
        using var client = portal.CreateApiClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);

        var answer = await client.GetAsync(Guarded);

        Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Bearer_CookieOfABrowser_IsNotAccepted()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin, password: Password);
        using var browser = portal.CreateBrowser();
        await SignInPagesTests.SignInAsync(browser, person.Email, Password);

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(Guarded)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(portal, person.Secret));
    }

    private static async Task<(string Access, string Refresh)> LoginAsync(PortalFactory portal)
    {
        var person = await portal.Services.AddPersonAsync(Role.SuperAdmin, password: Password);
        using var client = portal.CreateApiClient();
        var body = await JsonAsync(await PostAsync(client, "login", new { email = person.Email, password = Password }));
        return (body.GetProperty("accessToken").GetString()!, body.GetProperty("refreshToken").GetString()!);
    }

    private static async Task<HttpStatusCode> StatusAsync(PortalFactory portal, string? token)
    {
        using var client = portal.CreateApiClient(token);
        return (await client.GetAsync(Guarded)).StatusCode;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object body) => client.PostAsJsonAsync("/api/auth/" + path, body);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>())!;

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) => (await JsonAsync(answer)).GetProperty("code").GetString();

    private static string[] Names(JsonElement json) => [.. json.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)];
}
