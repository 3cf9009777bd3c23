using System.Globalization;
using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Tests.Codes.Pages;

/// <summary>Renders the components of teaching over real services, for one person or for somebody not signed in.</summary>
internal sealed class CodesUi : BunitContext
{
    public CodesUi(ServiceHost host, TestPerson? person = null, params Role[] otherRoles)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(Languages.English);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddRadzenComponents();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton(host.Get<IOptions<PortalOptions>>());
        Services.AddSingleton(host.Get<IOptions<LimitOptions>>());
        Services.AddSingleton(host.Get<CodeService>());
        Services.AddSingleton(host.Get<GroupService>());
        Services.AddSingleton(host.Get<EnrollmentService>());
        Services.AddSingleton(host.Get<CodeSharing>());
        Services.AddSingleton(host.Get<ReadyChannels>());
        Services.AddSingleton(host.Get<CodeQueries>());
        Services.AddSingleton(host.Get<GroupQueries>());
        Services.AddSingleton(host.Get<EnrollmentQueries>());
        Services.AddSingleton(host.Get<CodeStatisticsQueries>());
        Services.AddSingleton(host.Get<CodeChanges>());
        Services.AddSingleton(host.Get<JoinService>());
        Services.AddSingleton(host.Get<ProfileService>());
        Services.AddSingleton(host.Get<LinkService>());
        Services.AddSingleton(host.Get<LinkQueries>());
        AddBunitPersistentComponentState();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        RenderTree.Add<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, Task.FromResult(new AuthenticationState(Principal(person, otherRoles)))));
    }

    public DialogService Dialogs => Services.GetRequiredService<DialogService>();

    public BunitNavigationManager Navigation => (BunitNavigationManager)Services.GetRequiredService<NavigationManager>();

    /// <summary>Closes every dialog as soon as it opens, with this answer; gives back the components that were opened.</summary>
    public List<Type> AnswerDialogs(object? answer)
    {
        var opened = new List<Type>();
        Dialogs.OnOpen += (_, type, _, _) =>
        {
            opened.Add(type);
            Dialogs.Close(answer);
        };
        return opened;
    }

    private static ClaimsPrincipal Principal(TestPerson? person, Role[] otherRoles) => new(person is null
        ? new ClaimsIdentity([new Claim(ActorClaims.Address, "198.51.100.7")])
        : new ClaimsIdentity(
            [
                new Claim(ActorClaims.UserId, person.Actor.UserId.ToString()!),
                new Claim(ActorClaims.SessionId, person.Actor.SessionId.ToString()!),
                new Claim(ActorClaims.Name, person.Name),
                new Claim(ActorClaims.Email, person.Email),
                new Claim(ActorClaims.ActiveRole, person.Role.ToString()),
                new Claim(ActorClaims.Roles, RoleBits.Of([person.Role, .. otherRoles]).ToString(CultureInfo.InvariantCulture)),
                new Claim(ActorClaims.TimeZone, "Europe/Istanbul"),
                new Claim(ActorClaims.Address, person.Actor.Address),
            ],
            "test",
            ActorClaims.Name,
            ActorClaims.ActiveRole));
}
