using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Demo;
using InvitePortal.Invitations;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Demo;

public sealed class DemoCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RunAsync_FillsWithABelievableCrowd(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, environment: "Development");

        var (code, output, errors) = await RunAsync(host, "demo", "--users", "3000", "--invitations=600");

        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("Added 3,000 people and 600 invitations", output, StringComparison.Ordinal);
        await using var db = host.Open();
        var people = await db.Users.AsNoTracking().ToListAsync(Ct);
        Assert.InRange(people.Count, 3_000 + DemoData.Inviters.Length, 3_000 + DemoData.MostPeople);
        Assert.Equal(Enum.GetValues<PersonStatus>(), people.Select(p => p.Status).Distinct().Order());
        Assert.Equal(Enum.GetValues<Role>(), people.Select(p => p.ActiveRole).Distinct().Order());
        Assert.Contains(people, p => p.Roles.Count > 2);
        Assert.Contains(people, p => p.Email is null);
        Assert.Contains(people, p => p.DisplayName.Any(c => c is >= 'А' and <= 'я'));
        Assert.All(people, p => Assert.Equal(SearchText.Of(p.DisplayName, p.NormalizedEmail), p.SearchText));
        Assert.All(people, p => Assert.True(RoleBits.Holds(p.RoleBits, p.ActiveRole)));
        Assert.All(people, p => Assert.True(p.LastSignInAt is null || (p.LastSignInAt >= p.JoinedAt && p.LastSignInAt <= host.Clock.GetUtcNow())));
        Assert.True(people.Max(p => p.CreatedAt) - people.Min(p => p.CreatedAt) > TimeSpan.FromDays(4 * 365));

        var invitations = await db.Invitations.AsNoTracking().ToListAsync(Ct);
        var byId = people.ToDictionary(p => p.Id);
        Assert.Equal(
            [InvitationState.Pending, InvitationState.Accepted, InvitationState.Declined, InvitationState.Cancelled, InvitationState.Expired],
            invitations.Select(i => i.StateAt(host.Clock.GetUtcNow())).Distinct().Order());
        Assert.All(invitations.Where(i => i.PersonId is not null), i => Assert.Equal(i.NormalizedRecipient, byId[i.PersonId!.Value].NormalizedEmail));
        Assert.All(invitations.Where(i => i.PersonId is not null), i => Assert.True(RoleBits.Holds(byId[i.PersonId!.Value].RoleBits, i.Role)));
        Assert.All(invitations.Where(i => i.State is InvitationState.Pending), i => Assert.Equal(PersonStatus.Invited, byId[i.PersonId!.Value].Status));
        Assert.All(invitations, i => Assert.True(Rights.MayGrant(byId[i.InvitedById].ActiveRole, i.Role)));
        Assert.Equal(invitations.Count, await db.OutboxMessages.CountAsync(m => db.Invitations.Any(i => i.LastMessageId == m.Id && i.Id == m.SubjectId), Ct));
        Assert.Equal(600, await db.InvitationLinks.CountAsync(Ct));
    }

    [Fact]
    public async Task RunAsync_BesideTheSmallDemo_AddsTheCrowd()
    {
        await using var host = await ServiceHost.CreateAsync(environment: "Development");
        await host.Get<DemoData>().RunAsync(Ct);

        var (code, _, errors) = await RunAsync(host, "demo", "--users", "500");

        Assert.Equal((0, ""), (code, errors));
    }

    [Fact]
    public async Task RunAsync_OnMoreThanTheSmallDemo_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync(environment: "Development");
        Assert.Equal(0, (await RunAsync(host, "demo", "--users", "1001")).Code);

        var (code, _, errors) = await RunAsync(host, "demo", "--users", "1000");

        Assert.Equal(1, code);
        Assert.Contains("more people already", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OnPeopleWhoAreNotMadeUp_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync(environment: "Development");
        await host.AddPersonAsync(Role.SuperAdmin, email: "somebody@portal.test");

        var (code, _, errors) = await RunAsync(host, "demo", "--users", "10");

        Assert.Equal(1, code);
        Assert.Contains("not made up", errors, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.Equal(1, await db.Users.CountAsync(Ct));
    }

    [Fact]
    public async Task RunAsync_OutsideDevelopment_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();

        var (code, _, errors) = await RunAsync(host, "demo", "--users", "10");

        Assert.Equal(1, code);
        Assert.Contains("outside Development", errors, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.False(await db.Users.AnyAsync(Ct));
    }

    [Theory]
    [InlineData("--users is missing")]
    [InlineData("--users needs", "--users")]
    [InlineData("--users needs", "--users", "0")]
    [InlineData("--users needs", "--users", "1e6")]
    [InlineData("--users needs", "--users", "10000001")]
    [InlineData("--invitations needs", "--users", "10", "--invitations", "-1")]
    [InlineData("--invitations may not", "--users", "10", "--invitations", "11")]
    [InlineData("no option --people", "--people", "10")]
    public async Task RunAsync_WrongArguments_AreNamed(string expected, params string[] args)
    {
        await using var host = await ServiceHost.CreateAsync(environment: "Development");

        var (code, _, errors) = await RunAsync(host, ["demo", .. args]);

        Assert.Equal(1, code);
        Assert.Contains(expected, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_SettingsOnTheCommandLine_AreNoMistake()
    {
        await using var host = await ServiceHost.CreateAsync(environment: "Development");

        Assert.Equal(0, (await RunAsync(host, "demo", "--Database:Provider=Sqlite", "--users", "10", "--invitations", "0")).Code);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ServiceHost host, params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await DemoCommand.RunAsync(host.Services, args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
