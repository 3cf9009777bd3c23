using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Data;

public sealed class ActorQueriesTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RequireAsync_OpenSessionOfAnActivePerson_IsTheirStoredState(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Agency, name: "Anna");

        var state = (await RequireAsync(host, person.Actor)).Value;

        Assert.Equal(new ActorState(person.Id, "Anna", person.Email, Role.Agency, "en", "UTC"), state);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task I05_RequireAsync_AnyOtherStatus_IsSignedOut(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        foreach (var status in Enum.GetValues<PersonStatus>().Where(s => s is not PersonStatus.Active))
        {
            var person = await host.AddPersonAsync(Role.SuperAdmin, status);
            Assert.Equal("account.signed_out", (await RequireAsync(host, person.Actor)).Error?.Code);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RequireAsync_SessionOver_IsSignedOut(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.SuperAdmin);
        await using var db = host.Open();
        var session = await db.Sessions.SingleAsync();

        host.Clock.MoveTo(session.ExpiresAt.AddTicks(-1));
        Assert.True((await RequireAsync(host, person.Actor)).Succeeded);
        host.Clock.MoveTo(session.ExpiresAt);
        Assert.False((await RequireAsync(host, person.Actor)).Succeeded);

        session.ExpiresAt = session.EndsAt.AddDays(1);
        await db.SaveChangesAsync();
        Assert.True((await RequireAsync(host, person.Actor)).Succeeded);
        host.Clock.MoveTo(session.EndsAt);
        Assert.False((await RequireAsync(host, person.Actor)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RequireAsync_SomebodyElsesSession_IsSignedOut(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var student = await host.AddPersonAsync(Role.Student);

        Assert.False((await RequireAsync(host, student.Actor with { UserId = admin.Id })).Succeeded);
        Assert.False((await RequireAsync(host, admin.Actor with { SessionId = Guid.NewGuid() })).Succeeded);
        Assert.False((await RequireAsync(host, admin.Actor with { SessionId = null })).Succeeded);
        Assert.False((await RequireAsync(host, Actor.Anonymous("192.0.2.1"))).Succeeded);
    }

    private static async Task<Result<ActorState>> RequireAsync(ServiceHost host, Actor actor)
    {
        await using var db = host.Open();
        return await db.RequireAsync(actor, host.Clock, default);
    }
}
