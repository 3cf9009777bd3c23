using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Messages;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationReminderWorkerTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C09_TwoNodesAtTheSameMinute_SendOneReminder(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        await using var two = ServiceHost.Beside(one, database);
        var admin = await one.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await one.InviteOneAsync(admin, "new@example.org");
        one.Clock.Advance(TimeSpan.FromDays(6) + TimeSpan.FromMinutes(1));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Worker(i % 2 == 0 ? one : two).RemindAsync(Ct))));

        Assert.Equal(1, await CountAsync(one, id));
    }

    [Fact]
    public async Task RemindAsync_BeforeItsTime_SendsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        host.Clock.Advance(TimeSpan.FromDays(5));
        await Worker(host).RemindAsync(Ct);
        Assert.Equal(0, await CountAsync(host, id));
    }

    [Fact]
    public async Task RemindAsync_AcceptedMeanwhile_SendsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.True((await host.AcceptByCodeAsync(token, "new@example.org")).Succeeded);
        host.Clock.Advance(TimeSpan.FromDays(6.5));
        await Worker(host).RemindAsync(Ct);
        Assert.Equal(0, await CountAsync(host, id));
    }

    [Fact]
    public async Task RemindAsync_TurnedOffOrShortLived_SendsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var sending = host.Get<InvitationSendingService>();
        await sending.SendAsync(admin.Actor, new SendInvitations(["off@example.org"], Role.Business, Reminders: false), null, Ct);
        await sending.SendAsync(admin.Actor, new SendInvitations(["short@example.org"], Role.Business, LifetimeHours: 48), null, Ct);
        for (var day = 0; day < 8; day++)
        {
            host.Clock.Advance(TimeSpan.FromDays(1));
            await Worker(host).RemindAsync(Ct);
        }

        await using var db = host.Open();
        Assert.Equal(0, await db.OutboxMessages.CountAsync(m => m.Kind == InvitationMessage.Reminder));
    }

    [Fact]
    public async Task R37_ThreeDaysDown_OneReminderForTheOpenNoneForTheExpired()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (expired, _) = await host.InviteOneAsync(admin, "gone@example.org");
        host.Clock.Advance(TimeSpan.FromDays(3));
        var (open, _) = await host.InviteOneAsync(admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor }, "here@example.org");
        host.Clock.Advance(TimeSpan.FromDays(6) + TimeSpan.FromHours(1));
        for (var i = 0; i < 3; i++)
        {
            await Worker(host).RemindAsync(Ct);
        }

        Assert.Equal((0, 1), (await CountAsync(host, expired), await CountAsync(host, open)));
    }

    private static InvitationReminderWorker Worker(ServiceHost host) => host.Services.GetServices<IHostedService>().OfType<InvitationReminderWorker>().Single();

    private static async Task<int> CountAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.CountAsync(m => m.SubjectId == id && m.Kind == InvitationMessage.Reminder);
    }
}
