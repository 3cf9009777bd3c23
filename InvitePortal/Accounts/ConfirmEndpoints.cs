using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Accounts;

/// <summary>One of: <c>password</c>; <c>method</c> <c>CODE</c>, which mails a code; <c>code</c>.</summary>
public sealed record ConfirmRequest(string? Password = null, LoginMethod? Method = null, string? Code = null);

/// <summary>The fresh proof that changes of roles, states and secrets ask for.</summary>
internal static class ConfirmEndpoints
{
    public static void MapConfirm(this RouteGroupBuilder api) =>
        api.MapPost("/auth/confirm", ConfirmAsync).WithTags("Auth").WithName("confirm")
            .WithSummary("Prove once more who you are, by password or by an emailed code in two steps: for 10 minutes the token may do what answers account.confirm_again.");

    private static async Task<Results<NoContent, Accepted, ProblemHttpResult>> ConfirmAsync(
        ConfirmRequest body, HttpContext context, Reauthentication reauthentication, CancellationToken ct)
    {
        var actor = context.User.ToActor();
        return body switch
        {
            { Password: not null, Code: null, Method: null or LoginMethod.Password } => Done(await reauthentication.WithPasswordAsync(actor, body.Password, ct)),
            { Code: not null, Password: null, Method: null or LoginMethod.Code } => Done(await reauthentication.WithCodeAsync(actor, body.Code, ct)),
            { Method: LoginMethod.Code, Password: null, Code: null } => Sent(await reauthentication.SendCodeAsync(actor, ct)),
            _ => AccountsErrors.ConfirmIncomplete.ToProblem(),
        };
    }

    private static Results<NoContent, Accepted, ProblemHttpResult> Done(Result result) => result.Succeeded ? TypedResults.NoContent() : result.Error.ToProblem();

    private static Results<NoContent, Accepted, ProblemHttpResult> Sent(Result result) => result.Succeeded ? TypedResults.Accepted((string?)null) : result.Error.ToProblem();
}
