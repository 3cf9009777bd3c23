using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationTimingTests
{
    [Theory]
    // An ordinary evening and morning in Berlin, which is two hours ahead of UTC in summer.
    [InlineData("2026-07-01T20:30Z", "2026-07-02T05:00Z")]
    [InlineData("2026-07-01T19:59Z", "2026-07-01T19:59Z")]
    [InlineData("2026-07-02T04:59Z", "2026-07-02T05:00Z")]
    [InlineData("2026-07-02T05:00Z", "2026-07-02T05:00Z")]
    [InlineData("2026-07-01T10:00Z", "2026-07-01T10:00Z")]
    // The night in which summer time begins, and the one in which it ends.
    [InlineData("2026-03-28T22:30Z", "2026-03-29T05:00Z")]
    [InlineData("2026-10-24T21:30Z", "2026-10-25T06:00Z")]
    public async Task Considerate_QuietHours_EndInTheRecipientsMorning(string at, string expected)
    {
        await using var host = await HostAsync(("QuietFrom", "22:00"), ("QuietTo", "07:00"));
        var due = host.Get<InvitationTiming>().Considerate(At(at), At(at).AddDays(7), "Europe/Berlin");
        Assert.Equal(At(expected), due);
    }

    [Theory]
    // 02:30 does not exist in Berlin on 29 March 2026, and exists twice on 25 October.
    [InlineData("2026-03-28T23:30Z", "2026-03-29T01:30Z")]
    [InlineData("2026-10-24T22:30Z", "2026-10-25T00:30Z")]
    public async Task P03_QuietHoursThatEndInTheMissingOrDoubleHour_EndOnce(string at, string expected)
    {
        await using var host = await HostAsync(("QuietFrom", "22:00"), ("QuietTo", "02:30"), ("DefaultZone", "Europe/Berlin"));
        Assert.Equal(At(expected), host.Get<InvitationTiming>().Considerate(At(at), At(at).AddDays(7), null));
    }

    [Theory]
    [InlineData("2026-03-29T02:30", "2026-03-29T01:30Z")]
    [InlineData("2026-10-25T02:30", "2026-10-25T00:30Z")]
    public void P03_TimeToSend_InTheMissingHourIsHalfPastThree_InTheDoubleHourTheFirst(string local, string expected) => Assert.Equal(
        At(expected), LocalTimes.Instant(DateTime.Parse(local, System.Globalization.CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")));

    [Fact]
    public async Task Considerate_WouldOutliveTheInvitation_GoesOutAtOnce()
    {
        await using var host = await HostAsync(("QuietFrom", "22:00"), ("QuietTo", "07:00"));
        Assert.Equal(At("2026-07-01T23:00Z"), host.Get<InvitationTiming>().Considerate(At("2026-07-01T23:00Z"), At("2026-07-02T01:00Z"), "UTC"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Send_InQuietHours_WaitsInTheZoneOfAnAccountAndInThePortalsOfOthers(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider, ("QuietFrom", "22:00"), ("QuietTo", "07:00"), ("DefaultZone", "Europe/Berlin"));
        host.Clock.MoveTo(At("2030-07-01T23:00Z"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var far = await host.AddPersonAsync(Role.Business, email: "far@example.org");
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == far.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.TimeZone, "America/New_York"), Ct);
        }

        await host.InviteAsync(admin, Role.Teacher, "far@example.org", "new@example.org");

        Assert.Equal(At("2030-07-01T23:00Z"), await DueAsync(host, "far@example.org"));
        Assert.Equal(At("2030-07-02T05:00Z"), await DueAsync(host, "new@example.org"));
    }

    [Fact]
    public async Task Renew_InQuietHours_GoesOutAtOnce()
    {
        await using var host = await HostAsync(("QuietFrom", "22:00"), ("QuietTo", "07:00"));
        host.Clock.MoveTo(At("2030-07-01T12:00Z"));
        var (_, token) = await host.InviteOneAsync(await host.AddPersonAsync(Role.SuperAdmin), "late@example.org");
        host.Clock.MoveTo(At("2030-07-09T23:00Z"));
        Assert.True((await host.Get<InvitationRenewalService>().RenewAsync(Stranger(), token, Ct)).Succeeded);
        Assert.Equal(At("2030-07-09T23:00Z"), await DueAsync(host, "late@example.org"));
    }

    [Fact]
    public async Task Remind_ThreeTimes_EachOnceAndMissedOnesOnce()
    {
        await using var host = await HostAsync(("Hours", "96, 48, 24"));
        var (id, _) = await host.InviteOneAsync(await host.AddPersonAsync(Role.SuperAdmin), "new@example.org");
        var due = (await host.ReadAsync(id)).ExpiresAt;
        Assert.Equal(due.AddHours(-96), (await host.ReadAsync(id)).ReminderDueAt);
        host.Clock.MoveTo(due.AddHours(-95));
        await RemindAsync(host);
        await RemindAsync(host);
        Assert.Equal((1, due.AddHours(-48)), (await RemindersAsync(host, id), (await host.ReadAsync(id)).ReminderDueAt));
        // Two were missed: one goes out, and none is left.
        host.Clock.MoveTo(due.AddHours(-20));
        await RemindAsync(host);
        await RemindAsync(host);
        Assert.Equal((2, (DateTimeOffset?)null), (await RemindersAsync(host, id), (await host.ReadAsync(id)).ReminderDueAt));
    }

    [Fact]
    public async Task Remind_InQuietHours_WaitsForTheMorning()
    {
        await using var host = await HostAsync(("QuietFrom", "22:00"), ("QuietTo", "07:00"));
        host.Clock.MoveTo(At("2030-07-01T23:00Z"));
        await host.InviteOneAsync(await host.AddPersonAsync(Role.SuperAdmin), "new@example.org");
        host.Clock.MoveTo(At("2030-07-07T23:01Z"));
        await RemindAsync(host);
        await using var db = host.Open();
        Assert.Equal(At("2030-07-08T07:00Z"), (await db.OutboxMessages.SingleAsync(m => m.Kind == InvitationMessage.Reminder)).DueAt);
    }

    [Fact]
    public async Task Settings_OffByDefault_AndAnotherLifetime_HoldWhereNobodySaysOtherwise()
    {
        await using var host = await HostAsync(("On", "false"), ("LifetimeHours", "240"));
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        var invitation = await host.ReadAsync(id);
        Assert.Equal((false, (DateTimeOffset?)null, host.Clock.Now.AddHours(240)), (invitation.RemindersOn, invitation.ReminderDueAt, invitation.ExpiresAt));
        await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["on@example.org"], Role.Business, Reminders: true), null, Ct);
        await using var db = host.Open();
        Assert.NotNull((await db.Invitations.SingleAsync(i => i.Recipient == "on@example.org")).ReminderDueAt);
    }

    [Fact]
    public async Task P05_ZoneChangedAfterwards_MovesNothing()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var at = host.Clock.Now.AddDays(2);
        var sent = await host.Get<InvitationSendingService>().SendAsync(admin.Actor, new SendInvitations(["a@example.org"], Role.Business, SendAt: at), null, Ct);
        await using var db = host.Open();
        await db.Users.Where(u => u.Id == admin.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.TimeZone, "Asia/Tokyo"), Ct);
        Assert.Equal((at, at), ((await host.ReadAsync(sent.Value!.Verdicts[0].InvitationId!.Value)).SendAt, await DueAsync(host, "a@example.org")));
    }

    [Theory]
    [InlineData("Hours", "24, 48, 72, 96")]
    [InlineData("Hours", "soon")]
    [InlineData("Hours", "0")]
    [InlineData("QuietFrom", "22:00")]
    [InlineData("QuietTo", "25:00")]
    [InlineData("DefaultZone", "Mars/Olympus")]
    [InlineData("MinimumLifeHours", "0")]
    [InlineData("LifetimeHours", "100000")]
    public async Task Options_ThatCannotBe_AreRefused(string name, string value)
    {
        await using var host = await HostAsync((name, value));
        Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IOptionsMonitor<ReminderOptions>>().CurrentValue);
    }

    [Fact]
    public async Task Save_OnTheTab_HoldsForTheNextInvitation()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var settings = host.Get<SettingsService>();
        var read = (await settings.ReadAsync(admin.Actor, ReminderOptions.Section, Ct)).Value!;
        var saved = await settings.SaveAsync(admin.Actor, new SaveSettings(ReminderOptions.Section, read.Version, new Dictionary<string, string?> { ["Hours"] = "72, 48" }), Ct);
        Assert.True(saved.Succeeded, saved.Error?.Code);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        var invitation = await host.ReadAsync(id);
        Assert.Equal(invitation.ExpiresAt.AddHours(-72), invitation.ReminderDueAt);
    }

    [Theory]
    [InlineData("a@school.example", null)]
    [InlineData("a@mail.school.example", null)]
    [InlineData("a@preschool.example", "account.domain_not_allowed")]
    [InlineData("a@bad.school.example", "account.domain_not_allowed")]
    [InlineData("a@elsewhere.example", "account.domain_not_allowed")]
    public async Task Domains_NotAllowed_AreRefusedWhenInvitingAndRegistering(string email, string? code)
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?>
        {
            ["Addresses:AllowedDomains:0"] = "School.example",
            ["Addresses:BlockedDomains:0"] = "@bad.school.example",
        });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        Assert.Equal(code, Assert.Single((await host.Get<InvitationQueries>().PreviewAsync(admin.Actor, [email], Role.Teacher, Ct)).Value!).Code);
        Assert.Equal(code, Assert.Single((await host.InviteAsync(admin, Role.Teacher, email)).Value!.Verdicts).Code);
        Assert.Equal(code, (await host.Get<RegistrationService>().AskAsync(Stranger(), email, "/join", Ct)).Error?.Code);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Task<ServiceHost> HostAsync(params (string Name, string Value)[] settings) => HostAsync(DatabaseProvider.Sqlite, settings);

    private static Task<ServiceHost> HostAsync(DatabaseProvider provider, params (string Name, string Value)[] settings) =>
        ServiceHost.CreateAsync(provider, settings.ToDictionary(s => "Reminders:" + s.Name, s => (string?)s.Value));

    private static Task<int> RemindAsync(ServiceHost host) => host.Services.GetServices<IHostedService>().OfType<InvitationReminderWorker>().Single().RemindAsync(Ct);

    private static async Task<int> RemindersAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.CountAsync(m => m.SubjectId == id && m.Kind == InvitationMessage.Reminder);
    }

    private static async Task<DateTimeOffset> DueAsync(ServiceHost host, string recipient)
    {
        await using var db = host.Open();
        return (await db.OutboxMessages.Where(m => m.Recipient == recipient).OrderByDescending(m => m.CreatedAt).FirstAsync(Ct)).DueAt;
    }
}
