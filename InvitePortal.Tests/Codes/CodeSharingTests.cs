using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class CodeSharingTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ShareAsync_Many_EachWithAVerdict(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera Teacher");
        await host.Services.AddPersonAsync(Role.Student, email: "known@example.org", language: "ru");
        var code = await host.CodeAsync(teacher, maxUses: 5);

        var shared = Good(await host.Get<CodeSharing>().ShareAsync(
            teacher.Actor, code.Id, new ShareCode(["One@Example.org", "one@example.org", "nonsense", null!, "known@example.org"], "See you on Monday"), Ct));

        Assert.Equal([ShareOutcome.Queued, ShareOutcome.Skipped, ShareOutcome.Failed, ShareOutcome.Failed, ShareOutcome.Queued], shared.Verdicts.Select(v => v.Outcome));
        Assert.Equal((2, "share.address_repeated", "share.address_invalid"), (shared.Queued, shared.Verdicts[1].Code, shared.Verdicts[2].Code));
        var messages = await host.MessagesAsync(code.Id);
        Assert.Equal(["en", "ru"], messages.OrderBy(m => m.Message.Language).Select(m => m.Message.Language));
        Assert.All(messages, m => Assert.Equal(code.Code, m.Body.GetProperty("Code").GetString()));
        var details = Good(await host.Get<CodeQueries>().GetAsync(teacher.Actor, code.Id, Ct));
        Assert.Equal((2, DeliveryState.Queued), (details.Shares.Count, details.Row.Delivery));
        Assert.EndsWith("/join?code=" + code.Code, details.Link, StringComparison.Ordinal);
        var preview = Good(await host.Get<CodeSharing>().PreviewAsync(teacher.Actor, code.Id, new ShareCode([], "See you on Monday", "ru"), Ct));
        Assert.Contains("/join?code=" + code.Code, preview.Text, StringComparison.Ordinal);
        Assert.Contains(CodeText.Grouped(code.Code), preview.Text, StringComparison.Ordinal);
        Assert.Contains("Vera Teacher", preview.Subject, StringComparison.Ordinal);
        Assert.Contains("> See you on Monday", preview.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ShareAsync_BySms_EachNumberWithAVerdict_AndThePhoneGetsTheCode(DatabaseProvider provider)
    {
        await using var twilio = await Twilio.StartAsync();
        await using var host = await ServiceHost.CreateAsync(provider, Twilio.Settings(twilio));
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera Teacher");
        await AddContactAsync(host, Role.Student, "+79123456789", Languages.Russian);
        var code = await host.CodeAsync(teacher, maxUses: 5);

        var shared = Good(await host.Get<CodeSharing>().ShareAsync(
            teacher.Actor, code.Id, new ShareCode(["+49 151 23456789", "0049-151-23456789", "0151 1", null!, "ann@example.org", "+7 912 345-67-89"], Channel: Channel.Sms), Ct));
        await host.DeliverAsync();

        Assert.Equal([null, "share.address_repeated", "share.address_invalid", "share.address_invalid", "share.address_invalid", null], shared.Verdicts.Select(v => v.Code));
        Assert.Contains("+49 151", shared.Verdicts[2].Reason, StringComparison.Ordinal);
        Assert.Equal(
            [(Channel.Sms, "+4915123456789", "en"), (Channel.Sms, "+79123456789", "ru")],
            (await host.MessagesAsync(code.Id)).Select(m => (m.Message.Channel, m.Message.RecipientKey, m.Message.Language)).Order());
        Assert.Equal(["+4915123456789", "+79123456789"], twilio.Texts().Select(t => t.To).Order());
        Assert.All(twilio.Texts(), t => Assert.Contains("/join?code=" + code.Code, t.Text, StringComparison.Ordinal));
        Assert.Contains("приглашает вас", twilio.Texts().Single(t => t.To is "+79123456789").Text, StringComparison.Ordinal);
        var shares = Good(await host.Get<CodeQueries>().GetAsync(teacher.Actor, code.Id, Ct)).Shares;
        Assert.All(shares, s => Assert.Equal((Channel.Sms, null, DeliveryState.Sent), (s.Channel, s.Email, s.State)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task OneNumber_IsOneTarget_BySmsAndWhatsApp(DatabaseProvider provider)
    {
        await using var host = await ChannelsAsync(provider);
        var outcomes = new List<string?>();
        foreach (var channel in new[] { Channel.Sms, Channel.WhatsApp, Channel.Sms, Channel.WhatsApp, Channel.Sms })
        {
            var other = await host.AddPersonAsync(Role.Teacher);
            var theirs = await host.CodeAsync(other);
            outcomes.Add(Assert.Single(Good(await host.Get<CodeSharing>().ShareAsync(other.Actor, theirs.Id, new ShareCode(["+49 151 23456789"], Channel: channel), Ct)).Verdicts).Code);
        }

        Assert.Equal([null, null, null, "share.target_limit", "share.target_limit"], outcomes);
    }

    [Fact]
    public async Task Preview_IsThatOfTheChannel()
    {
        await using var host = await ChannelsAsync(DatabaseProvider.Sqlite);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var command = new ShareCode(["0151 1", "+49 151 23456789"], "See you on Monday", Languages.Russian, Channel: Channel.WhatsApp);

        var preview = Good(await host.Get<CodeSharing>().PreviewAsync(teacher.Actor, code.Id, command, Ct));

        Assert.Equal((Channel.WhatsApp, "+4915123456789", Languages.Russian, null), (preview.Channel, preview.Recipient, preview.Language, preview.Html));
        Assert.Contains("See you on Monday", preview.Text, StringComparison.Ordinal);
        var refused = await host.Get<CodeSharing>().PreviewAsync(teacher.Actor, code.Id, command with { Channel = Channel.Slack }, Ct);
        Assert.Equal("code.channel_unavailable", refused.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task APlannedText_FollowsItsCode_ByItsChannel_AndCanBeWithdrawn(DatabaseProvider provider)
    {
        await using var host = await ChannelsAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var shared = Good(await host.Get<CodeSharing>().ShareAsync(
            teacher.Actor, code.Id, new ShareCode(["+4915123456789"], SendAt: host.Clock.Now.AddDays(1), Channel: Channel.WhatsApp), Ct));

        var fresh = Good(await host.Get<CodeService>().RegenerateAsync(teacher.Actor, code.Id, Ct));

        var waiting = (await host.MessagesAsync(code.Id)).Single(m => m.Message.State is DeliveryState.Queued);
        Assert.Equal(
            (Channel.WhatsApp, "+4915123456789", fresh.Code),
            (waiting.Message.Channel, waiting.Message.Recipient, waiting.Body.GetProperty("Code").GetString()));
        Good(await host.Get<CodeSharing>().CancelAsync(teacher.Actor, shared.Verdicts[0].ShareId!.Value, Ct));
        Assert.All(await host.MessagesAsync(code.Id), m => Assert.Equal(DeliveryState.Cancelled, m.Message.State));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task APlannedMessage_FollowsItsCode(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var service = host.Get<CodeService>();
        var at = host.Clock.Now.AddDays(1);
        async Task<InviteCode> Planned(string email)
        {
            var made = await host.CodeAsync(teacher, email);
            Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, made.Id, new ShareCode([email], SendAt: at.ToOffset(TimeSpan.FromHours(5))), Ct));
            return await host.ReadAsync(made.Id);
        }

        var (replaced, closed, used, deleted) = (await Planned("a@example.org"), await Planned("b@example.org"), await Planned("c@example.org"), await Planned("d@example.org"));
        var fresh = Good(await service.RegenerateAsync(teacher.Actor, replaced.Id, Ct));
        Good(await service.CloseAsync(teacher.Actor, closed.Id, Ct));
        Good(await host.JoinAsync((await host.AddPersonAsync(Role.Student)).Actor, used.Code));
        Good(await service.DeleteAsync(teacher.Actor, deleted.Id, Ct));

        var messages = await host.MessagesAsync(replaced.Id);
        Assert.Equal([DeliveryState.Cancelled, DeliveryState.Queued], messages.Select(m => m.Message.State).Order().Reverse());
        var waiting = messages.Single(m => m.Message.State is DeliveryState.Queued);
        Assert.Equal((fresh.Code, at), (waiting.Body.GetProperty("Code").GetString(), waiting.Message.DueAt));
        Assert.Equal(waiting.Message.DueAt, Assert.Single(Good(await host.Get<CodeQueries>().GetAsync(teacher.Actor, replaced.Id, Ct)).Shares).DueAt);
        foreach (var id in new[] { closed.Id, used.Id, deleted.Id })
        {
            Assert.Equal(DeliveryState.Cancelled, Assert.Single(await host.MessagesAsync(id)).Message.State);
        }
    }

    public static TheoryData<DatabaseProvider, string> Endings { get; } = new(
        from provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql }
        from ending in new[] { "replaced", "closed", "deleted", "teacher gone" }
        select (provider, ending));

    [Theory, MemberData(nameof(Endings))]
    public async Task ShareAsync_WhileTheCodeDies_NoMessageLeadsToADeadCode(DatabaseProvider provider, string ending)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var service = host.Get<CodeService>();
        meanwhile.Before(
            async () => Assert.True(ending switch
            {
                "replaced" => (await service.RegenerateAsync(teacher.Actor, code.Id, Ct)).Succeeded,
                "closed" => (await service.CloseAsync(teacher.Actor, code.Id, Ct)).Succeeded,
                "deleted" => (await service.DeleteAsync(teacher.Actor, code.Id, Ct)).Succeeded,
                _ => (await host.Databases.InTransactionAsync(
                    async db =>
                    {
                        await host.Get<IEnumerable<IPersonRemoval>>().OfType<CodeRemoval>().Single().RemoveAsync(db, teacher.Actor, [teacher.Id], host.Clock.Now, Ct);
                        return Result.Ok;
                    },
                    Ct)).Succeeded,
            }),
            "SELECT", "OutboxMessages", "RecipientKey");

        await host.Get<CodeSharing>().ShareAsync(teacher.Actor, code.Id, new ShareCode(["kid@example.org"]), Ct);
        await meanwhile.Done;

        await using var read = host.Open();
        var now = await read.InviteCodes.FirstOrDefaultAsync(c => c.Id == code.Id);
        var waiting = (await host.MessagesAsync(code.Id)).Where(m => m.Message.State is DeliveryState.Queued).Select(m => m.Body.GetProperty("Code").GetString());
        Assert.Equal(ending is "replaced" ? [now!.Code] : [], waiting);
    }

    [Fact]
    public async Task CancelAsync_WithdrawsOneThatWaits_Once()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var shared = Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, code.Id, new ShareCode(["a@example.org", "b@example.org"]), Ct));
        var share = shared.Verdicts[0].ShareId!.Value;

        Assert.Equal("share.not_found", (await host.Get<CodeSharing>().CancelAsync((await host.AddPersonAsync(Role.Teacher)).Actor, share, Ct)).Error?.Code);
        Good(await host.Get<CodeSharing>().CancelAsync(teacher.Actor, share, Ct));
        Assert.Equal("share.already_sent", (await host.Get<CodeSharing>().CancelAsync(teacher.Actor, share, Ct)).Error?.Code);
        Assert.Equal([DeliveryState.Cancelled, DeliveryState.Queued], (await host.MessagesAsync(code.Id)).Select(m => m.Message.State).Order().Reverse());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Limits_300ADay_And3ToOneTarget(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var other = await host.AddPersonAsync(Role.Teacher);
        var sharing = host.Get<CodeSharing>();
        var code = await host.CodeAsync(teacher, maxUses: null);
        var ofOther = await host.CodeAsync(other, maxUses: null);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, Good(await sharing.ShareAsync(i == 2 ? other.Actor : teacher.Actor, i == 2 ? ofOther.Id : code.Id, new ShareCode([$"target+{i}@example.org"]), Ct)).Queued);
        }

        var beyond = Good(await sharing.ShareAsync(other.Actor, ofOther.Id, new ShareCode(["target@example.org", "fresh@example.org"]), Ct));
        Assert.Equal(["share.target_limit", null], beyond.Verdicts.Select(v => v.Code));

        string[] Class(string name, int count) => [.. Enumerable.Range(0, count).Select(i => $"{name}{i}@example.org")];
        Assert.Equal(290, Good(await sharing.ShareAsync(teacher.Actor, code.Id, new ShareCode(Class("a", 290)), Ct)).Queued);
        var refused = (await sharing.ShareAsync(teacher.Actor, code.Id, new ShareCode(Class("b", 9)), Ct)).Error;
        Assert.Equal(("share.daily_limit", true), (refused?.Code, refused?.RetryAfter > TimeSpan.Zero));
        Assert.Equal(8, Good(await sharing.ShareAsync(teacher.Actor, code.Id, new ShareCode([.. Class("b", 8), "nonsense"]), Ct)).Queued);
        Assert.Equal("share.too_many_addresses", (await sharing.ShareAsync(other.Actor, ofOther.Id, new ShareCode(Class("c", 301)), Ct)).Error?.Code);
        Assert.Equal(298, (await host.MessagesAsync(code.Id)).Count - 2);
    }

    [Theory]
    [InlineData("none", "share.no_addresses")]
    [InlineData("channel", "code.channel_unavailable")]
    [InlineData("webhook", "code.channel_unavailable")]
    [InlineData("words", "share.message_invalid")]
    [InlineData("language", "share.language_unknown")]
    [InlineData("past", "share.send_at_invalid")]
    [InlineData("after", "share.send_at_invalid")]
    [InlineData("closed", "code.not_open")]
    public async Task ShareAsync_WhatCannotBe_IsRefused_AndCostsNothing(string what, string code)
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:CodeSendsPerTeacherPerDay"] = "1" });
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var made = await host.CodeAsync(teacher, expiresAt: host.Clock.Now.AddDays(2));
        var good = new ShareCode(["a@example.org"]);
        if (what == "closed")
        {
            Good(await host.Get<CodeService>().CloseAsync(teacher.Actor, made.Id, Ct));
        }

        var refused = await host.Get<CodeSharing>().ShareAsync(teacher.Actor, made.Id, what switch
        {
            "none" => good with { Recipients = [] },
            "channel" => new ShareCode(["U024BE7LH"], Channel: Channel.Slack),
            "webhook" => good with { Channel = Channel.Webhook },
            "words" => good with { Message = new string('x', 1001) },
            "language" => good with { Language = "fr" },
            "past" => good with { SendAt = host.Clock.Now.AddHours(-1) },
            "after" => good with { SendAt = host.Clock.Now.AddDays(3) },
            _ => good,
        }, Ct);

        Assert.Equal(code, refused.Error?.Code);
        var other = await host.CodeAsync(teacher);
        Assert.Equal(1, Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, other.Id, good, Ct)).Queued);
    }

    private static Task<ServiceHost> ChannelsAsync(DatabaseProvider provider) => ServiceHost.CreateAsync(
        provider, configure: services => Greetings.Use(services, new FakeChannel(), new FakeChannel { Channel = Channel.Sms }, new FakeChannel { Channel = Channel.WhatsApp }));

    private static async Task AddContactAsync(ServiceHost host, Role role, string number, string language)
    {
        await using var db = host.Open();
        var person = AppUser.Create(number, null, PersonStatus.Invited, role, host.Clock.Now);
        (person.ContactKey, person.ContactChannel, person.Language) = (number, Channel.Sms, language);
        db.Users.Add(person);
        await db.SaveChangesAsync();
    }
}
