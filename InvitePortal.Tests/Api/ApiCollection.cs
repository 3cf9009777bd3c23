using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Api;

/// <summary>One portal with test endpoints for all tests of the conventions.</summary>
public sealed class ApiPortal : IAsyncLifetime
{
    internal TestEndpoints Endpoints { get; } = new();

    internal PortalFactory Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup { Services = Endpoints.Register });

    public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
}
