using System.Net;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Api;

public sealed class IdempotencyTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Post_SameKey_ActsOnce(DatabaseProvider provider)
    {
        var endpoints = new TestEndpoints();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Provider = provider, Services = endpoints.Register });
        using var client = await ClientAsync(portal);
        using var other = await ClientAsync(portal);

        var first = await PostAsync(client, "k1", "a");
        var again = await PostAsync(client, "k1", "a");
        var changed = await PostAsync(client, "k1", "b");
        var somebodyElse = await PostAsync(other, "k1", "a");
        var otherKey = await PostAsync(client, "k2", "a");

        Assert.Equal((HttpStatusCode.Created, "{\"number\":1}", "/api/test/1"), Shape(first));
        Assert.Equal(Shape(first), Shape(again));
        Assert.Equal("true", Assert.Single(again.Answer.Headers.GetValues("Idempotency-Replayed")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, changed.Answer.StatusCode);
        Assert.Equal("idempotency.reused", JsonDocument.Parse(changed.Body).RootElement.GetProperty("code").GetString());
        Assert.Equal("{\"number\":2}", somebodyElse.Body);
        Assert.Equal("{\"number\":3}", otherKey.Body);
        Assert.Equal(3, endpoints.Created);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Post_SameKeyAtOnce_ActsOnce(DatabaseProvider provider)
    {
        var endpoints = new TestEndpoints { Pause = TimeSpan.FromMilliseconds(300) };
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Provider = provider, Services = endpoints.Register });
        using var client = await ClientAsync(portal);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(client, "k", "a")));

        Assert.Equal(1, endpoints.Created);
        Assert.Contains(answers, a => a.Answer.StatusCode is HttpStatusCode.Created);
        Assert.All(answers, a => Assert.True(a.Answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, a.Body));
        Assert.All(answers.Where(a => a.Answer.StatusCode is HttpStatusCode.Conflict), a => Assert.Contains("idempotency.at_work", a.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_FirstFailed_KeyIsFree()
    {
        var endpoints = new TestEndpoints();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Services = endpoints.Register });
        using var client = await ClientAsync(portal);

        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(client, "k", "refused")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(client, "k", "fails")).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(client, "k", "a")).Answer.StatusCode);
    }

    [Fact]
    public async Task Post_AfterADay_KeyIsForgotten()
    {
        var endpoints = new TestEndpoints();
        var clock = new FakeClock();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Services = endpoints.Register, Clock = clock });
        var person = await portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api);
        using var client = portal.CreateApiClient(person.Secret);
        await PostAsync(client, "k", "a");

        clock.Advance(TimeSpan.FromHours(25));
        var (_, secret) = await portal.Services.OpenSessionAsync(person.Id, SessionKind.Api);
        using var later = portal.CreateApiClient(secret);
        var answer = await PostAsync(later, "k", "b");

        Assert.Equal("{\"number\":2}", answer.Body);
    }

    [Theory]
    [InlineData("é")]
    [InlineData(256)]
    public async Task Post_KeyThatCannotBeUsed_Is400(object key)
    {
        var endpoints = new TestEndpoints();
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Services = endpoints.Register });
        using var client = await ClientAsync(portal);

        var answer = await PostAsync(client, key is int length ? new string('k', length) : (string)key, "a");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Answer.StatusCode);
        Assert.Equal(0, endpoints.Created);
    }

    private static async Task<HttpClient> ClientAsync(PortalFactory portal) =>
        portal.CreateApiClient((await portal.Services.AddPersonAsync(Role.Staff, session: SessionKind.Api)).Secret);

    private static async Task<(HttpResponseMessage Answer, string Body)> PostAsync(HttpClient client, string key, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/test/create");
        request.Content = new StringContent($$"""{"name":"{{name}}"}""", Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        var answer = await client.SendAsync(request);
        return (answer, await answer.Content.ReadAsStringAsync());
    }

    private static (HttpStatusCode Status, string Body, string? Location) Shape((HttpResponseMessage Answer, string Body) a) =>
        (a.Answer.StatusCode, a.Body, a.Answer.Headers.Location?.ToString());
}
