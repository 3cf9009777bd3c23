using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace InvitePortal.Tests.Imports;

/// <summary>Imports for programs, and the file of results, through the real host.</summary>
public sealed class ImportEndpointsTests(ImportEndpointsTests.Host host) : IClassFixture<ImportEndpointsTests.Host>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cycle_DryRunRunRowsUndo_AnswersAsTheContractSays()
    {
        using var api = await ClientAsync(Role.SuperAdmin);
        var made = await api.PostAsJsonAsync("/api/imports", new { kind = "PEOPLE", content = "email,name,role\napi1@import.example,One,Teacher\nnowhere,Two,Teacher\n" }, Ct);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var path = made.Headers.Location!.ToString();
        var totals = (await made.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("totals");
        Assert.Equal((1, 1), (totals.GetProperty("NEW").GetInt32(), totals.GetProperty("INVALID").GetInt32()));
        Assert.False(await ExistsAsync("api1@import.example"));

        var rows = await api.GetFromJsonAsync<JsonElement>(path + "/rows", Ct);
        Assert.Equal([("NEW", null), ("INVALID", "account.email_invalid")], rows.EnumerateArray().Select(r => (r.GetProperty("verdict").GetString(), r.GetProperty("code").GetString())));
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsJsonAsync(path + "/run", new { }, Ct)).StatusCode);
        await RestAsync(api, path);
        Assert.True(await ExistsAsync("api1@import.example"));
        Assert.Equal(HttpStatusCode.NoContent, (await api.PostAsync(path + "/undo", null, Ct)).StatusCode);
        await RestAsync(api, path);
        Assert.False(await ExistsAsync("api1@import.example"));
    }

    [Fact]
    public async Task DryRunFalse_RunsAtOnce()
    {
        using var api = await ClientAsync(Role.Agency);
        var made = await api.PostAsJsonAsync("/api/imports", new { kind = "INVITATIONS", content = "direct@import.example\nother@import.example,TEACHER", dryRun = false }, Ct);

        await RestAsync(api, made.Headers.Location!.ToString());

        await using var db = host.Portal.Database.Open();
        Assert.Equal(["direct@import.example"], await db.Invitations.Where(i => i.NormalizedRecipient.EndsWith("@import.example")).Select(i => i.Recipient).ToListAsync(Ct));
    }

    [Theory]
    [InlineData("", 422, "import.empty")]
    [InlineData("a@b.org,\"never closed\nb@b.org", 422, "import.malformed")]
    [InlineData("a@b.org,\u0001", 422, "import.undecodable")]
    public async Task H07_AFileThatCannotBeRead_Is422_AndNothingIsStored(string content, int status, string code)
    {
        using var api = await ClientAsync(Role.Staff);

        var answer = await api.PostAsJsonAsync("/api/imports", new { kind = "PEOPLE", content }, Ct);

        Assert.Equal((status, code), ((int)answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Rights_AndOwnership_AreThoseOfThePages()
    {
        using var staff = await ClientAsync(Role.Staff);
        using var agency = await ClientAsync(Role.Agency);
        using var nobody = host.Portal.CreateApiClient();
        var body = new { kind = "PEOPLE", content = "email,name\na@b.org,Ann" };
        var path = (await staff.PostAsJsonAsync("/api/imports", body, Ct)).Headers.Location!.ToString();

        Assert.Equal(HttpStatusCode.Forbidden, (await agency.PostAsJsonAsync("/api/imports", body, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await agency.GetAsync(path, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await agency.GetAsync(path + "/rows", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.PostAsJsonAsync("/api/imports", body, Ct)).StatusCode);
    }

    private static Task RestAsync(HttpClient api, string path) => Eventually.TrueAsync(
        async () => (await api.GetFromJsonAsync<JsonElement>(path, Ct)).GetProperty("summary").GetProperty("phase").GetString() == "AT_REST", TimeSpan.FromSeconds(30));

    private async Task<bool> ExistsAsync(string email)
    {
        await using var db = host.Portal.Database.Open();
        return await db.Users.AnyAsync(u => u.NormalizedEmail == email, Ct);
    }

    private async Task<HttpClient> ClientAsync(Role role) => host.Portal.CreateApiClient((await host.Portal.Services.AddPersonAsync(role, session: SessionKind.Api)).Secret);

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync();

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
