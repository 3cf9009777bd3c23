using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Codes;

/// <summary>The API of codes, groups and joining, through the real host, the real outbox, a real SMTP server and a double for text messages.</summary>
public sealed class CodeEndpointsTests : IAsyncLifetime
{
    private const string Codes = "/api/individual-invite-codes/";
    private const string Groups = "/api/groups/";

    private SmtpSink _sink = default!;
    private HttpDouble _twilio = default!;
    private PortalFactory _portal = default!;
    private HttpClient _teacher = default!;
    private HttpClient _student = default!;

    public async ValueTask InitializeAsync()
    {
        _sink = SmtpSink.Start();
        _twilio = await Twilio.StartAsync();
        _portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Settings = new Dictionary<string, string?>(Twilio.Settings(_twilio))
            {
                ["Smtp:Host"] = SmtpSink.Host,
                ["Smtp:Port"] = $"{_sink.Port}",
                ["Smtp:From"] = "portal@portal.example",
                ["Smtp:StartTls"] = "false",
            },
        });
        _teacher = await ClientAsync(Role.Teacher);
        _student = await ClientAsync(Role.Student);
    }

    public async ValueTask DisposeAsync()
    {
        _teacher.Dispose();
        _student.Dispose();
        await _portal.DisposeAsync();
        await _sink.DisposeAsync();
        await _twilio.DisposeAsync();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    public async Task ACode_FromMakingToJoining_WithAndWithoutTrailingSlash(string slash)
    {
        var made = await PostAsync(_teacher, Codes.TrimEnd('/') + slash, new { subject = "Математика" });
        var code = made.GetProperty("codes")[0];
        var (id, text) = (code.GetProperty("id").GetString(), code.GetProperty("code").GetString()!);
        Assert.Equal(("INDIVIDUAL", "ACTIVE", 1), (code.GetProperty("kind").GetString(), code.GetProperty("state").GetString(), code.GetProperty("maxUses").GetInt32()));

        var replaced = (await PostAsync(_teacher, $"{Codes}{id}/regenerate{slash}", null)).GetProperty("code").GetString()!;
        Assert.NotEqual(text, replaced);
        replaced = (await PostAsync(_teacher, $"{Codes}regenerate{slash}", new { id })).GetProperty("code").GetString()!;
        Assert.Equal((HttpStatusCode.BadRequest, "code_invalid"), await ProblemAsync(await _student.GetAsync($"{Codes}preview_by_code{slash}?code={text}")));
        var preview = await _student.GetFromJsonAsync<JsonElement>($"{Codes}preview_by_code{slash}?code={replaced.ToLowerInvariant()}&role=admin");
        Assert.Equal("Математика", preview.GetProperty("subject").GetString());
        Assert.False(preview.TryGetProperty("teacherId", out _));
        var joined = await PostAsync(_student, $"{Codes}join_by_code{slash}", new { code = CodeText.Grouped(replaced), preview = preview.GetProperty("ticket").GetString() });
        Assert.Equal("Математика", joined.GetProperty("subject").GetString());
        Assert.Equal((HttpStatusCode.Conflict, "code.already_joined"), await ProblemAsync(await _student.PostAsJsonAsync($"{Codes}join_by_code{slash}", new { code = replaced })));

        var list = await _teacher.GetFromJsonAsync<JsonElement>($"{Codes.TrimEnd('/')}{slash}?state=USED&pageSize=5");
        Assert.Equal((1, id), (list.GetProperty("total").GetInt32(), list.GetProperty("items")[0].GetProperty("id").GetString()));
        var one = await _teacher.GetFromJsonAsync<JsonElement>($"{Codes}{id}{slash}");
        Assert.Equal(1, one.GetProperty("uses").GetArrayLength());
        Assert.Equal((HttpStatusCode.Conflict, "code.used"), await ProblemAsync(await _teacher.DeleteAsync($"{Codes}{id}{slash}")));
        var mine = await _student.GetFromJsonAsync<JsonElement>($"{Codes}joined{slash}");
        var students = await _teacher.GetFromJsonAsync<JsonElement>($"{Codes}students{slash}?subject=математика");
        Assert.Equal((1, 1), (mine.GetProperty("items").GetArrayLength(), students.GetProperty("total").GetInt32()));
        var enrollment = students.GetProperty("items")[0].GetProperty("enrollmentId").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.DeleteAsync($"{Codes}students/{enrollment}{slash}")).StatusCode);
        var figures = await _teacher.GetFromJsonAsync<JsonElement>($"{Codes}statistics{slash}?from=2020-01-01T00:00:00%2B03:00");
        Assert.Equal((1, 1, 0), (figures.GetProperty("created").GetInt32(), figures.GetProperty("used").GetInt32(), figures.GetProperty("joined").GetInt32()));
    }

    [Fact]
    public async Task AGroup_FromMakingToJoining()
    {
        var made = await PostAsync(_teacher, Groups, new { name = "9A", subject = "Algebra", maxUses = 2, expiresAt = DateTimeOffset.UtcNow.AddDays(3).ToOffset(TimeSpan.FromHours(5)) });
        var path = Groups + made.GetProperty("id").GetString();
        var code = made.GetProperty("code").GetString();

        code = (await PostAsync(_teacher, Groups + "regenerate/", new { id = made.GetProperty("id").GetString() })).GetProperty("code").GetString();
        Assert.Equal((HttpStatusCode.NotFound, "group.not_found"), await ProblemAsync(await _teacher.PostAsJsonAsync(Groups + "regenerate/", new { id = Guid.NewGuid() })));
        await PostAsync(_student, Groups + "join_by_code/", new { code });
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.PostAsync(path + "/close/", null)).StatusCode);
        var other = await ClientAsync(Role.Student);
        Assert.Equal((HttpStatusCode.BadRequest, "code_invalid"), await ProblemAsync(await other.PostAsJsonAsync(Groups + "join_by_code/", new { code })));
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.PostAsync(path + "/reopen", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.PutAsJsonAsync(path, new { version = 1, name = "9B" })).StatusCode);
        var row = await _teacher.GetFromJsonAsync<JsonElement>(path + "/");
        Assert.Equal(("9B", 1, "ACTIVE"), (row.GetProperty("name").GetString(), row.GetProperty("students").GetInt32(), row.GetProperty("state").GetString()));
        var version = row.GetProperty("codeVersion").GetInt32();
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.PutAsJsonAsync(path + "/code", new { version, maxUses = (int?)null, expiresAt = (DateTimeOffset?)null })).StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "request.missing_member"), await ProblemAsync(await _teacher.PutAsJsonAsync(path + "/code", new { version })));
        await PostAsync(other, Codes + "join_by_code/", new { code });
        Assert.Equal(1, (await _teacher.GetFromJsonAsync<JsonElement>(Groups + "?search=9b")).GetProperty("total").GetInt32());
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.DeleteAsync(path + "/")).StatusCode);
        Assert.Equal((HttpStatusCode.NotFound, "group.not_found"), await ProblemAsync(await _teacher.GetAsync(path)));
        Assert.Equal(2, (await _teacher.GetFromJsonAsync<JsonElement>(Groups + "students")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Figures_AsAFile_NeedATeacherInABrowser()
    {
        var teacher = await _portal.Services.AddPersonAsync(Role.Teacher);
        using var browser = _portal.CreateBrowser(teacher);
        await using (var scope = _portal.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<CodeService>().CreateAsync(teacher.Actor, new CreateCodes("=SUM(A1:A9)", 3), default);
        }

        var answer = await browser.GetAsync("/codes/statistics/export?table=SUBJECTS&weeks=4");

        Assert.Equal(("text/csv", "attachment"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
        var lines = (await answer.Content.ReadAsStringAsync()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["subject,created,used,joined", "'=SUM(A1:A9),3,0,0"], lines);
        using var student = _portal.CreateBrowser(await _portal.Services.AddPersonAsync(Role.Student));
        Assert.Equal(HttpStatusCode.Forbidden, (await student.GetAsync("/codes/statistics/export?table=SUBJECTS")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.GetAsync("/codes/statistics/export?table=WEEKS&from=2026-02-02&to=2020-01-01")).StatusCode);
    }

    [Fact]
    public async Task Children_AreTheParentsOwn()
    {
        using var parent = await ClientAsync(Role.Parent);

        Assert.Equal(0, (await parent.GetFromJsonAsync<JsonElement>(Codes + "children/")).GetProperty("items").GetArrayLength());
        Assert.Equal((HttpStatusCode.Forbidden, "code.not_parent"), await ProblemAsync(await _student.GetAsync(Codes + "children/")));
    }

    [Fact]
    public async Task Document_NamesTheRoutesOfCodesAndGroups()
    {
        var paths = (await _teacher.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths");

        foreach (var (path, method) in new[]
        {
            ("", "get"), ("", "post"), ("/{id}", "get"), ("/{id}", "delete"), ("/regenerate", "post"), ("/{id}/regenerate", "post"), ("/preview_by_code", "get"), ("/join_by_code", "post"),
            ("/{id}/close", "post"), ("/{id}/reopen", "post"), ("/{id}/shares", "post"), ("/students", "get"), ("/students/{id}", "delete"), ("/joined", "get"), ("/children", "get"),
        })
        {
            foreach (var root in new[] { Codes, Groups })
            {
                var known = paths.EnumerateObject().FirstOrDefault(p => p.Name.TrimEnd('/') == root.TrimEnd('/') + path);
                Assert.True(known.Value.ValueKind is JsonValueKind.Object && known.Value.TryGetProperty(method, out var operation) && operation.GetProperty("summary").GetString()!.Length > 0, $"{method} {root.TrimEnd('/')}{path}");
            }
        }
    }

    [Fact]
    public async Task ACodeThatIsSent_Arrives_AndItsDeliveryIsShown()
    {
        var made = await PostAsync(_teacher, Codes, new { subject = "Algebra", maxUses = 3 });
        var code = made.GetProperty("codes")[0];
        var id = code.GetProperty("id").GetString();

        var shared = await PostAsync(_teacher, $"{Codes}{id}/shares", new { emails = new[] { "kid@example.org", "nonsense" }, message = "Hello\r\nBcc: x@y.z", language = "en" });

        Assert.Equal(["QUEUED", "FAILED"], shared.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("outcome").GetString()));
        var mail = await _sink.WaitForMailAsync("kid@example.org");
        Assert.Contains("/join?code=" + code.GetProperty("code").GetString(), mail.Text, StringComparison.Ordinal);
        Assert.Contains("Algebra", mail.Subject, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () =>
            (await _teacher.GetFromJsonAsync<JsonElement>($"{Codes}{id}")).GetProperty("shares")[0].GetProperty("state").GetString() == "SENT");
        Assert.Equal((HttpStatusCode.Conflict, "share.already_sent"), await ProblemAsync(await _teacher.DeleteAsync($"{Codes}shares/{shared.GetProperty("verdicts")[0].GetProperty("shareId").GetString()}")));
    }

    [Fact]
    public async Task ACodeSentBySms_Arrives_AndAChannelThatIsNotReadyIsRefused()
    {
        var group = await PostAsync(_teacher, Groups, new { name = "9A", subject = "Algebra" });
        var path = $"{Groups}{group.GetProperty("id").GetString()}/shares";

        var shared = await PostAsync(_teacher, path, new { channel = "SMS", recipients = new[] { "+49 151 23456789", "0151 1" } });

        var verdicts = shared.GetProperty("verdicts").EnumerateArray().ToList();
        Assert.Equal([("+4915123456789", "QUEUED"), ("0151 1", "FAILED")], verdicts.Select(v => (v.GetProperty("recipient").GetString(), v.GetProperty("outcome").GetString())));
        Assert.Equal("+4915123456789", verdicts[0].GetProperty("email").GetString());
        await Eventually.TrueAsync(() => Task.FromResult(_twilio.Texts().Count == 1));
        Assert.Equal("+4915123456789", _twilio.Texts()[0].To);
        Assert.Contains("/join?code=" + group.GetProperty("code").GetString(), _twilio.Texts()[0].Text, StringComparison.Ordinal);
        var share = (await _teacher.GetFromJsonAsync<JsonElement>($"{Codes}{group.GetProperty("codeId").GetString()}")).GetProperty("shares")[0];
        Assert.Equal(("SMS", "+4915123456789"), (share.GetProperty("channel").GetString(), share.GetProperty("recipient").GetString()));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "code.channel_unavailable"),
            await ProblemAsync(await _teacher.PostAsJsonAsync(path, new { channel = "SLACK", recipients = new[] { "U024BE7LH" } })));
        Assert.Equal((HttpStatusCode.BadRequest, "share.no_addresses"), await ProblemAsync(await _teacher.PostAsJsonAsync(path, new { channel = "SMS" })));
    }

    [Fact]
    public async Task Create_SameIdempotencyKey_MakesOnce()
    {
        var answers = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Codes) { Content = JsonContent.Create(new { subject = "Algebra", count = 3 }) };
            request.Headers.Add("Idempotency-Key", "once");
            answers.Add(await (await _teacher.SendAsync(request)).Content.ReadAsStringAsync());
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.Equal(3, (await _teacher.GetFromJsonAsync<JsonElement>(Codes)).GetProperty("total").GetInt32());
    }

    [Theory]
    [InlineData("""{"subject":"Algebra","teacherId":"0198a0de-0000-7000-8000-000000000001"}""", "request.unknown_member")]
    [InlineData("""{"subject":"Algebra","code":"AAAA2222"}""", "request.unknown_member")]
    [InlineData("""{"subject":"Algebra","subject":"Physics"}""", "request.repeated_member")]
    [InlineData("""{"subject":""}""", "code.subject_invalid")]
    [InlineData("""{"subject":"Algebra","count":501}""", "code.count_invalid")]
    public async Task Create_WhatCannotBe_Is400(string body, string code) =>
        Assert.Equal((HttpStatusCode.BadRequest, code), await ProblemAsync(await _teacher.PostAsync(Codes, new StringContent(body, Encoding.UTF8, "application/json"))));

    [Fact]
    public async Task Rights_AreThoseOfTheRole()
    {
        var made = await PostAsync(_teacher, Codes, new { subject = "Algebra" });
        var path = Codes + made.GetProperty("codes")[0].GetProperty("id").GetString();
        using var admin = await ClientAsync(Role.SuperAdmin);
        using var other = await ClientAsync(Role.Teacher);
        using var nobody = _portal.CreateApiClient();

        Assert.Equal((HttpStatusCode.Forbidden, "code.not_teacher"), await ProblemAsync(await admin.GetAsync(Codes)));
        Assert.Equal((HttpStatusCode.Forbidden, "code.not_teacher"), await ProblemAsync(await _student.PostAsJsonAsync(Codes, new { subject = "Algebra" })));
        Assert.Equal((HttpStatusCode.NotFound, "code.not_found"), await ProblemAsync(await other.DeleteAsync(path)));
        Assert.Equal((HttpStatusCode.Forbidden, "code.not_student"), await ProblemAsync(await _teacher.GetAsync(Codes + "preview_by_code/?code=AAAA2222")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(Codes + "preview_by_code/?code=AAAA2222")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await _teacher.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Guessing_SixthWrongCode_Is429WithRetryAfter()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((HttpStatusCode.BadRequest, "code_invalid"), await ProblemAsync(await _student.GetAsync($"{Codes}preview_by_code/?code={CodeCase.Wrong(i)}")));
        }

        var held = await _student.PostAsJsonAsync(Codes + "join_by_code/", new { code = CodeCase.Wrong(9) });
        Assert.True(held.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal((HttpStatusCode.TooManyRequests, "code.too_many_guesses"), await ProblemAsync(held));
    }

    private async Task<HttpClient> ClientAsync(Role role) =>
        _portal.CreateApiClient((await _portal.Services.AddPersonAsync(role, session: SessionKind.Api)).Secret);

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object? body)
    {
        var answer = await client.PostAsync(path, body is null ? null : JsonContent.Create(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> ProblemAsync(HttpResponseMessage answer) =>
        (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
}
