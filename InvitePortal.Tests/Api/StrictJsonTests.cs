using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace InvitePortal.Tests.Api;

/// <summary>Bodies are read strictly, and nothing that can be sent in one becomes a 500.</summary>
public sealed class StrictJsonTests(ApiPortal api) : IClassFixture<ApiPortal>
{
    private const string Echo = "/api/test/echo";

    [Fact]
    public async Task Post_KnownMembers_IsRead()
    {
        var (status, body) = await PostAsync("""{"name":"Zoë 👋","role":"SUPER_ADMIN","number":3}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Zoë 👋", body.GetProperty("name").GetString());
        Assert.Equal("SUPER_ADMIN", body.GetProperty("role").GetString());
    }

    [Theory]
    [InlineData("""{"name":"a","isAdmin":true}""", "request.unknown_member", "isAdmin")]
    [InlineData("""{"name":"a","inner":{"name":"b","groupId":1}}""", "request.unknown_member", "groupId")]
    [InlineData("""{"Name":"a"}""", "request.unknown_member", "Name")]
    [InlineData("""{"name":"a","emailConfirmed":{"deep":[1,2]}}""", "request.unknown_member", "emailConfirmed")]
    public Task D01_UnknownMembers_AreRefusedByName(string json, string code, string field) => RefusesAsync(json, code, field);

    [Theory]
    [InlineData("""{"name":"a","role":"STUDENT","role":"STAFF"}""", "request.repeated_member", "role")]
    [InlineData("""{"name":"a","na\u006de":"b"}""", "request.repeated_member", "name")]
    public Task D02_RepeatedKeys_AreRefusedByName(string json, string code, string field) => RefusesAsync(json, code, field);

    [Theory]
    [InlineData("""{"role":"STAFF"}""", "request.missing_member", "name")]
    [InlineData("""{"name":null}""", "request.member", "name")]
    [InlineData("""{"name":7}""", "request.member", "name")]
    [InlineData("""{"name":"a","role":1}""", "request.member", "role")]
    [InlineData("""{"name":"a","role":"1"}""", "request.member", "role")]
    [InlineData("""{"name":"a","role":"Wizard"}""", "request.member", "role")]
    [InlineData("""{"name":"a","role":""}""", "request.member", "role")]
    [InlineData("""{"name":"a","number":"3"}""", "request.member", "number")]
    [InlineData("""{"name":"a","number":1e99}""", "request.member", "number")]
    [InlineData("""{"name":"a","at":"yesterday"}""", "request.member", "at")]
    [InlineData("""{"name":"a\u0000b"}""", "request.member", "name")]
    [InlineData("""{"name":"\ud800"}""", "request.member", "name")]
    [InlineData("""{"name":"a","inner":{"name":"\u0000"}}""", "request.member", "inner.name")]
    public Task Post_ValueThatCannotBeUsed_IsRefusedByName(string json, string code, string field) => RefusesAsync(json, code, field);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{\"name\":\"a\",}")]
    [InlineData("{\"name\":\"a\"} x")]
    [InlineData("// no\n{\"name\":\"a\"}")]
    [InlineData("{'name':'a'}")]
    [InlineData("name=a")]
    public async Task Post_NotJson_Is400(string json)
    {
        var (status, body) = await PostAsync(json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("request.", body.GetProperty("code").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"a","inner":{0}}""")]
    [InlineData("""{"name":"a","unknown":{0}}""")]
    [InlineData("{0}")]
    public async Task O03_DeepNesting_Is400(string json)
    {
        var deep = string.Concat(Enumerable.Repeat("[", 30_000)) + string.Concat(Enumerable.Repeat("]", 30_000));

        var (status, _) = await PostAsync(json.Replace("{0}", deep, StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task O03_ObjectsDeeperThan16_Are400()
    {
        var json = string.Concat(Enumerable.Repeat("""{"name":"a","inner":""", 17)) + "null" + new string('}', 17);

        var (status, _) = await PostAsync(json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("iso-8859-1")]
    public async Task O04_OtherCharsets_Are400(string charset)
    {
        var bytes = Encoding.GetEncoding(charset).GetBytes("""{"name":"a"}""");

        var (status, body) = await PostAsync(bytes, $"application/json; charset={charset}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("request.not_utf8", body.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(new byte[] { 0xC3, 0x28 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFE })]
    public async Task O04_InvalidUtf8_Is400(byte[] wrong)
    {
        byte[] body = [.. "{\"name\":\""u8, .. wrong, .. "\"}"u8];

        var (status, problem) = await PostAsync(body, "application/json");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("request.not_utf8", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Post_Utf8WithMark_IsRead()
    {
        var (status, _) = await PostAsync([0xEF, 0xBB, 0xBF, .. "{\"name\":\"a\"}"u8], "application/json; charset=\"UTF-8\"");

        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    [InlineData(null)]
    public async Task Post_OtherContentType_Is415(string? type)
    {
        var (status, body) = await PostAsync("{\"name\":\"a\"}"u8.ToArray(), type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Equal("request.media_type", body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task O14_CompressedBody_IsNotUnpacked()
    {
        using var packed = new MemoryStream();
        await using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
        {
            await zip.WriteAsync(Encoding.UTF8.GetBytes("{\"name\":\"" + new string('a', 5_000_000) + "\"}"));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var client = api.Portal.CreateApiClient();
        var answer = await client.PostAsync(Echo, content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private async Task RefusesAsync(string json, string code, string field)
    {
        var (status, body) = await PostAsync(json);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.Equal(field, body.GetProperty("field").GetString());
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json) => PostAsync(Encoding.UTF8.GetBytes(json), "application/json");

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(byte[] bytes, string? type)
    {
        using var client = api.Portal.CreateApiClient();
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        var answer = await client.PostAsync(Echo, content);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }
}
