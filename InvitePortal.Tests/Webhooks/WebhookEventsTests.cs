using System.Diagnostics;
using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Tests.Codes;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Webhooks;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks;

/// <summary>Every kind of event: once per change, with the right content, and never with a secret.</summary>
public sealed class WebhookEventsTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Invitation_FromCreatedToAccepted_TellsEachStepOnce(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin, name: "Ada Admin");
        await host.EndpointAsync(admin, receiver.Url);

        var (id, token) = await host.InviteOneAsync(admin, "robin@example.org", Role.Teacher);
        await host.DeliverAsync();
        var accepted = await host.AcceptByCodeAsync(token, "robin@example.org", "Robin Field");
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        await host.DeliverAsync();

        Assert.Equal(["invitation.accepted", "invitation.created", "invitation.sent", "user.created"], Types(receiver));
        foreach (var got in receiver.Received.Where(r => r.Type.StartsWith("invitation.", StringComparison.Ordinal)))
        {
            var data = got.Data;
            Assert.Equal((id, "robin@example.org", "TEACHER", "EMAIL"), (data.GetProperty("id").GetGuid(), Text(data, "recipient"), Text(data, "role"), Text(data, "channel")));
            Assert.Equal((admin.Id, "Ada Admin"), (data.GetProperty("invitedBy").GetProperty("id").GetGuid(), Text(data.GetProperty("invitedBy"), "name")));
            Assert.Equal(host.Clock.Now.AddDays(7), data.GetProperty("expiresAt").GetDateTimeOffset());
            Assert.Equal(got.Type == "invitation.accepted", data.TryGetProperty("userId", out _));
        }

        var user = One(receiver, "user.created");
        Assert.Equal((accepted.Value.UserId, "Robin Field", "robin@example.org", "ACTIVE"), (user.GetProperty("id").GetGuid(), Text(user, "name"), Text(user, "email"), Text(user, "status")));
        Assert.Equal(["TEACHER"], user.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        AssertNoSecrets(receiver, token, accepted.Value.Session!.Secret, "token", "hash");
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Invitation_Declined_IsToldWithItsReason(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, receiver.Url);
        var (id, token) = await host.InviteOneAsync(admin, "robin@example.org");

        Assert.True((await host.Get<InvitationAcceptance>().DeclineAsync(InvitationCase.Stranger(), token, "No time", Ct)).Succeeded);
        Assert.False((await host.Get<InvitationAcceptance>().DeclineAsync(InvitationCase.Stranger(), token, "Again", Ct)).Succeeded);
        await host.DeliverAsync();

        // Nobody is told of the person, who never had an account.
        Assert.Equal(["invitation.created", "invitation.declined"], Types(receiver));
        Assert.Equal((id, "No time"), (One(receiver, "invitation.declined").GetProperty("id").GetGuid(), Text(One(receiver, "invitation.declined"), "reason")));
        AssertNoSecrets(receiver, token);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C01_ManyAcceptsAtOnce_TellOfOne(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, "http://127.0.0.1:9/", WebhookEvent.InvitationAccepted, WebhookEvent.UserCreated);
        var (_, token) = await host.InviteOneAsync(admin, "robin@example.org");
        await host.Get<InvitationAcceptance>().RequestCodeAsync(InvitationCase.Stranger(), token, Ct);
        var code = await host.CodeAsync("robin@example.org");

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: code))));

        Assert.Single(results, r => r.Succeeded);
        Assert.Equal(["invitation.accepted", "user.created"], (await host.MessagesAsync()).Select(m => m.Kind).Order());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Invitation_Sent_IsToldWhenTheFirstMessageArrived_NotForResends(DatabaseProvider provider)
    {
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, "http://127.0.0.1:9/", WebhookEvent.InvitationSent);
        var (id, _) = await host.InviteOneAsync(admin, "robin@example.org");
        Assert.Empty(await host.MessagesAsync());

        await host.DeliverAsync();
        Assert.Equal("invitation.sent", Assert.Single(await host.MessagesAsync()).Kind);
        Good(await host.Get<InvitationService>().ResendAsync(admin.Actor, id, Ct));
        await host.DeliverAsync();

        Assert.Single(await host.MessagesAsync());
        // Two messages of one invitation that arrive in one write count once.
        var (other, _) = await host.InviteOneAsync(admin, "second@example.org");
        await using var db = host.Open();
        var listener = host.Services.GetRequiredService<IDeliveryListener>();
        var first = new OutboxMessage { Id = Guid.NewGuid(), Kind = "invitation", Recipient = "x", RecipientKey = "x", Language = "en", SubjectId = other };
        var second = new OutboxMessage { Id = Guid.NewGuid(), Kind = "invitation", Recipient = "x", RecipientKey = "x", Language = "en", SubjectId = other };
        await listener.SentAsync(db, [first, second], Ct);
        await db.SaveChangesAsync(Ct);
        Assert.Equal(2, (await host.MessagesAsync()).Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Invitation_Expired_IsToldOnce_ByOneOfSeveralNodes(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = ServiceHost.On(database, Loopback(), environment: "Development");
        await using var beside = ServiceHost.On(database, Loopback(), clock: host.Clock, environment: "Development");
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (old, _) = await host.InviteOneAsync(admin, "old@example.org");
        await Worker(host).TellAsync(Ct);
        host.Clock.Advance(TimeSpan.FromDays(8));
        // Nobody wants to know yet, and of this one nobody ever hears.
        await Worker(host).TellAsync(Ct);
        admin = admin with { Actor = (await host.Services.OpenSessionAsync(admin.Id)).Actor };
        await host.EndpointAsync(admin, "http://127.0.0.1:9/", WebhookEvent.InvitationExpired);
        var (open, _) = await host.InviteOneAsync(admin, "open@example.org");
        var (cancelled, _) = await host.InviteOneAsync(admin, "cancelled@example.org");
        Good(await host.Get<InvitationService>().CancelAsync(admin.Actor, cancelled, Ct));
        await Worker(host).TellAsync(Ct);
        Assert.Empty(await host.MessagesAsync());

        host.Clock.Advance(TimeSpan.FromDays(8));
        var told = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Worker(i % 2 == 0 ? host : beside).TellAsync(Ct)));
        host.Clock.Advance(TimeSpan.FromDays(1));
        await Worker(beside).TellAsync(Ct);

        Assert.Equal(1, told.Sum());
        var message = Assert.Single(await host.MessagesAsync());
        Assert.Equal((open, "invitation.expired"), (Body(host, message).GetProperty("data").GetProperty("id").GetGuid(), message.Kind));
        Assert.NotEqual(old, open);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Code_Used_IsToldWithoutTheCode(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var (teacher, student) = (await host.AddPersonAsync(Role.Teacher, name: "Mr Stone"), await host.AddPersonAsync(Role.Student, name: "Tom"));
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        var code = await host.CodeAsync(teacher, "Алгебра");
        var group = await host.GroupAsync(teacher);

        CodeCase.Good(await host.JoinAsync(student.Actor, code.Code));
        CodeCase.Good(await host.JoinAsync(student.Actor, group.Code));
        Assert.False((await host.JoinAsync(student.Actor, group.Code)).Succeeded);
        await host.DeliverAsync();

        Assert.Equal(["code.used", "code.used"], Types(receiver));
        var single = receiver.Received.Single(r => r.Data.GetProperty("codeId").GetGuid() == code.Id).Data;
        Assert.Equal(("INDIVIDUAL", "Алгебра", JsonValueKind.Null), (Text(single, "kind"), Text(single, "subject"), single.GetProperty("group").ValueKind));
        Assert.Equal(("Mr Stone", "Tom", student.Id), (Text(single.GetProperty("teacher"), "name"), Text(single.GetProperty("student"), "name"), single.GetProperty("student").GetProperty("id").GetGuid()));
        var shared = receiver.Received.Single(r => r.Data.GetProperty("codeId").GetGuid() != code.Id).Data;
        Assert.Equal(("GROUP", "9A"), (Text(shared, "kind"), Text(shared.GetProperty("group"), "name")));
        AssertNoSecrets(receiver, code.Code, group.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Link_Used_IsToldWithTheRoleItGave(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var (teacher, parent) = (await host.AddPersonAsync(Role.Teacher, name: "Mr Stone"), await host.AddPersonAsync(Role.Parent, name: "Pat"));
        await host.EndpointAsync(await host.AddPersonAsync(Role.SuperAdmin), receiver.Url);
        var link = Good(await host.Get<LinkService>().GetOrMakeAsync(teacher.Actor, Ct));

        Good(await host.Get<LinkJoinService>().AcceptAsync(parent.Actor, link.Code, Ct));
        Assert.False((await host.Get<LinkJoinService>().AcceptAsync(parent.Actor, link.Code, Ct)).Succeeded);
        await host.DeliverAsync();

        Assert.Equal(["link.used", "user.updated"], Types(receiver));
        var used = One(receiver, "link.used");
        Assert.Equal(("Mr Stone", "Pat", "STUDENT", "ROLE_CHANGED"), (Text(used.GetProperty("owner"), "name"), Text(used.GetProperty("member"), "name"), Text(used, "role"), Text(used, "outcome")));
        Assert.Equal(["PARENT", "STUDENT"], One(receiver, "user.updated").GetProperty("roles").EnumerateArray().Select(r => r.GetString()).Order());
        AssertNoSecrets(receiver, link.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task User_CreatedUpdatedDeleted_ByHandAndInBulk(DatabaseProvider provider)
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, receiver.Url, WebhookEvent.UserCreated, WebhookEvent.UserUpdated, WebhookEvent.UserDeleted);
        var (users, bulk) = (host.Get<UserService>(), host.Get<UserBulkService>());

        var id = Good(await users.CreateAsync(admin.Actor, new CreateUser("mia@example.org", "Mia", [Role.Business], "en", Notify: false), Ct));
        var version = (await host.PersonAsync("mia@example.org"))!.ConcurrencyStamp!;
        Good(await users.EditAsync(admin.Actor, id, new EditUser(version) { Name = "Mia Field" }, Ct));
        Good(await bulk.RunAsync(admin.Actor, new ChangeUsers(new UserSelection([new SelectedUser(id, null)], null), UserAction.SetStatus, PersonStatus.Suspended), null, Ct));
        Good(await users.DeleteAsync(admin.Actor, id, Ct));
        Good(await host.Get<ProfileService>().UpdateAsync(admin.Actor, new UpdateProfile("Ada New", null, "en", "UTC"), Ct));
        Good(await host.Get<ProfileService>().UpdateAsync(admin.Actor, new UpdateProfile("Ada New", null, "en", "UTC"), Ct));
        // Somebody only invited is nobody's account: neither their coming nor their going is told.
        await host.InviteOneAsync(admin, "robin@example.org");
        Good(await users.DeleteAsync(admin.Actor, (await host.PersonAsync("robin@example.org"))!.Id, Ct));
        await host.DeliverAsync();

        var mia = receiver.Received.Where(r => r.Data.GetProperty("id").GetGuid() == id).OrderBy(r => r.Type).ThenBy(r => Text(r.Data, "status")).ToList();
        Assert.Equal(["user.created", "user.deleted", "user.updated", "user.updated"], mia.Select(r => r.Type));
        Assert.Equal(["ACTIVE", "SUSPENDED", "ACTIVE", "SUSPENDED"], mia.Select(r => Text(r.Data, "status")));
        Assert.Equal(["Mia", "Mia Field", "Mia Field", "Mia Field"], mia.Select(r => Text(r.Data, "name")));
        Assert.Equal("Ada New", Text(Assert.Single(receiver.Received, r => r.Data.GetProperty("id").GetGuid() == admin.Id).Data, "name"));
        Assert.Equal(5, receiver.Received.Count);
    }

    [Fact]
    public async Task Publish_InATransactionThatIsGivenUp_LeavesNothing()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, "http://127.0.0.1:9/");

        await host.Databases.InTransactionAsync<bool>(
            async db =>
            {
                WebhookEvents.Publish(db, WebhookEvent.CodeUsed, () => new WebhookPerson(Guid.NewGuid(), "x"));
                await db.SaveChangesAsync(Ct);
                return WebhookErrors.NotFound;
            },
            Ct);

        Assert.Empty(await host.MessagesAsync());
    }

    [Fact]
    public async Task Publish_WithoutEndpoints_MakesNoDataAndAsksTheDatabaseOnce()
    {
        await using var host = await HostAsync();
        await host.HappenAsync();
        await using var db = host.Open();
        var started = Stopwatch.GetTimestamp();

        for (var i = 0; i < 100_000; i++)
        {
            WebhookEvents.Publish(db, WebhookEvent.InvitationCreated, () => throw new InvalidOperationException("Nobody asked for it."));
        }

        Assert.Empty(await host.MessagesAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 3);
    }

    private static InvitationExpiryWorker Worker(ServiceHost host) => host.Services.GetServices<IHostedService>().OfType<InvitationExpiryWorker>().Single();

    private static JsonElement Body(ServiceHost host, OutboxMessage message) => JsonSerializer.Deserialize<JsonElement>(host.Get<Outbox>().Unprotect(message.Body!));

    private static IEnumerable<string> Types(WebhookReceiver receiver) => receiver.Received.Select(r => r.Type).Order(StringComparer.Ordinal);

    private static JsonElement One(WebhookReceiver receiver, string type) => Assert.Single(receiver.Received, r => r.Type == type).Data;

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static void AssertNoSecrets(WebhookReceiver receiver, params string[] secrets)
    {
        foreach (var got in receiver.Received)
        {
            Assert.All(secrets, s => Assert.DoesNotContain(s, got.Text, StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain("password", got.Text, StringComparison.OrdinalIgnoreCase);
        }
    }
}
