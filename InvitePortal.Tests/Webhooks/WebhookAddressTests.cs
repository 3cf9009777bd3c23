using System.Net;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Webhooks;

public sealed class WebhookAddressTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.1.2")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:db8::1")]
    [InlineData("::127.0.0.1")]
    public void N01_ClosedAddresses_AreNotPublic(string address) => Assert.False(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void Addresses_OfTheInternet_ArePublic(string address) => Assert.True(PublicAddress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://10.0.0.8/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://100.64.1.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[fc00::1]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://0/")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://localhost/")]
    [InlineData("https://localhost./")]
    [InlineData("https://LOCALHOST/")]
    [InlineData("https://hook.localhost/")]
    [InlineData("https://crm.example.org./")]
    [InlineData("https://printer.local/")]
    [InlineData("https://metadata.google.internal/")]
    [InlineData("https://intranet/")]
    public void N01_AddressOfThisMachineOrNetwork_IsRefused(string url) => Assert.Equal("webhook.url_private", Production().Read(url).Error?.Code);

    [Theory]
    [InlineData("http://crm.example.org/hook", "webhook.url_scheme")]
    [InlineData("file:///etc/passwd", "webhook.url_scheme")]
    [InlineData("gopher://crm.example.org/", "webhook.url_scheme")]
    [InlineData("ftp://crm.example.org/", "webhook.url_scheme")]
    [InlineData("javascript:alert(1)", "webhook.url_scheme")]
    [InlineData("https://user@crm.example.org/", "webhook.url_user_info")]
    [InlineData("https://user:word@crm.example.org/", "webhook.url_user_info")]
    [InlineData("https://crm.example.org/#part", "webhook.url_user_info")]
    [InlineData("https://crm.example.org:22/", "webhook.url_port")]
    [InlineData("https://crm.example.org:25/", "webhook.url_port")]
    [InlineData("https://crm.example.org:5432/", "webhook.url_port")]
    [InlineData("https://crm.example.org:80/", "webhook.url_port")]
    [InlineData("crm.example.org", "webhook.url_invalid")]
    [InlineData("/hook", "webhook.url_scheme")]
    [InlineData("https://", "webhook.url_invalid")]
    [InlineData("", "webhook.url_invalid")]
    [InlineData(null, "webhook.url_invalid")]
    public void N04_WhatIsNoHttpsAddressOnAnAllowedPort_IsRefused(string? url, string code) => Assert.Equal(code, Production().Read(url).Error?.Code);

    [Theory]
    [InlineData("https://crm.example.org/hooks?key=1")]
    [InlineData(" https://CRM.example.org:8443/ ")]
    [InlineData("https://почта.рф/hook")]
    [InlineData("https://8.8.8.8/")]
    public void Read_AnAddressOnTheInternet_IsTaken(string url) => Assert.Null(Production().Read(url).Error);

    [Fact]
    public void Read_TooLong_IsRefused() => Assert.Equal("webhook.url_invalid", Production().Read("https://crm.example.org/" + new string('a', WebhookLengths.Url)).Error?.Code);

    [Theory]
    [InlineData("http://localhost:5000/hook", null)]
    [InlineData("http://127.0.0.1:5000/", null)]
    [InlineData("http://[::1]:5000/", null)]
    [InlineData("https://localhost/", null)]
    [InlineData("http://crm.example.org/", "webhook.url_scheme")]
    [InlineData("https://10.0.0.1/", "webhook.url_private")]
    [InlineData("http://169.254.169.254/", "webhook.url_scheme")]
    public void Read_WithLoopbackAllowed_TakesThisMachineAndNothingMore(string url, string? code) =>
        Assert.Equal(code, new WebhookAddresses(Options.Create(new WebhookOptions { AllowLoopback = true })).Read(url).Error?.Code);

    [Theory]
    [InlineData("webhook.url_private", "10.0.0.1", "::1")]
    [InlineData(null, "10.0.0.1", "8.8.8.8")]
    public async Task N01_NameThatLeadsToPrivateAddressesOnly_IsRefusedWhenSaved(string? code, params string[] leadsTo)
    {
        var addresses = Production();
        addresses.Resolve = (_, _) => Task.FromResult(Array.ConvertAll(leadsTo, IPAddress.Parse));

        Assert.Equal(code, (await addresses.CheckNameAsync(new Uri("https://crm.example.org/"), WebhookCase.Ct))?.Code);
    }

    [Fact]
    public async Task CheckName_UnknownOrSlowName_IsTaken_ForItMayComeToBe()
    {
        var addresses = Production();
        addresses.Resolve = (_, _) => throw new System.Net.Sockets.SocketException(11001);

        Assert.Null(await addresses.CheckNameAsync(new Uri("https://crm.example.org/"), WebhookCase.Ct));
    }

    [Fact]
    public async Task N01_NameThatChangesItsMind_IsRefusedAtConnect()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var addresses = host.Get<WebhookAddresses>();
        addresses.Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8")]);
        var endpoint = await host.EndpointAsync(admin, "https://rebind.example.org/");
        await host.HappenAsync();

        addresses.Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("169.254.169.254"), IPAddress.Parse("::ffff:127.0.0.1")]);
        await host.DeliverAsync();

        var row = Assert.Single(await host.MessagesAsync());
        Assert.Equal((DeliveryState.Delayed, "webhook.address"), (row.State, row.Reason));
        Assert.Empty(receiver.Received);
        Assert.Equal(WebhookState.Failing, (await host.EndpointRowAsync(admin, endpoint.Id)).State);
    }

    [Fact]
    public async Task AllowLoopback_OutsideDevelopment_IsRefusedAtStart()
    {
        await using var host = await ServiceHost.CreateAsync(settings: WebhookCase.Loopback());

        Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<WebhookOptions>>().Value);
    }

    private static WebhookAddresses Production() => new(Options.Create(new WebhookOptions()));
}
