using InvitePortal.Common;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Counts circuits that somebody is connected to. <see cref="CircuitGate"/> refuses earlier and more politely; this holds when a client
/// starts circuits over connections that it does not keep open.
/// </summary>
internal sealed class CircuitCount([FromKeyedServices(CircuitCount.Circuits)] CircuitCaps circuits, AuthenticationStateProvider authentication) : CircuitHandler
{
    /// <summary>Name of the counter of circuits.</summary>
    public const string Circuits = "circuits";

    private Actor? _actor;
    private bool _counted;

    public override async Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        _actor = (await authentication.GetAuthenticationStateAsync()).User.ToActor();
        _counted = circuits.TryEnter(_actor.Address, _actor.UserId);
        if (!_counted)
        {
            throw new InvalidOperationException("Too many circuits are open.");
        }
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (!_counted && _actor is not null)
        {
            circuits.Enter(_actor.Address, _actor.UserId);
            _counted = true;
        }

        return Task.CompletedTask;
    }

    // The framework keeps a bounded number of circuits whose connection is lost; those do not count.
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => LeaveAsync();

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken) => LeaveAsync();

    private Task LeaveAsync()
    {
        if (_counted && _actor is not null)
        {
            circuits.Leave(_actor.Address, _actor.UserId);
            _counted = false;
        }

        return Task.CompletedTask;
    }
}
