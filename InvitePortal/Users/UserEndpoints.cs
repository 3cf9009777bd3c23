using System.Security.Claims;
using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Users;

/// <summary>Somebody just made.</summary>
public sealed record CreatedUser(Guid Id);

/// <summary>What the next edit has to name.</summary>
public sealed record EditedUser(string Version);

/// <summary>People for programs: the same services as the pages.</summary>
public static class UserEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/users").WithTags("Users");
        group.MapGet("/", ListAsync).WithSummary("List people, filtered by status, role and part of name or address (search)");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().WithSummary("Make an active account by hand; a link to sign in is mailed unless notify is false");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One person with their open sessions");
        group.MapPut("/{id:guid}", EditAsync).WithSummary("Change a person: only what is given; answers with the new version");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a person; open invitations to them are cancelled");
        group.MapPost("/{id:guid}/end-sessions", EndSessionsAsync).WithSummary("Sign a person out everywhere, tokens included");
        group.MapPost("/bulk-update", ChangeAsync).WithBulkBody().WithIdempotencyKey()
            .WithSummary("Change listed people, or all that match a filter; answers with what was refused and why");
    }

    private static async Task<Results<Ok<PageResult<UserRow>>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, UserQueries queries, PagedQuery page, CancellationToken ct, ApiEnum<PersonStatus>[]? status = null, ApiEnum<Role>[]? role = null)
    {
        var filter = new UserFilter
        {
            Statuses = [.. (status ?? []).Select(s => s.Value).Distinct()],
            Roles = [.. (role ?? []).Select(r => r.Value).Distinct()],
            Search = page.Request.Search,
        };
        return (await queries.ListAsync(user.ToActor(), filter, page.Request, ct)).ToOk();
    }

    private static async Task<Results<Created<CreatedUser>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, UserService service, CreateUser command, CancellationToken ct)
    {
        var made = await service.CreateAsync(user.ToActor(), command, ct);
        return made.Succeeded ? TypedResults.Created($"/api/users/{made.Value}", new CreatedUser(made.Value)) : made.Error.ToProblem();
    }

    private static async Task<Results<Ok<UserDetails>, ProblemHttpResult>> GetAsync(ClaimsPrincipal user, UserQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<Ok<EditedUser>, ProblemHttpResult>> EditAsync(
        ClaimsPrincipal user, UserService service, Guid id, EditUser command, CancellationToken ct)
    {
        var edited = await service.EditAsync(user.ToActor(), id, command, ct);
        return edited.Succeeded ? TypedResults.Ok(new EditedUser(edited.Value)) : edited.Error.ToProblem();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(ClaimsPrincipal user, UserService service, Guid id, CancellationToken ct) =>
        (await service.DeleteAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> EndSessionsAsync(ClaimsPrincipal user, UserService service, Guid id, CancellationToken ct) =>
        (await service.EndSessionsAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<BulkReport>, ProblemHttpResult>> ChangeAsync(
        ClaimsPrincipal user, UserBulkService service, ChangeUsers command, CancellationToken ct) =>
        (await service.RunAsync(user.ToActor(), command, null, ct)).ToOk();
}
