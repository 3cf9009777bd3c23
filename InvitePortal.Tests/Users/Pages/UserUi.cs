using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace InvitePortal.Tests.Users.Pages;

/// <summary>Renders the components of managing people over real services, for one person.</summary>
internal sealed class UserUi : BunitContext
{
    public UserUi(ServiceHost host, TestPerson person, string language = Languages.English)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(language);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddRadzenComponents();
        Services.AddSingleton(new IdentityDialog(typeof(ConfirmIdentity)));
        Services.AddScoped<FreshProof>();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton(host.Get<UserQueries>());
        Services.AddSingleton(host.Get<UserCountQueries>());
        Services.AddSingleton(host.Get<UserService>());
        Services.AddSingleton(host.Get<UserBulkService>());
        Services.AddSingleton(host.Get<SignInLinks>());
        Services.AddSingleton(host.Get<UserRemovalQueries>());
        Services.AddSingleton(host.Get<AvatarService>());
        Services.AddSingleton(host.Get<InvitationQueries>());
        Services.AddSingleton(new PersonSection(10, typeof(PersonInvitations)));
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

    /// <summary>Chooses this value whenever a dialog offers it.</summary>
    public void ChooseInDialogs<T>(T value) =>
        Dialogs.OnOpen += (_, type, parameters, _) =>
        {
            if (type == typeof(ChoiceDialog<T>))
            {
                var options = (IReadOnlyList<ChoiceOption<T>>)parameters[nameof(ChoiceDialog<T>.Options)]!;
                Dialogs.Close(options.First(o => Equals(o.Value, value)));
            }
        };

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
