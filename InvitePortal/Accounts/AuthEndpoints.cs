using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Accounts;

/// <summary>How an API client wants to sign in.</summary>
public enum LoginMethod
{
    Password,
    Code,
}

/// <summary>One of: <c>email</c> and <c>password</c>; <c>email</c> and <c>method</c> <c>CODE</c>; <c>flow</c> and <c>code</c>.</summary>
public sealed record LoginRequest(string? Email = null, string? Password = null, LoginMethod? Method = null, string? Flow = null, string? Code = null);

/// <summary>A code is on its way, if somebody has the address.</summary>
/// <param name="Flow">To be sent back with the code.</param>
public sealed record CodeFlowAnswer(string Flow);

/// <summary>The refresh token to exchange.</summary>
public sealed record RefreshRequest(string RefreshToken);

/// <summary>The refresh token whose session ends; without it, the session of the bearer token does.</summary>
public sealed record RevokeRequest(string? RefreshToken = null);

/// <summary>Sign-in of API clients.</summary>
internal static class AuthEndpoints
{
    public static void MapAuth(this RouteGroupBuilder api)
    {
        var auth = api.MapGroup("/auth").AllowAnonymous().WithTags("Auth");
        auth.MapPost("/login", LoginAsync).WithName("login").WithSummary("Sign in by password, or by an emailed code in two steps.");
        auth.MapPost("/refresh", RefreshAsync).WithName("refresh").WithSummary("Exchange a refresh token for a new pair.");
        auth.MapPost("/revoke", RevokeAsync).WithName("revoke").WithSummary("End the session of a refresh token or of the bearer token.");
    }

    private static async Task<Results<Ok<TokenAnswer>, Accepted<CodeFlowAnswer>, ProblemHttpResult>> LoginAsync(
        LoginRequest body, HttpContext context, SignInService signIn, SignInFlows flows, ApiTokens tokens, CancellationToken ct)
    {
        var actor = context.User.ToActor();
        var wanted = new SessionWanted(SessionKind.Api, Remember: false, context.Request.Headers.UserAgent);
        return StepOf(body) switch
        {
            LoginStep.Code => await AnswerAsync(await signIn.WithCodeAsync(actor, flows.Read(body.Flow), body.Code, wanted, ct), tokens, ct),
            LoginStep.AskForCode => Answer(await signIn.AskForCodeAsync(actor, body.Email, remember: false, "/", ct), flows),
            LoginStep.Password => await AnswerAsync(await signIn.WithPasswordAsync(actor, body.Email, body.Password, wanted, ct), tokens, ct),
            LoginStep.Incomplete or _ => Problem(AccountsErrors.LoginIncomplete),
        };
    }

    private static LoginStep StepOf(LoginRequest body) => body switch
    {
        { Flow: not null, Code: not null, Email: null, Password: null } => LoginStep.Code,
        { Email: not null, Method: LoginMethod.Code, Password: null, Flow: null, Code: null } => LoginStep.AskForCode,
        { Email: not null, Password: not null, Method: null or LoginMethod.Password, Flow: null, Code: null } => LoginStep.Password,
        _ => LoginStep.Incomplete,
    };

    private static Results<Ok<TokenAnswer>, Accepted<CodeFlowAnswer>, ProblemHttpResult> Answer(Result<SignInFlow> flow, SignInFlows flows) =>
        flow.Succeeded ? TypedResults.Accepted((string?)null, new CodeFlowAnswer(flows.Protect(flow.Value))) : Problem(flow.Error);

    private static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> RefreshAsync(
        RefreshRequest body, HttpContext context, ApiTokens tokens, CancellationToken ct)
    {
        var next = await tokens.RefreshAsync(context.User.ToActor(), body.RefreshToken, ct);
        return next.Succeeded ? TypedResults.Ok(await tokens.AnswerAsync(next.Value, ct)) : Problem(next.Error);
    }

    private static async Task<NoContent> RevokeAsync(
        RevokeRequest? body, HttpContext context, SessionService sessions, ApiTokens tokens, CancellationToken ct)
    {
        if (body?.RefreshToken is not null)
        {
            await tokens.RevokeAsync(body.RefreshToken, ct);
        }
        else
        {
            await sessions.SignOutAsync(context.User.ToActor(), ct);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<TokenAnswer>, Accepted<CodeFlowAnswer>, ProblemHttpResult>> AnswerAsync(
        Result<NewSession> session, ApiTokens tokens, CancellationToken ct) =>
        session.Succeeded ? TypedResults.Ok(await tokens.AnswerAsync(session.Value, ct)) : Problem(session.Error);

    private static ProblemHttpResult Problem(Error error) =>
        error == AccountsErrors.SignInFailed || error == AccountsErrors.RefreshInvalid
            ? TypedResults.Problem(Problems.Details(error, StatusCodes.Status401Unauthorized))
            : error.ToProblem();

    private enum LoginStep
    {
        Incomplete,
        Password,
        AskForCode,
        Code,
    }
}
