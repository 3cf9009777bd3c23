using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

/// <summary>People without an address: codes and links reach them by the channel that they were invited by.</summary>
public sealed class AccountWithoutAddressTests
{
    private const string Number = "+4915123456789";
    private static readonly SessionWanted Browser = new(SessionKind.Browser, false, "Test");

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_CodeToTheNumber_MakesAnAccountThatSignsInByIt(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var (id, token) = await InviteAsync(host, Number);

        var accepted = await host.AcceptByCodeAsync(token, Number, "Robin");

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        Assert.Null(accepted.Value.User!.Email);
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
        var person = await ReadAsync(host, accepted.Value.UserId);
        Assert.Equal((PersonStatus.Active, "Robin", null, Number, Channel.Sms, false), (person.Status, person.DisplayName, person.Email, person.ContactKey, person.ContactChannel, person.EmailConfirmed));
        Assert.Equal($" robin {Number}", person.SearchText);
        Assert.Equal([(CodeMessage.KindName, Channel.Sms)], await MessagesAsync(host, id));

        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var flow = await host.Get<SignInService>().AskForCodeAsync(Stranger(), "0049 151 / 234-56789", false, "/", Ct);
        var session = await host.Get<SignInService>().WithCodeAsync(Stranger(), flow.Value, await host.CodeAsync(Number), Browser, Ct);
        Assert.True(session.Succeeded, session.Error?.Code);
        Assert.False((await ReadAsync(host, person.Id)).EmailConfirmed);
        var me = new Actor(person.Id, session.Value.SessionId, "198.51.100.7");
        Assert.Equal(Number, (await host.Get<ProfileService>().GetAsync(me, Ct)).Value!.Reach!.Display);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_PasswordWithTheSentLink_NeedsNoCode_WithACopiedOneItDoes(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, sent) = await InviteAsync(host, Number, by: admin);
        var copied = (await host.Get<InvitationService>().CopyLinkAsync(admin.Actor, id, Ct)).Value!;
        copied = copied[(copied.IndexOf('=', StringComparison.Ordinal) + 1)..];

        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(copied, "Robin", AcceptMethod.Password, Password: Password))).Error?.Code);
        var accepted = await host.AcceptAsync(new AcceptInvitation(sent, "Robin", AcceptMethod.Password, Password: Password));

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var signIn = host.Get<SignInService>();
        Assert.True((await signIn.WithPasswordAsync(Stranger(), Number, Password, Browser, Ct)).Succeeded);
        Assert.Equal("sign_in.failed", (await signIn.WithPasswordAsync(Stranger(), "+4915123456788", Password, Browser, Ct)).Error?.Code);
        Assert.Equal("password.personal", host.Get<Passwords>().Check(Number, "Robin", Number).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task TheirPasswordAndLinks_TravelByTheirChannel(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await AcceptedAsync(host, Number);
        var resets = host.Get<PasswordResetService>();

        Assert.True((await resets.AskAsync(Stranger(), Number, Ct)).Succeeded);
        var reset = await TokenOfAsync(host, person, ResetMessage.KindName);
        Assert.True((await resets.SetAsync(Stranger(), reset, Password, Password, Ct)).Succeeded);
        Assert.True((await host.Get<SignInLinks>().SendAsync(admin.Actor, person, Ct)).Succeeded);
        var link = await TokenOfAsync(host, person, SignInLinkMessage.KindName);
        Assert.Equal("+49•••89", (await host.Get<SignInLinks>().FindAsync(link, Ct))!.Reach);
        Assert.True((await host.Get<SignInLinks>().EnterAsync(Stranger(), link, Browser, Ct)).Succeeded);

        await using var db = host.Open();
        var messages = await db.OutboxMessages.Where(m => m.SubjectId == person).OrderBy(m => m.Id).Select(m => new { m.Kind, m.Channel, m.Recipient }).ToListAsync();
        Assert.Equivalent(new[] { CodeMessage.KindName, ResetMessage.KindName, NoticeMessage.KindName, SignInLinkMessage.KindName }, messages.Select(m => m.Kind));
        Assert.All(messages, m => Assert.Equal((Channel.Sms, Number), (m.Channel, m.Recipient)));
        Assert.False(await db.Users.Where(u => u.Id == person).Select(u => u.EmailConfirmed).SingleAsync());
        var details = (await host.Get<UserQueries>().GetAsync(admin.Actor, person, Ct)).Value!;
        Assert.Equal(new PersonContact(Channel.Sms, Number), details.Contact);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AddAsync_AfterAFreshProofByTheirChannel_TheNumberOpensNothingMore(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var person = await AcceptedAsync(host, Number);
        var (me, _) = await host.Services.OpenSessionAsync(person);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var addresses = host.Get<AddressService>();
        Assert.Equal("account.confirm_again", (await addresses.SendCodeAsync(me, "robin@example.org", Ct)).Error?.Code);

        Assert.True((await host.Get<Reauthentication>().SendCodeAsync(me, Ct)).Succeeded);
        Assert.True((await host.Get<Reauthentication>().WithCodeAsync(me, await host.CodeAsync(Number), Ct)).Succeeded);
        Assert.True((await addresses.SendCodeAsync(me, "robin@example.org", Ct)).Succeeded);
        Assert.True((await addresses.AddAsync(me, "robin@example.org", await host.CodeAsync("robin@example.org"), Ct)).Succeeded);

        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var before = await CodesAsync(host, Number);
        Assert.True((await host.Get<SignInService>().AskForCodeAsync(Stranger(), Number, false, "/", Ct)).Succeeded);
        Assert.Equal(before, await CodesAsync(host, Number));
        var flow = await host.Get<SignInService>().AskForCodeAsync(Stranger(), "robin@example.org", false, "/", Ct);
        Assert.True((await host.Get<SignInService>().WithCodeAsync(Stranger(), flow.Value, await host.CodeAsync("robin@example.org"), Browser, Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_ByTelegram_ConnectsTheChatUnlessItIsSomebodys(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var first = await AcceptedAsync(host, "424242", Channel.Telegram);
        await using (var sent = host.Open())
        {
            Assert.Equal(1, await sent.OutboxMessages.CountAsync(m => m.Kind == WelcomeMessage.MessageKind && m.Channel == Channel.Telegram && m.Recipient == "424242"));
        }

        var named = await AcceptedAsync(host, "@robin_field", Channel.Telegram);

        await using var db = host.Open();
        var login = Assert.Single(await db.UserLogins.ToListAsync());
        Assert.Equal((SignInProviders.Telegram, "424242", first), (login.LoginProvider, login.ProviderKey, login.UserId));
        Assert.Equal("@robin_field", ChannelAddress.Of(null, Channel.Telegram, (await ReadAsync(host, named)).ContactKey)!.Display);
        var flow = await host.Get<SignInService>().AskForCodeAsync(Stranger(), "@Robin_Field", false, "/", Ct);
        Assert.True((await host.Get<SignInService>().WithCodeAsync(Stranger(), flow.Value, await host.CodeAsync("@robin_field"), Browser, Ct)).Succeeded);
    }

    [Fact]
    public async Task RequestCodeAsync_ChannelSwitchedOffSince_NeedsAnAddress()
    {
        var sms = new FakeChannel { Channel = Channel.Sms };
        await using var host = await InvitationContactTests.HostAsync(sms: sms);
        var (_, token) = await InviteAsync(host, Number);
        sms.Missing = "channel.off";

        Assert.Equal("invitation.email_needed", (await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, Ct)).Error?.Code);
        Assert.True((await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, "robin@example.org", Ct)).Succeeded);
    }

    [Fact]
    public async Task B03_CodeOfOneWay_DoesNotProveTheOther()
    {
        await using var host = await HostAsync();
        var (_, token) = await InviteAsync(host, Number);
        var acceptance = host.Get<InvitationAcceptance>();
        Assert.True((await acceptance.RequestCodeAsync(Stranger(), token, "mallory@example.org", Ct)).Succeeded);
        var mailed = await host.CodeAsync("mallory@example.org");

        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Mallory", Code: mailed))).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True((await acceptance.RequestCodeAsync(Stranger(), token, Ct)).Succeeded);
        Assert.Equal("code_invalid", (await host.AcceptAsync(new AcceptInvitation(token, "Mallory", Code: await host.CodeAsync(Number), Email: "mallory@example.org"))).Error?.Code);
    }

    [Fact]
    public async Task J05_OneNumber_GetsOnlySoManyCodesAnHour()
    {
        await using var host = await HostAsync();
        await AcceptedAsync(host, Number);
        for (var i = 0; i < 20; i++)
        {
            host.Clock.Advance(TimeSpan.FromMinutes(2));
            Assert.True((await host.Get<SignInService>().AskForCodeAsync(Stranger($"198.51.100.{i}"), Number, false, "/", Ct)).Succeeded);
        }

        Assert.InRange(await CodesAsync(host, Number), 2, 2 * host.Get<Microsoft.Extensions.Options.IOptions<LimitOptions>>().Value.CodesPerTargetPerHour);
    }

    [Fact]
    public async Task AskForCodeAsync_NeitherAddressNorNumber_IsRefused()
    {
        await using var host = await HostAsync();
        Assert.Equal("account.sign_in_name_invalid", (await host.Get<SignInService>().AskForCodeAsync(Stranger(), "robin", false, "/", Ct)).Error?.Code);
        Assert.Equal("account.sign_in_name_invalid", (await host.Get<PasswordResetService>().AskAsync(Stranger(), "robin", Ct)).Error?.Code);
    }

    private static Task<ServiceHost> HostAsync(DatabaseProvider provider = DatabaseProvider.Sqlite) => ServiceHost.CreateAsync(
        provider, configure: services => Greetings.Use(services, new FakeChannel(), new FakeChannel { Channel = Channel.Sms }, new FakeChannel { Channel = Channel.Telegram }));

    private static async Task<(Guid Id, string Token)> InviteAsync(ServiceHost host, string recipient, Channel channel = Channel.Sms, TestPerson? by = null)
    {
        by ??= await host.AddPersonAsync(Role.SuperAdmin);
        var sent = await host.Get<InvitationSendingService>().SendAsync(by.Actor, new SendInvitations([recipient], Role.Student, Channel: channel), null, Ct);
        Assert.True(sent.Succeeded, sent.Error?.Code);
        var verdict = Assert.Single(sent.Value.Verdicts);
        Assert.True(verdict.Outcome is AddressOutcome.Invited, verdict.Code);
        return (verdict.InvitationId!.Value, await host.TokenAsync(verdict.InvitationId!.Value));
    }

    private static async Task<Guid> AcceptedAsync(ServiceHost host, string recipient, Channel channel = Channel.Sms)
    {
        var (_, token) = await InviteAsync(host, recipient, channel);
        var accepted = await host.AcceptByCodeAsync(token, recipient, "Robin");
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        return accepted.Value.UserId;
    }

    private static async Task<AppUser> ReadAsync(ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.Users.AsNoTracking().SingleAsync(u => u.Id == id);
    }

    private static async Task<string> TokenOfAsync(ServiceHost host, Guid person, string kind)
    {
        await using var db = host.Open();
        var message = await db.OutboxMessages.AsNoTracking().SingleAsync(m => m.SubjectId == person && m.Kind == kind);
        return JsonSerializer.Deserialize<JsonElement>(host.Get<Outbox>().Unprotect(message.Body!)).GetProperty("Token").GetString()!;
    }

    private static async Task<int> CodesAsync(ServiceHost host, string recipient)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.CountAsync(m => m.Recipient == recipient && m.Kind == CodeMessage.KindName);
    }

    private static async Task<IReadOnlyList<(string Kind, Channel Channel)>> MessagesAsync(ServiceHost host, Guid invitationId)
    {
        await using var db = host.Open();
        var all = await db.OutboxMessages.Where(m => m.SubjectId != invitationId).OrderBy(m => m.Kind).Select(m => new { m.Kind, m.Channel }).ToListAsync();
        return [.. all.Select(m => (m.Kind, m.Channel))];
    }
}
