using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging.Templates;

public sealed class TemplateServiceTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;
    private static readonly TemplateKey Invitation = new(InvitationMessage.First, Channel.Email, "en");
    private static readonly TemplateWords Own = new("Come to {{portal}}, says {{inviter}}.\n\n{{link}}", "Own words of {{inviter}}", "Own heading", "Own button", "Own print");

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SaveAsync_HoldsAtOnceForMessagesThatWait_AndOnOtherNodesWithinASecond(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var channel = new FakeChannel();
        await using var host = ServiceHost.On(database, configure: s => Greetings.Use(s, channel));
        await using var beside = ServiceHost.Beside(host, database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        Assert.Equal("Maria invites you to InvitePortal", (await PreviewAsync(beside)).Subject);
        var waiting = await EnqueueAsync(host);

        Assert.Equal(1, Good(await SaveAsync(host, admin, 0, Own)));
        await host.DeliverAsync();

        var sent = Assert.Single(channel.Sent);
        Assert.Equal((waiting.Id, "Own words of Maria"), (sent.Id, sent.Subject));
        Assert.Contains("Come to InvitePortal, says Maria.", sent.Text, StringComparison.Ordinal);
        Assert.Contains(">Own button</a>", sent.Html, StringComparison.Ordinal);
        Assert.StartsWith("Maria приглашает", (await PreviewAsync(host, "ru")).Subject, StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("Own words of Maria", (await PreviewAsync(beside)).Subject);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task History_RestoreAndReset(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (admin, service) = (await host.AddPersonAsync(Role.SuperAdmin), host.Get<TemplateService>());
        var second = Own with { Subject = "Second" };
        Assert.Equal(1, Good(await SaveAsync(host, admin, 0, Own)));
        Assert.Equal(1, Good(await SaveAsync(host, admin, 1, Own with { Body = "  " + Own.Body.ReplaceLineEndings("\r\n") + " \r\n" })));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, Good(await SaveAsync(host, admin, 1, second)));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, Good(await service.ResetAsync(admin.Actor, Invitation, 2, Ct)));
        Assert.Equal(3, Good(await service.ResetAsync(admin.Actor, Invitation, 3, Ct)));

        var reset = Good(await host.Get<TemplateQueries>().FindAsync(admin.Actor, Invitation, Ct));
        Assert.Equal((3, false, reset.Defaults), (reset.Version, reset.IsChanged, reset.Words));
        Assert.Equal([3, 2, 1], reset.History.Select(h => h.Version));
        Assert.Equal([true, false, false], reset.History.Select(h => h.IsReset));
        Assert.Equal((admin.Name, Own), (reset.History[2].By, reset.History[2].Words));
        Assert.Equal("Maria invites you to InvitePortal", (await PreviewAsync(host)).Subject);
        Assert.True(Assert.Single(Good(await host.Get<TemplateQueries>().ListAsync(admin.Actor, Ct))).IsReset);

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(4, Good(await service.RestoreAsync(admin.Actor, Invitation, 3, 1, Ct)));
        Assert.Equal("Own words of Maria", (await PreviewAsync(host)).Subject);
        Assert.Equal("template.version_not_found", (await service.RestoreAsync(admin.Actor, Invitation, 4, 9, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(
            ["template.changed", "template.changed", "template.reset", "template.changed"],
            await db.AuditEntries.Where(a => a.Action.StartsWith("template")).OrderBy(a => a.At).ThenBy(a => a.Id).Select(a => a.Action).ToListAsync());
        Assert.DoesNotContain(await db.AuditEntries.Select(a => a.After).ToListAsync(), a => a!.Contains("Come to", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C07_SaveAsync_TwentyAtOnce_OneIsStoredAndTheOthersAreTold(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => SaveAsync(host, admin, 0, Own with { Subject = $"By {i}" }))));

        Assert.Equal(1, Assert.Single(results, r => r.Succeeded).Value);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("template.changed_meanwhile", r.Error!.Code));
        await using var db = host.Open();
        Assert.Equal(1, await db.TemplateVersions.CountAsync());
        Assert.Equal("template.changed_meanwhile", (await SaveAsync(host, admin, 0, Own)).Error?.Code);
        Assert.Equal("template.changed_meanwhile", (await host.Get<TemplateService>().ResetAsync(admin.Actor, Invitation, 0, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Rights_SuperAdminsWithAFreshProofOnly(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (service, queries) = (host.Get<TemplateService>(), host.Get<TemplateQueries>());
        foreach (var role in Enum.GetValues<Role>().Where(r => r is not Role.SuperAdmin))
        {
            var person = await host.AddPersonAsync(role);
            Assert.Equal("template.forbidden", (await SaveAsync(host, person, 0, Own)).Error?.Code);
            Assert.Equal("template.forbidden", (await service.ResetAsync(person.Actor, Invitation, 0, Ct)).Error?.Code);
            Assert.Equal("template.forbidden", (await service.RestoreAsync(person.Actor, Invitation, 0, 1, Ct)).Error?.Code);
            Assert.Equal("template.forbidden", (await service.SendToMeAsync(person.Actor, Invitation, Own, Ct)).Error?.Code);
            Assert.Equal("template.forbidden", (await queries.ListAsync(person.Actor, Ct)).Error?.Code);
            Assert.Equal("template.forbidden", (await queries.FindAsync(person.Actor, Invitation, Ct)).Error?.Code);
            Assert.Equal("template.forbidden", (await queries.PreviewAsync(person.Actor, Invitation, Own, Ct)).Error?.Code);
        }

        Assert.Equal("account.signed_out", (await service.SaveAsync(Actor.Anonymous("192.0.2.1"), new SaveTemplate(Invitation, 0, Own), Ct)).Error?.Code);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("account.confirm_again", (await SaveAsync(host, admin, 0, Own)).Error?.Code);
        Assert.Equal("account.confirm_again", (await service.ResetAsync(admin.Actor, Invitation, 0, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(0, await db.TemplateVersions.CountAsync());
    }

    [Fact]
    public async Task SaveAsync_Mistakes_AreRefusedWithTheirPlace()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var refused = (await SaveAsync(host, admin, 0, Own with { Body = "Hello\n{{nobody}} {{link}}" })).Error!;

        Assert.Equal(("template.mistaken", "Body"), (refused.Code, refused.Field));
        Assert.Equal([2, 1, "{{nobody}}"], refused.Arguments);
        Assert.Equal("template.mistaken", (await SaveAsync(host, admin, 0, Own with { Subject = "a\r\nBcc: b@example.org" })).Error?.Code);
        foreach (var unknown in new[] { Invitation with { Kind = "nothing" }, Invitation with { Language = "de" }, new TemplateKey("code.register", Channel.Sms, "en"), Invitation with { Channel = (Channel)99 } })
        {
            Assert.Equal("template.not_found", (await host.Get<TemplateService>().ResetAsync(admin.Actor, unknown, 0, Ct)).Error?.Code);
            Assert.Equal("template.not_found", (await host.Get<TemplateQueries>().FindAsync(admin.Actor, unknown, Ct)).Error?.Code);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendToMeAsync_GoesToTheOwnAddressThroughTheOutbox_WithWordsNotSaved(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await ServiceHost.CreateAsync(provider, new Dictionary<string, string?> { ["Limits:TemplateTestsPerHour"] = "2" }, s => Greetings.Use(s, channel));
        var (admin, service) = (await host.AddPersonAsync(Role.SuperAdmin), host.Get<TemplateService>());

        Assert.True((await service.SendToMeAsync(admin.Actor, Invitation, Own, Ct)).Succeeded);
        await host.DeliverAsync();

        var sent = Assert.Single(channel.Sent);
        Assert.Equal((admin.Email, "[Test] Own words of Maria Stone"), (sent.Recipient, sent.Subject));
        Assert.Contains("/accept-invitation?token=example-", sent.Text, StringComparison.Ordinal);
        Assert.Equal("template.mistaken", (await service.SendToMeAsync(admin.Actor, Invitation, Own with { Body = "no link" }, Ct)).Error?.Code);
        Assert.Equal("template.mail_only", (await service.SendToMeAsync(admin.Actor, Invitation with { Channel = Channel.Sms }, Own, Ct)).Error?.Code);
        Assert.True((await service.SendToMeAsync(admin.Actor, Invitation with { Language = "ru" }, Own, Ct)).Succeeded);
        Assert.Equal("template.test_limit", (await service.SendToMeAsync(admin.Actor, Invitation, Own, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(2, await db.AuditEntries.CountAsync(a => a.Action == "template.test_sent"));
        Assert.Equal(0, await db.TemplateVersions.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R19_SpoiltWordsInTheDatabase_DoNotStopMessages(DatabaseProvider provider)
    {
        var channel = new FakeChannel();
        await using var host = await ServiceHost.CreateAsync(provider, configure: s => Greetings.Use(s, channel));
        await using (var db = host.Open())
        {
            // As a later release may find them: without what it has come to want.
            db.TemplateVersions.Add(Version(InvitationMessage.First, "Spoilt, without a link", "Spoilt"));
            db.TemplateVersions.Add(Version(CodeMessage.KindName + ".sign-in", new string('{', 5_000), "{{{{{{"));
            await db.SaveChangesAsync(Ct);
        }

        await EnqueueAsync(host);
        var code = await EnqueueAsync(host, new MessageDraft(CodeMessage.KindName, "bob@example.com", "en", new CodeData("123456", "sign-in")));
        var poison = await host.EnqueueAsync(greeting: new Greeting("broken"));
        var after = await host.EnqueueAsync(greeting: new Greeting("Ann"));
        await host.DeliverAsync();

        Assert.Equal(["123456 is your code for InvitePortal", "Hello Ann", "Maria invites you to InvitePortal"], channel.Sent.Select(m => m.Subject).Order(StringComparer.Ordinal));
        Assert.Contains(channel.Sent, m => m.Id == code.Id && m.Text.Contains("123456", StringComparison.Ordinal));
        Assert.Contains(channel.Sent, m => m.Id == after.Id);
        Assert.NotEqual(DeliveryState.Sent, (await host.RowAsync(poison.Id)).State);

        static TemplateVersion Version(string kind, string body, string subject) => new()
        {
            Id = Guid.NewGuid(), Kind = kind, Channel = Channel.Email, Language = "en", Version = 1, Body = body, Subject = subject, Button = "b", ChangedAt = DateTimeOffset.UnixEpoch,
        };
    }

    private static Task<Result<int>> SaveAsync(ServiceHost host, TestPerson by, int version, TemplateWords words) =>
        host.Get<TemplateService>().SaveAsync(by.Actor, new SaveTemplate(Invitation, version, words), Ct);

    private static MessageDraft Draft(ServiceHost host, string language = "en") =>
        new(InvitationMessage.First, "ann@example.com", language, new InvitationMessageData("Maria", Role.Teacher, null, "tok", host.Clock.Now.AddDays(7)));

    private static Task<RenderedMessage> PreviewAsync(ServiceHost host, string language = "en") => host.Get<MessageRenderer>().PreviewAsync(Draft(host, language));

    private static async Task<OutboxMessage> EnqueueAsync(ServiceHost host, MessageDraft? draft = null)
    {
        await using var db = host.Open();
        var message = host.Get<Outbox>().Enqueue(db, draft ?? Draft(host));
        await db.SaveChangesAsync(Ct);
        return message;
    }

    private static T Good<T>(Result<T> result)
    {
        Assert.True(result.Succeeded, result.Error?.Code);
        return result.Value!;
    }
}
