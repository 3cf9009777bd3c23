using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Radzen;

namespace InvitePortal.Tests.Invitations.Pages;

/// <summary>Renders the components of invitations over real services, for one person or for somebody not signed in.</summary>
internal sealed class InvitationUi : BunitContext
{
    public InvitationUi(ServiceHost host, TestPerson? person = null)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture("en");
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddRadzenComponents();
        Services.AddSingleton<TimeProvider>(host.Clock);
        Services.AddSingleton<AntiforgeryStateProvider, NoAntiforgery>();
        Services.AddSingleton(host.Get<IOptions<PortalOptions>>());
        Services.AddSingleton(host.Get<ChannelStates>());
        Services.AddSingleton<IMessageChannel>(new OneChannel(Channel.Email));
        Services.AddSingleton<IMessageChannel>(new OneChannel(Channel.Sms));
        Services.AddSingleton(host.Get<Passwords>());
        Services.AddSingleton(host.Get<InvitationService>());
        Services.AddSingleton(host.Get<InvitationSendingService>());
        Services.AddSingleton(host.Get<ReadyChannels>());
        Services.AddSingleton(host.Get<InvitationTiming>());
        Services.AddSingleton(host.Get<GroupPlaces>());
        Services.AddSingleton(host.Get<IOptions<LimitOptions>>());
        Services.AddSingleton(host.Get<InvitationBulkService>());
        Services.AddSingleton(host.Get<InvitationQueries>());
        Services.AddSingleton(host.Get<InvitationAcceptance>());
        Services.AddSingleton(host.Get<InvitationLandingQueries>());
        Services.AddSingleton(host.Get<InvitationRenewalService>());
        Services.AddSingleton(host.Get<InvitationFlow>());
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

    /// <summary>Follows a mailed link; what the browser asks for next, with the cookie of the flow.</summary>
    public static async Task<HttpContext> FollowAsync(ServiceHost host, string token)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var link = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        link.Request.Method = HttpMethods.Get;
        link.Request.Path = InvitationFlow.Path;
        link.Request.QueryString = QueryString.Create("token", token);
        await host.Get<InvitationFlow>().InterceptAsync(link, _ => Task.CompletedTask);
        Assert.Equal(StatusCodes.Status303SeeOther, link.Response.StatusCode);

        var page = new DefaultHttpContext();
        page.Request.Headers.Cookie = string.Join("; ", SetCookieHeaderValue.ParseList([.. link.Response.Headers.SetCookie!]).Select(c => $"{c.Name}={c.Value}"));
        return page;
    }

    private static ClaimsPrincipal Principal(TestPerson? person) => new(person is null
        ? new ClaimsIdentity([new Claim(ActorClaims.Address, "198.51.100.7")])
        : new ClaimsIdentity(
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

    private sealed class OneChannel(Channel channel) : IMessageChannel
    {
        public Channel Channel => channel;

        public Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct) => throw new NotSupportedException();
    }

    private sealed class NoAntiforgery : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
    }
}
