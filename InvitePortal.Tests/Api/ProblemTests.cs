using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Protection;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Api;

/// <summary>Failures of the API: always a problem with a code, never a page, a redirect or a stack trace.</summary>
public sealed class ProblemTests(ApiPortal api) : IClassFixture<ApiPortal>
{
    [Theory]
    [InlineData("GET", "/api/nothing/here", HttpStatusCode.NotFound, "request.not_found")]
    [InlineData("GET", "/API/Nothing", HttpStatusCode.NotFound, "request.not_found")]
    [InlineData("DELETE", "/api/test/echo", HttpStatusCode.MethodNotAllowed, "request.method")]
    [InlineData("GET", "/api/test/me", HttpStatusCode.Unauthorized, "request.unauthorized")]
    [InlineData("POST", "/api/test/create", HttpStatusCode.Unauthorized, "request.unauthorized")]
    [InlineData("GET", "/api/test/fails", HttpStatusCode.InternalServerError, "internal")]
    [InlineData("GET", "/api/test/database", HttpStatusCode.ServiceUnavailable, "unavailable")]
    [InlineData("GET", "/api/test/role?role=Staff", HttpStatusCode.BadRequest, "request.parameter")]
    [InlineData("GET", "/api/test/role", HttpStatusCode.BadRequest, "request.parameter")]
    public async Task Send_Failing_AnswersProblem(string method, string path, HttpStatusCode status, string code)
    {
        using var client = api.Portal.CreateApiClient();

        var answer = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        var text = await answer.Content.ReadAsStringAsync();
        var body = JsonDocument.Parse(text).RootElement;

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal((int)status, body.GetProperty("status").GetInt32());
        Assert.EndsWith(code, body.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(code, body.GetProperty("detail").GetString());
        Assert.NotEmpty(body.GetProperty("title").GetString()!);
        Assert.NotEmpty(body.GetProperty("traceId").GetString()!);
        Assert.DoesNotContain("canary-secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.Null(answer.Headers.Location);
    }

    [Fact]
    public async Task Get_Fails_TraceIdIsInTheLog()
    {
        using var client = api.Portal.CreateApiClient();

        var body = JsonDocument.Parse(await (await client.GetAsync("/api/test/fails")).Content.ReadAsStringAsync()).RootElement;

        var id = body.GetProperty("traceId").GetString()!;
        Assert.Contains(api.Portal.Logs.Lines, l => l.Level is LogLevel.Error && l.Message.Contains(id, StringComparison.Ordinal) && l.Exception is not null);
    }

    [Fact]
    public async Task R07_DatabaseDoesNotAnswer_Is503WithRetryAfter()
    {
        using var client = api.Portal.CreateApiClient();

        var answer = await client.GetAsync("/api/test/database");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Get_TooMany_SaysWhenInHeaderAndBody()
    {
        using var client = api.Portal.CreateApiClient();

        var answer = await client.GetAsync("/api/test/limited");
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal(7, answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Equal(7, body.GetProperty("retryAfter").GetInt32());
        Assert.Equal("name", body.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Get_RussianWanted_DetailIsRussian()
    {
        using var client = api.Portal.CreateApiClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru");

        var body = await client.GetStringAsync("/api/test/list?page=1", TestContext.Current.CancellationToken);
        var problem = await (await client.GetAsync("/api/test/list?page=0")).Content.ReadAsStringAsync();

        Assert.Contains("\"page\":1", body, StringComparison.Ordinal);
        Assert.Contains(JsonDocument.Parse(problem).RootElement.GetProperty("detail").GetString()!, c => c is >= 'а' and <= 'я');
    }

    [Theory]
    [InlineData("?page=0", "page")]
    [InlineData("?page=x", "page")]
    [InlineData("?page=-1", "page")]
    [InlineData("?page=99999999999", "page")]
    [InlineData("?page=1&page=2", "page")]
    [InlineData("?pageSize=101", "pageSize")]
    [InlineData("?pageSize=0", "pageSize")]
    [InlineData("?sort=name;drop", "sort")]
    [InlineData("?sort=--name", "sort")]
    [InlineData("?sort=-", "sort")]
    [InlineData("?search=a%00b", "search")]
    [InlineData("?cursor=%0a", "cursor")]
    public async Task List_BadValue_Is400NamingIt(string query, string field)
    {
        using var client = api.Portal.CreateApiClient();

        var answer = await client.GetAsync("/api/test/list" + query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("field").GetString());
    }

    [Fact]
    public async Task List_GoodValues_AreBound()
    {
        using var client = api.Portal.CreateApiClient();

        var body = JsonDocument.Parse(await client.GetStringAsync("/api/test/list?page=3&pageSize=100&sort=-createdAt&search=a%20b&cursor=abc_-=")).RootElement;
        var plain = JsonDocument.Parse(await client.GetStringAsync("/api/test/list?search=&sort=")).RootElement;

        Assert.Equal(3, body.GetProperty("page").GetInt32());
        Assert.Equal(100, body.GetProperty("pageSize").GetInt32());
        Assert.Equal("-createdAt", body.GetProperty("sort").GetString());
        Assert.Equal("a b", body.GetProperty("search").GetString());
        Assert.Equal(25, plain.GetProperty("pageSize").GetInt32());
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("search").ValueKind);
    }

    [Fact]
    public async Task Get_BearerToken_IsWhoCalls()
    {
        var person = await api.Portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api);
        using var client = api.Portal.CreateApiClient(person.Secret);

        Assert.Equal($"\"{person.Id}\"", await client.GetStringAsync("/api/test/me"));
        Assert.Equal($"\"{person.Id}\"", await client.GetStringAsync("/api/test/anyone"));
    }

    [Fact]
    public async Task L06_TokenInTheQuery_Is401AndNotLogged()
    {
        var person = await api.Portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api);
        using var client = api.Portal.CreateApiClient();

        foreach (var name in new[] { "access_token", "token", "bearer", "Authorization" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync($"/api/test/me?{name}={person.Secret}")).StatusCode);
        }

        Assert.DoesNotContain(person.Secret, api.Portal.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_CookieInsteadOfToken_IsNobody()
    {
        var person = await api.Portal.Services.AddPersonAsync(Role.Staff);
        using var browser = api.Portal.CreateApiClient();
        browser.DefaultRequestHeaders.Add("Cookie", api.Portal.CookieOf(person));

        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/test/me")).StatusCode);
        Assert.Equal("", await browser.GetStringAsync("/api/test/anyone"));
    }

    [Fact]
    public async Task G08_Preflight_AllowsNobody()
    {
        using var client = api.Portal.CreateApiClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/test/echo");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization");

        var answer = await client.SendAsync(request);

        Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.False(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task G10_MethodOverride_IsIgnored()
    {
        using var client = api.Portal.CreateApiClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/test/list");
        request.Headers.Add("X-HTTP-Method-Override", "GET");
        request.Content = new StringContent("_method=GET", new MediaTypeHeaderValue("application/x-www-form-urlencoded"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.SendAsync(request)).StatusCode);
    }
}
