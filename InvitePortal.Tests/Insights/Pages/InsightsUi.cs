using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Insights;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Insights.Pages;

/// <summary>Renders the components of insights over real services, for one person.</summary>
internal sealed class InsightsUi : BunitContext
{
    public InsightsUi(ServiceHost host, TestPerson person, string language = Languages.English, string zone = "Europe/Moscow")
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(language);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton(host.Get<IOptions<PortalOptions>>());
        Services.AddSingleton(host.Get<InsightsQueries>());
        Services.AddSingleton(host.Get<AuditQueries>());
        Services.AddSingleton(host.Get<InvitationQueries>());
        foreach (var channel in host.Services.GetServices<IMessageChannel>())
        {
            Services.AddSingleton(channel);
        }

        AddBunitPersistentComponentState();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        RenderTree.Add<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, Task.FromResult(new AuthenticationState(Principal(person, zone)))));
    }

    public BunitNavigationManager Navigation => (BunitNavigationManager)Services.GetRequiredService<NavigationManager>();

    private static ClaimsPrincipal Principal(TestPerson person, string zone) => new(new ClaimsIdentity(
        [
            new Claim(ActorClaims.UserId, person.Actor.UserId.ToString()!),
            new Claim(ActorClaims.SessionId, person.Actor.SessionId.ToString()!),
            new Claim(ActorClaims.Name, person.Name),
            new Claim(ActorClaims.Email, person.Email),
            new Claim(ActorClaims.ActiveRole, person.Role.ToString()),
            new Claim(ActorClaims.Address, person.Actor.Address),
            new Claim(ActorClaims.TimeZone, zone),
        ],
        "test",
        ActorClaims.Name,
        ActorClaims.ActiveRole));
}
