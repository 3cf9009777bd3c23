using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Tests.Accounts;

/// <summary>Renders components of accounts over real services, for one person; each test gives the services it needs.</summary>
internal sealed class AccountsUi : BunitContext
{
    public AccountsUi(ServiceHost host, TestPerson person, params object[] services)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture("en");
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddRadzenComponents();
        Services.AddSingleton(new IdentityDialog(typeof(ConfirmIdentity)));
        Services.AddScoped<FreshProof>();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton(host.Get<IOptions<PortalOptions>>());
        foreach (var service in services)
        {
            Services.AddSingleton(service.GetType(), service);
        }

        AddBunitPersistentComponentState();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        RenderTree.Add<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, Task.FromResult(new AuthenticationState(Principal(person)))));
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

    private static ClaimsPrincipal Principal(TestPerson person) => new(new ClaimsIdentity(
        [
            new Claim(ActorClaims.UserId, person.Actor.UserId.ToString()!),
            new Claim(ActorClaims.SessionId, person.Actor.SessionId.ToString()!),
            new Claim(ActorClaims.Name, person.Name),
            new Claim(ActorClaims.Email, person.Email),
            new Claim(ActorClaims.ActiveRole, person.Role.ToString()),
            new Claim(ActorClaims.Address, person.Actor.Address),
        ],
        "test",
        ActorClaims.Name,
        ActorClaims.ActiveRole));
}
