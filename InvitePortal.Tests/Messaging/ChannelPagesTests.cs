using Bunit;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Messaging.Pages;
using InvitePortal.Settings;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Messaging;

/// <summary>The outbox and the tab of channels over real services.</summary>
public sealed class ChannelPagesTests
{
    [Theory]
    [InlineData(Role.Staff, 1)]
    [InlineData(Role.SuperAdmin, 1)]
    [InlineData(Role.Agency, 0)]
    [InlineData(Role.Teacher, 0)]
    public async Task Outbox_IsForThoseWhoRunIt(Role role, int tables)
    {
        await using var host = await Greetings.HostAsync(new FakeChannel());
        await host.EnqueueAsync();
        await using var ui = await UiAsync(host, role);

        Assert.Equal(tables, ui.Render<OutboxPage>().FindAll("table.outbox").Count);
    }

    [Fact]
    public async Task Outbox_Delayed_SaysWhyAndWhen_AndIsTriedAgain()
    {
        var channel = new FakeChannel();
        channel.Says(new SendOutcome.PassingFailure("451 4.7.1 Greylisted", TimeSpan.FromMinutes(10)));
        await using var host = await Greetings.HostAsync(channel);
        var message = await host.EnqueueAsync(greeting: new Greeting("Ann", Code: "135790"));
        await host.DeliverAsync();
        await using var ui = await UiAsync(host, Role.Staff);
        var page = ui.Render<OutboxPage>();

        var row = page.Find("table.outbox tbody tr");
        Assert.Contains("451 4.7.1 Greylisted", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("Next try", row.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("135790", page.Markup, StringComparison.Ordinal);
        await row.QuerySelector("td.actions button")!.ClickAsync(new());

        Assert.Equal(host.Clock.Now, (await host.RowAsync(message.Id)).DueAt);
    }

    [Fact]
    public async Task Outbox_Failed_CannotBeTriedAgain_AndLeadsToTheInvitation()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel);
        await using (var db = host.Open())
        {
            var message = host.Get<Outbox>().Enqueue(db, new MessageDraft("invitation-again", "a+b@example.com", "en", new Greeting("Ann")));
            (message.State, message.Body, message.Reason) = (DeliveryState.Failed, null, "550 No such user");
            await db.SaveChangesAsync();
        }

        await using var ui = await UiAsync(host, Role.Staff);
        var page = ui.Render<OutboxPage>();

        Assert.Equal("/users?tab=invites&q=a%2Bb%40example.com", page.Find("td.actions a").GetAttribute("href"));
        Assert.Empty(page.FindAll("td.actions button"));
        Assert.Single(page.FindAll("p.muted.small"), p => p.TextContent.Contains("erased", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Outbox_WhileItWorks_FollowsWithoutAReload()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel);
        await host.EnqueueAsync();
        await using var ui = await UiAsync(host, Role.Staff);
        var page = ui.Render<OutboxPage>();
        Assert.Equal("Queued", page.Find("table.outbox .badge").TextContent);

        await host.DeliverAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(2));

        page.WaitForAssertion(() => Assert.Equal("Sent", page.Find("table.outbox .badge").TextContent), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Outbox_Address_HoldsTheFilters()
    {
        var channel = new FakeChannel();
        await using var host = await Greetings.HostAsync(channel);
        await host.EnqueueAsync("ann@example.com");
        await host.EnqueueAsync("bob@example.com");
        await using var ui = await UiAsync(host, Role.Staff);
        ui.Navigation.NavigateTo("/outbox?q=BOB&state=QUEUED&channel=EMAIL&kind=greeting&page=junk");
        var page = ui.Render<OutboxPage>();

        Assert.Contains("bob", Assert.Single(page.FindAll("table.outbox tbody tr")).TextContent, StringComparison.Ordinal);
        Assert.Equal("/outbox?channel=EMAIL&kind=greeting&q=BOB", page.Find(".chip.on").GetAttribute("href"));
        page.Find("select").Change("SLACK");
        Assert.EndsWith("/outbox?state=QUEUED&channel=SLACK&kind=greeting&q=BOB", ui.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChannelsTab_EveryChannel_HasACardWithItsState()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Slack:BotToken"] = "xoxb-canary-4711-x" });
        await using var ui = await UiAsync(host, Role.SuperAdmin);
        var tab = ui.Render<ChannelsTab>();

        Assert.Equal(
            ["Email: Not set up", "SMS: Not set up", "Telegram: Not set up", "WhatsApp: Not set up", "Slack: Works"],
            tab.FindAll("section.card").Select(c => $"{c.QuerySelector("h2")!.TextContent}: {c.QuerySelector(".badge")!.TextContent}"));
        Assert.DoesNotContain("canary-4711", tab.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChannelsTab_SaveAndTest_ShowsTheRealAnswer()
    {
        await using var sink = SmtpSink.Start();
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host, Role.SuperAdmin);
        ui.Navigation.NavigateTo("/section-settings/dashboard?tab=channels&channel=EMAIL");
        var tab = ui.Render<ChannelsTab>();
        Assert.Empty(tab.FindAll("#test-Email"));

        tab.Find("#Smtp-Host").Change(SmtpSink.Host);
        tab.Find("#Smtp-Port").Change($"{sink.Port}");
        tab.Find("#Smtp-From").Change("portal@example.org");
        tab.Find("input[type=checkbox]").Change(false);
        await tab.Find(".panes form").SubmitAsync();
        tab.Find("#test-Email").Change("ann@example.com");
        await tab.FindAll(".panes form")[1].SubmitAsync();

        tab.WaitForAssertion(() => Assert.Contains("250", tab.Find(".panes [role=status] .note.green").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        Assert.Equal("ann@example.com", (await sink.WaitForMailAsync("ann@example.com")).Recipient);
    }

    [Fact]
    public async Task ChannelsTab_WrongValue_IsSaidInPlainWordsAndNothingIsSaved()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host, Role.SuperAdmin);
        ui.Navigation.NavigateTo("/section-settings/dashboard?tab=channels&channel=SMS");
        var tab = ui.Render<ChannelsTab>();

        tab.Find("#Sms-AccountSid").Change("AC0123");
        tab.Find("#Sms-AuthToken").Change("canary-4711");
        tab.Find("#Sms-From").Change("+12025550100");
        await tab.Find(".panes form").SubmitAsync();

        Assert.Contains("Enter at least one beginning of numbers", tab.Find("#Sms-AllowedCountries-error").TextContent, StringComparison.Ordinal);
        Assert.False(host.Services.GetRequiredService<IOptionsMonitor<SmsOptions>>().CurrentValue.IsConfigured);
        tab.Find("#Sms-AllowedCountries").Change("+49\n+7");
        await tab.Find(".panes form").SubmitAsync();
        Assert.Equal(["+49", "+7"], host.Services.GetRequiredService<IOptionsMonitor<SmsOptions>>().CurrentValue.AllowedCountries);
        Assert.Equal("", tab.Find("#Sms-AuthToken").GetAttribute("value"));
    }

    [Fact]
    public async Task K05_Settings_OtherAddress_ClearsTheKeySoThatItReachesNobodyElse()
    {
        await using var evil = await HttpDouble.StartAsync();
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Telegram:BotToken"] = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var saved = await host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings(TelegramOptions.Section, "", new Dictionary<string, string?> { ["BaseUrl"] = evil.Url }), default);
        var test = await host.Get<ChannelTestService>().SendAsync(admin.Actor, Channel.Telegram, "1", default);

        Assert.True(saved.Succeeded);
        Assert.Equal("channel.not_set_up", test.Error?.Code);
        Assert.Empty(evil.Seen);
    }

    [Fact]
    public async Task ChannelsTab_PauseAndResume_IsStored()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Slack:BotToken"] = "xoxb-1234567890" });
        await using var ui = await UiAsync(host, Role.SuperAdmin);
        var tab = ui.Render<ChannelsTab>();

        await tab.Find("[aria-label='Pause Slack']").ClickAsync(new());
        Assert.Equal(ChannelHalt.Paused, host.Get<ChannelStates>().Of(Channel.Slack)?.Halt);
        await tab.Find("[aria-label='Resume Slack']").ClickAsync(new());

        Assert.Null(host.Get<ChannelStates>().Of(Channel.Slack));
        Assert.Single(tab.FindAll("[aria-label='Pause Slack']"));
    }

    private static async Task<AccountsUi> UiAsync(ServiceHost host, Role role) => new(
        host,
        await host.AddPersonAsync(role),
        host.Get<OutboxListQueries>(),
        host.Get<OutboxService>(),
        host.Get<ChannelTestService>(),
        host.Get<ChannelStates>(),
        host.Get<SettingsService>());
}
