using System.Security.Claims;
using Bunit;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Tests.Imports.Pages;

/// <summary>Renders the pages of imports over real services, for one person.</summary>
internal sealed class ImportUi : BunitContext
{
    public ImportUi(ServiceHost host, TestPerson person, string language = Languages.English)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(language);
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddRadzenComponents();
        Services.AddSingleton(new IdentityDialog(typeof(ConfirmIdentity)));
        Services.AddScoped<FreshProof>();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton(host.Get<IOptions<LimitOptions>>());
        Services.AddSingleton(host.Get<IOptions<PortalOptions>>());
        Services.AddSingleton(host.Get<ImportService>());
        Services.AddSingleton(host.Get<ImportRowService>());
        Services.AddSingleton(host.Get<ImportRunService>());
        Services.AddSingleton(host.Get<ImportQueries>());
        AddBunitPersistentComponentState();
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        var principal = new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ActorClaims.UserId, person.Actor.UserId.ToString()!),
                new Claim(ActorClaims.SessionId, person.Actor.SessionId.ToString()!),
                new Claim(ActorClaims.Name, person.Name),
                new Claim(ActorClaims.ActiveRole, person.Role.ToString()),
                new Claim(ActorClaims.Address, person.Actor.Address),
            ],
            "test",
            ActorClaims.Name,
            ActorClaims.ActiveRole));
        RenderTree.Add<CascadingValue<Task<AuthenticationState>>>(p => p.Add(v => v.Value, Task.FromResult(new AuthenticationState(principal))));
    }

    public DialogService Dialogs => Services.GetRequiredService<DialogService>();
}
