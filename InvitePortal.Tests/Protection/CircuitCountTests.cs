using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Shell.Protection;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Protection;

/// <summary>Circuits that are started over connections which nobody keeps open.</summary>
public sealed class CircuitCountTests
{
    private readonly CircuitCaps _caps = new(Options.Create(new LimitOptions { CircuitsPerAddress = 2, CircuitsInAll = 3 }));

    [Fact]
    public async Task I11_CircuitsBeyondTheCap_AreNotOpened()
    {
        var (first, second, third, elsewhere) = (New("a"), New("a"), New("a"), New("b"));
        await first.OnCircuitOpenedAsync(null!, default);
        await first.OnConnectionUpAsync(null!, default);
        await second.OnCircuitOpenedAsync(null!, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => third.OnCircuitOpenedAsync(null!, default));
        await third.OnCircuitClosedAsync(null!, default);
        await elsewhere.OnCircuitOpenedAsync(null!, default);
        await Assert.ThrowsAsync<InvalidOperationException>(() => New("c").OnCircuitOpenedAsync(null!, default));

        await first.OnConnectionDownAsync(null!, default);
        await first.OnCircuitClosedAsync(null!, default);
        await New("a").OnCircuitOpenedAsync(null!, default);
    }

    [Fact]
    public async Task I11_LostAndFoundConnections_AreCountedOnce()
    {
        var circuit = New("a");
        await circuit.OnCircuitOpenedAsync(null!, default);
        await circuit.OnConnectionUpAsync(null!, default);
        for (var i = 0; i < 5; i++)
        {
            await circuit.OnConnectionDownAsync(null!, default);
            await circuit.OnConnectionUpAsync(null!, default);
        }

        Assert.True(_caps.TryEnter("a", null));
        Assert.False(_caps.TryEnter("a", null));
    }

    [Fact]
    public async Task I10_MessagesOfCircuits_MayHoldTenThousandAddresses()
    {
        await using var portal = await PortalFactory.StartAsync();
        var hub = typeof(Microsoft.AspNetCore.Components.Server.CircuitOptions).Assembly.GetType("Microsoft.AspNetCore.Components.Server.ComponentHub")!;
        var options = typeof(IOptions<>).MakeGenericType(typeof(HubOptions<>).MakeGenericType(hub));

        var hubOptions = (HubOptions)options.GetProperty("Value")!.GetValue(portal.Services.GetRequiredService(options))!;

        Assert.Equal(512 * 1024, hubOptions.MaximumReceiveMessageSize);
        Assert.Equal(10, portal.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Components.Server.CircuitOptions>>().Value.MaxBufferedUnacknowledgedRenderBatches);
        Assert.False(portal.Services.GetRequiredService<IOptions<Microsoft.AspNetCore.Components.Server.CircuitOptions>>().Value.DetailedErrors);
    }

    private CircuitCount New(string address) => new(_caps, new Anonymous(address));

    private sealed class Anonymous(string address) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() =>
            Task.FromResult(new AuthenticationState(AnonymousAddress.Principal(address)));
    }
}
