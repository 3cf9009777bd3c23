using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Demo;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Demo;

public sealed class DemoTeachingTests
{
    [Fact]
    public async Task DemoTeacher_HasCodesInEveryState_AndTheDemoStudentTwoSubjects()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Demo:Enabled"] = "true" }, environment: "Development");
        await host.Get<IEnumerable<IStartupTask>>().OfType<DemoData>().Single().RunAsync(default);
        await using var db = host.Open();
        async Task<Actor> As(string address) =>
            (await host.Services.OpenSessionAsync(await db.Users.Where(u => u.NormalizedEmail == address).Select(u => u.Id).SingleAsync())).Actor;
        var teacher = await As("teacher@example.com");

        var counts = (await host.Get<CodeQueries>().CountStatesAsync(teacher, null, default)).Value!;
        Assert.All(Enum.GetValues<CodeState>(), s => Assert.True(counts[s] > 0, $"no code is {s}"));
        var groups = (await host.Get<GroupQueries>().ListAsync(teacher, new PageRequest(), default)).Value!.Items;
        Assert.Equal(3, groups.Count);
        Assert.All(groups, g => Assert.Equal(g.Uses, g.Students));
        Assert.Equal(2, (await host.Get<EnrollmentQueries>().ListMineAsync(await As("student@example.com"), default)).Value!.Count);
        var children = (await host.Get<EnrollmentQueries>().ListChildrenAsync(await As("parent@example.com"), default)).Value!;
        Assert.Equal(2, children.Count);
        Assert.All(children, c => Assert.NotEmpty(c.Subjects));
        Assert.True(await db.Bonds.CountAsync(b => b.OwnerId == teacher.UserId) > 2);
        Assert.Equal(0, await db.InviteCodes.CountAsync(c => c.FirstUsedAt > c.ExpiresAt || c.FirstUsedAt > host.Clock.Now || c.FirstUseSeconds < 0));
        Assert.True((await host.Get<CodeStatisticsQueries>().ReadAsync(teacher, new CodePeriod(), default)).Value!.Weeks.Count > 8);
    }
}
