using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Telegram;

/// <summary><c>POST /api/auth/join</c> on the real host.</summary>
public sealed class TelegramApiTests(TelegramApiTests.Host host) : IClassFixture<TelegramApiTests.Host>
{
    private static int s_people = 1_000;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Join_NewPerson_AnswersAsTheSeedSays_AndTheTokenWorks()
    {
        var (teacher, code) = await host.Portal.Services.LinkAsync(Role.Teacher, "Иван Петров");
        var id = NextPerson();

        var answer = await JoinAsync(new { initData = Signed.Of(id, Now, code, userName: "ada"), referralCode = code });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await JsonAsync(answer);
        Assert.Equal(
            ["currentRole", "expiresIn", "outcome", "previousRole", "refreshToken", "roles", "student", "subject", "teacher", "token", "user"],
            body.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["STUDENT"], body.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.Equal(("STUDENT", "NEW_PERSON"), (body.GetProperty("currentRole").GetString(), body.GetProperty("outcome").GetString()));
        Assert.Equal((teacher.Id, "Иван Петров"), (body.GetProperty("teacher").GetProperty("id").GetGuid(), body.GetProperty("teacher").GetProperty("displayName").GetString()));
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (body.GetProperty("student").ValueKind, body.GetProperty("previousRole").ValueKind));
        Assert.Equal("Ada Lovelace", body.GetProperty("user").GetProperty("displayName").GetString());
        Assert.InRange(body.GetProperty("expiresIn").GetInt32(), 3_590, 3_600);
        using var client = host.Portal.CreateApiClient(body.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/individual-invite-codes/joined")).StatusCode);
        var refreshed = await PostAsync("/api/auth/refresh", JsonSerializer.Serialize(new { refreshToken = body.GetProperty("refreshToken").GetString() }));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
    }

    [Fact]
    public async Task Join_ParentByTheLinkOfAStudent_AnswersWithTheStudent()
    {
        var (student, code) = await host.Portal.Services.LinkAsync(Role.Student);

        var body = await JsonAsync(await JoinAsync(new { initData = Signed.Of(NextPerson(), Now), referralCode = code }));

        Assert.Equal(("PARENT", JsonValueKind.Null), (body.GetProperty("currentRole").GetString(), body.GetProperty("teacher").ValueKind));
        Assert.Equal(student.Id, body.GetProperty("student").GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task M01_Join_AnythingChanged_Is401AndChangesNothing()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var id = NextPerson();
        var data = Signed.Of(id, Now, code);
        string[] forged =
        [
            data[..^1] + (data[^1] == 'a' ? 'b' : 'a'),
            data.Replace($"%3A{id}%2C", $"%3A{id + 1}%2C", StringComparison.Ordinal),
            data.Replace("auth_date=", "auth_date=1", StringComparison.Ordinal),
            data.Replace("start_param=T_", "start_param=P_", StringComparison.Ordinal),
            data.Replace("signature=", "signature=x", StringComparison.Ordinal),
        ];
        var before = await CountAsync();

        foreach (var changed in forged)
        {
            Assert.NotEqual(data, changed);
            await ExpectAsync(HttpStatusCode.Unauthorized, "telegram_invalid", await JoinAsync(new { initData = changed, referralCode = code }));
        }

        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task M02_M03_M04_Join_NoHashOtherBotOrOtherTime_Is401()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var data = Signed.Of(NextPerson(), Now);
        var bare = data[..data.IndexOf("&hash=", StringComparison.Ordinal)];
        string[] refused =
        [
            bare, bare + "&hash=", bare + "&hash=" + data[^64..].ToUpperInvariant(), data[..^2],
            Signed.Of(NextPerson(), Now, token: "123456789:AAtest_token_of_another_bot_that_is_not_there"),
            Signed.Of(NextPerson(), Now.AddSeconds(-310)), Signed.Of(NextPerson(), Now.AddSeconds(70)),
        ];
        var before = await CountAsync();

        foreach (var initData in refused)
        {
            await ExpectAsync(HttpStatusCode.Unauthorized, "telegram_invalid", await JoinAsync(new { initData, referralCode = code }));
        }

        Assert.Equal(before, await CountAsync());
    }

    [Theory]
    [InlineData("""{"initDataUnsafe":{"user":{"id":1,"first_name":"Ada"},"auth_date":"1904547600"}}""", "request.unknown_member")]
    [InlineData("""{"initData":{"user":{"id":1,"first_name":"Ada"}}}""", "request.member_invalid")]
    [InlineData("""{"initData":"{\"user\":{\"id\":1,\"first_name\":\"Ada\"},\"hash\":\"x\"}"}""", "telegram.malformed")]
    [InlineData("""{"initData":""}""", "telegram.malformed")]
    [InlineData("""{"initData":null}""", null)]
    [InlineData("{}", null)]
    [InlineData("""{"initData":"a=b","initData":"c=d"}""", null)]
    [InlineData("""{"initData":"a=b","role":"SUPER_ADMIN"}""", null)]
    [InlineData("""{"initData":"a=b","referralCode":5}""", null)]
    public async Task M07_D01_D02_Join_AnythingButInitData_Is400(string body, string? code)
    {
        var answer = await PostAsync("/api/auth/join", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var told = (await JsonAsync(answer)).GetProperty("code").GetString();
        Assert.True(code is null || code == told || (code.StartsWith("request.", StringComparison.Ordinal) && told!.StartsWith("request.", StringComparison.Ordinal)), told);
    }

    [Fact]
    public async Task M08_Join_CodeThatTheyMayNotUse_Is400CodeInvalid()
    {
        var before = await CountAsync();

        foreach (var referralCode in new[] { "K7PM2QXA", "admin", "X_" + Secrets.New() })
        {
            await ExpectAsync(HttpStatusCode.BadRequest, "code_invalid", await JoinAsync(new { initData = Signed.Of(NextPerson(), Now, referralCode), referralCode }));
        }

        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task M08_Join_StartParamAlone_DoesNothing()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);

        await ExpectAsync(HttpStatusCode.NotFound, "telegram.unknown_person", await JoinAsync(new { initData = Signed.Of(NextPerson(), Now, code) }));
    }

    [Fact]
    public async Task M09_Join_SameIdOtherName_IsTheSamePerson()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var id = NextPerson();
        var first = await JsonAsync(await JoinAsync(new { initData = Signed.Of(id, Now, userName: "ada"), referralCode = code }));

        var again = await JsonAsync(await JoinAsync(new { initData = Signed.Of(id, Now, firstName: "Grace", userName: "grace") }));
        var other = await JoinAsync(new { initData = Signed.Of(NextPerson(), Now, userName: "ada") });

        Assert.Equal(first.GetProperty("user").GetProperty("id").GetGuid(), again.GetProperty("user").GetProperty("id").GetGuid());
        Assert.Equal("SIGNED_IN", again.GetProperty("outcome").GetString());
        await ExpectAsync(HttpStatusCode.NotFound, "telegram.unknown_person", other);
    }

    [Fact]
    public async Task B01_Join_SameInitDataAgain_Is401()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var initData = Signed.Of(NextPerson(), Now);
        Assert.Equal(HttpStatusCode.OK, (await JoinAsync(new { initData, referralCode = code })).StatusCode);

        await ExpectAsync(HttpStatusCode.Unauthorized, "telegram_invalid", await JoinAsync(new { initData, referralCode = code }));
    }

    [Fact]
    public async Task Join_Errors_SpeakTheLanguageThatIsAskedFor()
    {
        using var client = host.Portal.CreateApiClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/join") { Content = Json(JsonSerializer.Serialize(new { initData = Signed.Of(NextPerson(), Now) })) };
        request.Headers.AcceptLanguage.Add(new StringWithQualityHeaderValue("ru"));

        var body = await JsonAsync(await client.SendAsync(request));

        Assert.StartsWith("У вас здесь ещё нет аккаунта", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task K01_Join_NothingOfIt_IsLoggedOrStoredReadable()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var good = Signed.Of(NextPerson(), Now, firstName: "Kanarienvogel");
        var forged = Signed.Of(NextPerson(), Now, firstName: "Kanarienvogel", token: "1:" + new string('y', 40));

        var body = await JsonAsync(await JoinAsync(new { initData = good, referralCode = code }));
        await JoinAsync(new { initData = forged, referralCode = code });
        await JoinAsync(new { initData = good, referralCode = code });

        foreach (var secret in new[] { good[^64..], forged[^64..], Signed.BotToken, body.GetProperty("token").GetString()!, body.GetProperty("refreshToken").GetString()!, "Kanarienvogel" })
        {
            Assert.DoesNotContain(secret, host.Portal.Logs.Text, StringComparison.Ordinal);
        }

        await using var db = host.Portal.Database.Open();
        var audit = string.Join('\n', await db.AuditEntries.Select(a => a.After + a.Before).ToListAsync());
        Assert.DoesNotContain(good[^64..], audit, StringComparison.Ordinal);
        Assert.DoesNotContain(body.GetProperty("token").GetString()!, audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_ShowsTheEndpoint()
    {
        using var client = host.Portal.CreateApiClient();
        var document = JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json")).RootElement;

        var post = document.GetProperty("paths").GetProperty("/api/auth/join").GetProperty("post");

        Assert.Equal(["200", "400", "401"], post.GetProperty("responses").EnumerateObject().Select(r => r.Name).Intersect(["200", "400", "401"]));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Contains("ROLE_CHANGED", schemas.GetProperty("JoinOutcome").GetProperty("enum").EnumerateArray().Select(e => e.GetString()));
        Assert.True(schemas.GetProperty("JoinAnswer").GetProperty("properties").TryGetProperty("teacher", out _));
    }

    private static long NextPerson() => Interlocked.Increment(ref s_people);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());

    private static async Task ExpectAsync(HttpStatusCode status, string code, HttpResponseMessage answer) =>
        Assert.Equal((status, code), (answer.StatusCode, (await JsonAsync(answer)).GetProperty("code").GetString()));

    private Task<HttpResponseMessage> JoinAsync(object body) => PostAsync("/api/auth/join", JsonSerializer.Serialize(body));

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var client = host.Portal.CreateApiClient();
        return await client.PostAsync(path, Json(body));
    }

    private async Task<(int Users, int Logins, int Bonds, int Sessions)> CountAsync()
    {
        await using var db = host.Portal.Database.Open();
        return (await db.Users.CountAsync(), await db.UserLogins.CountAsync(), await db.Bonds.CountAsync(), await db.Sessions.CountAsync(s => s.Kind == SessionKind.Api));
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup { Settings = Signed.Bot });

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
