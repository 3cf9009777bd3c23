using InvitePortal.Insights;
using InvitePortal.Insights.Pages;

namespace InvitePortal.Tests.Insights;

public sealed class ReportRangeTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    // Berlin is in the next day already.
    private static readonly DateTimeOffset Now = new(2030, 5, 6, 22, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("7", null, null, "2030-04-30T22:00Z", null)]
    [InlineData("30", null, null, "2030-04-07T22:00Z", null)]
    [InlineData("90", null, null, "2030-02-06T23:00Z", null)]
    [InlineData("year", null, null, "2029-12-31T23:00Z", null)]
    [InlineData("all", null, null, null, null)]
    [InlineData("nonsense", null, null, "2030-04-07T22:00Z", null)]
    [InlineData("7", "2030-03-30", "2030-03-31", "2030-03-29T23:00Z", "2030-03-31T22:00Z")]
    [InlineData(null, "2030-04-02", "2030-04-01", "2030-03-31T22:00Z", "2030-04-02T22:00Z")]
    [InlineData(null, null, "2030-04-01", null, "2030-04-01T22:00Z")]
    [InlineData(null, "9999-12-31", "04/01/2030", "2030-04-07T22:00Z", null)]
    public void Read_DaysOfTheReadersZone_AsInstants(string? preset, string? from, string? to, string? first, string? end)
    {
        var (start, stop) = ReportRange.Read(preset, from, to).Instants(Now, Berlin);

        Assert.Equal((At(first), At(end)), (start, stop));
    }

    [Theory]
    [InlineData("range=7&role=TEACHER&channel=SMS&inviter=00000000-0000-7000-8000-000000000001", "&range=7&role=TEACHER&channel=SMS&inviter=00000000-0000-7000-8000-000000000001")]
    [InlineData("from=2030-01-01&to=2030-02-01&range=7", "&from=2030-01-01&to=2030-02-01")]
    [InlineData("range=30", "")]
    [InlineData("range=month&role=admin&channel=pigeon&inviter=me&from=yesterday", "")]
    public void InsightsUrl_ReadsAndWritesTheSameView(string query, string expected)
    {
        var parts = query.Split('&').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        string? Part(string name) => parts.GetValueOrDefault(name);

        var url = InsightsUrl.Read(Part("range"), Part("from"), Part("to"), Part("role"), Part("channel"), Part("inviter"));

        Assert.Equal("/users?tab=insights" + expected, url.ToString());
        Assert.Equal("/users/insights/export?table=ROLES" + expected, url.ExportHref(InsightsTable.Roles));
    }

    [Fact]
    public void AuditUrl_ReadsAndWritesTheSameView()
    {
        var url = AuditUrl.Read("all", "2030-01-01", null, " Ann & Bob ", "", "user", "3", "abc");

        Assert.Equal("/audit?from=2030-01-01&who=Ann%20%26%20Bob&action=user&page=3&cursor=abc", url.ToString());
        Assert.Equal("/audit/export?from=2030-01-01&who=Ann%20%26%20Bob&action=user", url.ExportHref());
        Assert.Equal("/audit", AuditUrl.Read(null, null, null, null, null, "no such thing", "-1", null).ToString());
        Assert.Equal("/audit?who=x", url.With(_ => new AuditUrl { Who = "x", Page = 7 }));
    }

    private static DateTimeOffset? At(string? text) => text is null ? null : DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
