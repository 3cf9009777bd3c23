using InvitePortal.Accounts;
using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Links;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Telegram;

/// <summary>The person who came from Telegram.</summary>
public sealed record JoinedUser(Guid Id, string DisplayName, string? Email, string Language);

/// <summary>The teacher or student to whom somebody belongs now.</summary>
public sealed record JoinedTo(Guid Id, string DisplayName);

/// <summary>What was joined by a teacher's code.</summary>
public sealed record JoinedSubject(string Subject, string? Group);

/// <summary>The answer to joining.</summary>
/// <param name="User">The person.</param>
/// <param name="Roles">All roles held.</param>
/// <param name="CurrentRole">The active one.</param>
/// <param name="PreviousRole">The one that was active before; null for somebody new.</param>
/// <param name="Outcome">What was changed.</param>
/// <param name="Token">Access token: goes into <c>Authorization: Bearer …</c>.</param>
/// <param name="RefreshToken">Gets the next pair at <c>POST /api/auth/refresh</c>, once.</param>
/// <param name="ExpiresIn">Seconds until the access token ends.</param>
/// <param name="Teacher">Of a student who has just joined.</param>
/// <param name="Student">The child of a parent who has just joined.</param>
/// <param name="Subject">What was joined by a code.</param>
public sealed record JoinAnswer(
    JoinedUser User,
    IReadOnlyList<Role> Roles,
    Role CurrentRole,
    Role? PreviousRole,
    JoinOutcome Outcome,
    string Token,
    string RefreshToken,
    int ExpiresIn,
    JoinedTo? Teacher,
    JoinedTo? Student,
    JoinedSubject? Subject)
{
    internal static JoinAnswer Of(TelegramJoined joined, ApiTokens tokens)
    {
        var (user, tokenPair) = (joined.User, tokens.Answer(joined.Session, joined.User));
        var owner = joined.Link is { } link ? new JoinedTo(link.OwnerId, link.Owner) : null;
        var teacher = joined.Subject is { } subject ? new JoinedTo(subject.TeacherId, subject.Teacher) : joined.Link is { Kind: LinkKind.Teacher } ? owner : null;
        return new JoinAnswer(
            new JoinedUser(user.Id, user.Name, user.Email, joined.Language), user.Roles, user.ActiveRole, joined.PreviousRole, joined.Outcome,
            tokenPair.AccessToken, tokenPair.RefreshToken, tokenPair.ExpiresIn,
            teacher, joined.Link is { Kind: LinkKind.Student } ? owner : null, joined.Subject is { } s ? new JoinedSubject(s.Subject, s.Group) : null);
    }
}

/// <summary>Joining from Telegram.</summary>
internal static class TelegramEndpoints
{
    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapPost("/auth/join", JoinAsync).AllowAnonymous().WithTags("Auth").WithName("join").WithSummary("Join from Telegram by a link or code, or sign in from there.")
            .ProducesProblem(StatusCodes.Status401Unauthorized);
        app.MapPost("/telegram/enter", EnterAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<Results<Ok<JoinAnswer>, ProblemHttpResult>> JoinAsync(
        JoinFromTelegram body, HttpContext context, TelegramJoinService telegram, ApiTokens tokens, CancellationToken ct)
    {
        var joined = await telegram.JoinAsync(context.User.ToActor(), body, context.Request.Headers.UserAgent, ct);
        return joined.Succeeded ? TypedResults.Ok(JoinAnswer.Of(joined.Value, tokens)) : Problem(joined.Error);
    }

    // What the Mini App's page got from the API becomes the browser's session. A real post with antiforgery: nobody is signed in by a page elsewhere.
    private static async Task<StatusCodeHttpResult> EnterAsync(HttpContext context, SessionExchange exchange, BrowserSessions browser, [FromForm] string? token)
    {
        var session = await exchange.ExchangeAsync(context.User.ToActor(), token, context.Request.Headers.UserAgent, context.RequestAborted);
        var begun = session.Succeeded ? await browser.BeginAsync(context, session.Value) : session.Error;
        context.Response.Headers.Location = begun.Succeeded ? "/" : begun.Error == AccountsErrors.OtherAccount ? "/telegram?notice=other" : "/telegram?notice=late";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static ProblemHttpResult Problem(Error error) => error.Code == TelegramErrors.Invalid.Code
        ? TypedResults.Problem(Problems.Details(error, StatusCodes.Status401Unauthorized))
        : error.ToProblem();
}
