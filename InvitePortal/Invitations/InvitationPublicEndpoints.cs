using System.Security.Claims;
using InvitePortal.Accounts;
using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Invitations;

/// <summary>What anybody with a link may see: nothing by which a person could be found.</summary>
/// <param name="Status">Always pending: other states are problems.</param>
/// <param name="Email">The recipient, masked: <c>a•••@d•••.org</c>, <c>+49•••67</c>.</param>
/// <param name="Inviter">Display name.</param>
/// <param name="ExpiresAt">When it expires.</param>
/// <param name="Channel">How the recipient was invited.</param>
/// <param name="AsksEmail">Whether asking for a code and accepting need <c>email</c>: no code reaches the recipient.</param>
/// <param name="TakesEmail">Whether they may have it: the invitation names no mailbox, and the account may have one.</param>
/// <param name="Group">Name of the group that the invitee joins; null for none.</param>
public sealed record PublicInvitation(InvitationState Status, string Email, string? Inviter, DateTimeOffset ExpiresAt, Channel Channel, bool AsksEmail, bool TakesEmail, string? Group);

/// <summary>The secret of a link, in the body, so that no log keeps it.</summary>
/// <param name="Token">The secret.</param>
/// <param name="Email">Where the code goes instead, where the invitation names no mailbox.</param>
public sealed record InvitationToken(string Token, string? Email = null);

/// <summary>Decline, with an optional reason of up to 500 characters.</summary>
public sealed record DeclineInvitation(string Token, string? Reason = null);

/// <summary>What invitees do, for programs. No bearer token: the link's secret is what counts.</summary>
public static class InvitationPublicEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/invitations").WithTags("Accepting").AllowAnonymous();
        group.MapGet("/by-token/{token}", FindAsync).WithSummary("Look at an invitation; changes nothing");
        group.MapPost("/request-code", RequestCodeAsync).WithSummary("Send a 6-digit code to the invited recipient, or to the entered address where the invitation names none");
        group.MapPost("/accept", AcceptAsync).WithSummary("Accept with a code or a password; answers with tokens of the new account");
        group.MapPost("/decline", DeclineAsync).WithSummary("Decline");
    }

    private static async Task<Results<Ok<PublicInvitation>, ProblemHttpResult>> FindAsync(
        ClaimsPrincipal user, InvitationLandingQueries landings, ReadyChannels ready, string token, CancellationToken ct)
    {
        var found = await landings.FindAsync(user.ToActor(), token, ct);
        return found switch
        {
            { Succeeded: false } => found.Error.ToProblem(),
            { Value.Refusal: { } refusal } => refusal.ToProblem(),
            { Value: var landing } => TypedResults.Ok(new PublicInvitation(
                landing.State, landing.Masked, landing.Inviter, landing.ExpiresAt, landing.Channel, landing.NeedsAddress(ready), landing.TakesAddress, landing.Group)),
        };
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> RequestCodeAsync(
        ClaimsPrincipal user, InvitationAcceptance acceptance, InvitationToken command, CancellationToken ct)
    {
        var sent = await acceptance.RequestCodeAsync(user.ToActor(), command.Token, command.Email, ct);
        return sent.Succeeded ? TypedResults.Accepted((string?)null) : sent.Error.ToProblem();
    }

    private static async Task<Results<Ok<TokenAnswer>, ProblemHttpResult>> AcceptAsync(
        HttpContext http, InvitationAcceptance acceptance, ApiTokens tokens, AcceptInvitation command, CancellationToken ct)
    {
        var accepted = await acceptance.AcceptAsync(http.User.ToActor(), command, SessionKind.Api, http.Request.Headers.UserAgent, ct);
        return accepted.Succeeded
            ? TypedResults.Ok(tokens.Answer(accepted.Value.Session!, accepted.Value.User!))
            : accepted.Error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeclineAsync(
        ClaimsPrincipal user, InvitationAcceptance acceptance, DeclineInvitation command, CancellationToken ct) =>
        (await acceptance.DeclineAsync(user.ToActor(), command.Token, command.Reason, ct)).ToNoContent();
}
