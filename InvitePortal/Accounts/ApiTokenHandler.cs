using System.Text.Encodings.Web;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// Bearer tokens of the API: opaque secrets of sessions, looked up at every request, so that ending a session or banning a person ends them at once.
/// Only the <c>Authorization</c> header is read: query strings end up in logs.
/// </summary>
public sealed class ApiTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    IDbContextFactory<AppDbContext> databases,
    TimeProvider clock) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        await using var db = await databases.CreateDbContextAsync(Context.RequestAborted);
        var session = await SessionQueries.FindAsync(db, header[Prefix.Length..].Trim(), SessionKind.Api, clock.GetUtcNow(), Context.RequestAborted);
        if (session is null)
        {
            return AuthenticateResult.Fail("Unknown or ended token.");
        }

        var principal = session.ToPrincipal(ActorClaims.AddressKey(Context.Connection.RemoteIpAddress), Scheme.Name);
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }

    // The conventions of the API give bare statuses their problem details.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
