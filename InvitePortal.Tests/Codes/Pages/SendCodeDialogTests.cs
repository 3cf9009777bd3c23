using Bunit;
using InvitePortal.Codes;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Messaging;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes.Pages;

public sealed class SendCodeDialogTests
{
    [Fact]
    public async Task Send_BadAddresses_StayInTheBox_GoodOnesGo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));

        dialog.Find("#send-recipients").Input("Tom <tom@example.org>, not-an-address\ntom@example.org");
        await dialog.Find("form").SubmitAsync();
        Assert.Equal(2, dialog.FindAll("tbody tr").Count);
        await dialog.FindAll("button").First(b => b.TextContent == "Mend these").ClickAsync(new());

        Assert.Equal("not-an-address\ntom@example.org", dialog.Find("#send-recipients").GetAttribute("value"));
        Assert.Equal("tom@example.org", Assert.Single(await host.MessagesAsync(code.Id)).Message.Recipient);
    }

    [Fact]
    public async Task Channels_AreAskedFor_OnlyWhereThereIsAChoice()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);

        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));

        Assert.Empty(dialog.FindAll("input[type=radio]"));
        Assert.Equal("name@example.com", dialog.Find("#send-recipients").GetAttribute("placeholder"));
    }

    [Fact]
    public async Task BySms_EachNumberIsCheckedWhileTyping_AndGoesOrIsRefused()
    {
        await using var host = await SmsHostAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher, maxUses: 5);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));
        Assert.Equal(["Email", "SMS"], dialog.FindAll(".segments label").Select(l => l.TextContent));

        await dialog.FindAll("input[type=radio]")[1].ChangeAsync("on");
        Assert.Contains("phone numbers", dialog.Find("label[for=send-recipients]").TextContent, StringComparison.Ordinal);
        dialog.Find("#send-recipients").Input("+49 151 23456789, 0151 1\n0049-151-23456789\n+49 151 23456780");
        await dialog.WaitForStateAsync(() => dialog.FindAll(".chip.bad").Count == 2, TimeSpan.FromSeconds(10));

        Assert.Equal(
            [$"0151 1 · {CodeErrors.NotOn(Channel.Sms).Message}", $"0049-151-23456789 · {CodeErrors.AddressRepeated.Message}"],
            dialog.FindAll(".chip.bad").Select(c => c.TextContent));
        Assert.Equal("Send 2 messages", dialog.Find("button[type=submit]").TextContent);
        await dialog.Find("form").SubmitAsync();
        Assert.Equal(["0151 1", "0049-151-23456789"], dialog.FindAll("tbody td.lead-cell").Select(c => c.TextContent));
        Assert.Equal(
            [(Channel.Sms, "+4915123456780"), (Channel.Sms, "+4915123456789")],
            (await host.MessagesAsync(code.Id)).Select(m => (m.Message.Channel, m.Message.Recipient)).Order());
    }

    [Fact]
    public async Task RemoveThese_LeavesTheGoodOnes_AndAnotherChannelJudgesAnew()
    {
        await using var host = await SmsHostAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));
        dialog.Find("#send-recipients").Input("ann@example.org, nonsense");
        await dialog.WaitForStateAsync(() => dialog.FindAll(".chip.bad").Count == 1, TimeSpan.FromSeconds(10));

        await dialog.FindAll("button").First(b => b.TextContent == "Remove these").ClickAsync(new());
        Assert.Equal("ann@example.org", dialog.Find("#send-recipients").GetAttribute("value"));
        Assert.Empty(dialog.FindAll(".chip.bad"));

        await dialog.FindAll("input[type=radio]")[1].ChangeAsync("on");
        Assert.Equal($"ann@example.org · {CodeErrors.NotOn(Channel.Sms).Message}", Assert.Single(dialog.FindAll(".chip.bad")).TextContent);
    }

    [Fact]
    public async Task Preview_IsTheMessageOfTheChannel_AndTheFormComesBackAsItWas()
    {
        await using var host = await SmsHostAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera Teacher");
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));
        await dialog.FindAll("input[type=radio]")[1].ChangeAsync("on");
        dialog.Find("#send-recipients").Input("0049-151-23456789");

        await dialog.FindAll("button").First(b => b.TextContent == "See it as the student").ClickAsync(new());
        Assert.Contains("To +4915123456789", dialog.Markup, StringComparison.Ordinal);
        var bubble = dialog.Find(".bubble").TextContent;
        Assert.Contains("Vera Teacher", bubble, StringComparison.Ordinal);
        Assert.Contains("/join?code=" + code.Code, bubble, StringComparison.Ordinal);

        await dialog.FindAll("button").First(b => b.TextContent == "Back to the form").ClickAsync(new());
        Assert.Equal("0049-151-23456789", dialog.Find("#send-recipients").GetAttribute("value"));
        Assert.Empty(await host.MessagesAsync(code.Id));
    }

    [Fact]
    public async Task ChannelGoneMeanwhile_IsSaid_AndNothingIsSent()
    {
        var sms = new FakeChannel { Channel = Channel.Sms };
        await using var host = await SmsHostAsync(sms);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, teacher);
        var dialog = ui.Render<SendCodeDialog>(p => p.Add(d => d.Handle, CodeHandle.Of(code)));
        await dialog.FindAll("input[type=radio]")[1].ChangeAsync("on");
        dialog.Find("#send-recipients").Input("+4915123456789");

        sms.Missing = DeliveryReasons.NotSetUp;
        await dialog.Find("form").SubmitAsync();

        Assert.Contains(CodeErrors.ChannelUnavailable.Message, dialog.Markup, StringComparison.Ordinal);
        Assert.Empty(await host.MessagesAsync(code.Id));
    }

    [Fact]
    public async Task Deliveries_NameTheChannel_WhereItIsNotMail_AndAllCanBeWithdrawn()
    {
        await using var host = await SmsHostAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher, maxUses: 5);
        Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, code.Id, new ShareCode(["ann@example.org"]), Ct));
        Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, code.Id, new ShareCode(["+4915123456789"], Channel: Channel.Sms), Ct));
        var shares = Good(await host.Get<CodeQueries>().GetAsync(teacher.Actor, code.Id, Ct)).Shares;
        await using var ui = new CodesUi(host, teacher);

        var list = ui.Render<CodeDeliveries>(p => p.Add(d => d.Shares, shares).Add(d => d.Zone, "UTC"));

        Assert.Equal(["by SMS"], list.FindAll("td.lead-cell .muted").Select(c => c.TextContent));
        Assert.Contains("+4915123456789", list.Find("td.lead-cell .two-lines").TextContent, StringComparison.Ordinal);
        await list.Find("button[aria-label='Withdraw the message to +4915123456789']").ClickAsync(new());
        Assert.Equal(
            [(Channel.Email, DeliveryState.Queued), (Channel.Sms, DeliveryState.Cancelled)],
            (await host.MessagesAsync(code.Id)).Select(m => (m.Message.Channel, m.Message.State)).Order());
    }

    private static Task<ServiceHost> SmsHostAsync(FakeChannel? sms = null) =>
        ServiceHost.CreateAsync(configure: services => Greetings.Use(services, new FakeChannel(), sms ?? new FakeChannel { Channel = Channel.Sms }));
}
