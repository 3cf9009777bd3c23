using System.Security.Claims;
using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Codes;

/// <summary>Groups and their codes for programs: the same services as the pages.</summary>
public static class GroupEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/groups").WithTags("Groups");
        group.MapGet("/", ListAsync).WithSummary("List the caller's groups with their codes, filtered by part of name or subject (search)");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().WithSummary("Make a group and its code");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One group");
        group.MapPut("/{id:guid}", EditAsync).WithSummary("Rename a group; a new subject is also that of its students");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a group and its code; its students stay enrolled in the subject");
        group.MapPut("/{id:guid}/code", ChangeAsync).WithSummary("Set seats and expiry of a group's code");
        group.MapPost("/{id:guid}/regenerate", RegenerateAsync).WithSummary("Put a new code in the place of a group's old one, which dies at once; its students stay");
        group.MapPost("/regenerate", RegenerateOneAsync).WithSummary("The same, with the id in the body");
        group.MapPost("/{id:guid}/close", CloseAsync).WithSummary("End joining");
        group.MapPost("/{id:guid}/reopen", ReopenAsync).WithSummary("Let students join again");
        group.MapPost("/{id:guid}/shares", ShareAsync).WithIdempotencyKey().WithSummary("Send a group's code by mail or another channel, now or later; answers with a verdict for each recipient");
        CodeEndpoints.MapJoining(group);
    }

    private static async Task<Results<Ok<PageResult<GroupRow>>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, GroupQueries queries, PagedQuery page, CancellationToken ct) =>
        (await queries.ListAsync(user.ToActor(), page.Request, ct)).ToOk();

    private static async Task<Results<Ok<GroupRow>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, GroupService service, CreateGroup command, CancellationToken ct) =>
        (await service.CreateAsync(user.ToActor(), command, ct)).ToOk();

    private static async Task<Results<Ok<GroupRow>, ProblemHttpResult>> GetAsync(
        ClaimsPrincipal user, GroupQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> EditAsync(
        ClaimsPrincipal user, GroupService service, Guid id, EditGroup command, CancellationToken ct) =>
        (await service.EditAsync(user.ToActor(), id, command, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        ClaimsPrincipal user, GroupService service, Guid id, CancellationToken ct) =>
        (await service.DeleteAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        ClaimsPrincipal user, GroupService service, Guid id, ChangeCode command, CancellationToken ct) =>
        (await service.ChangeAsync(user.ToActor(), id, command, ct)).ToNoContent();

    private static async Task<Results<Ok<ReplacedCode>, ProblemHttpResult>> RegenerateAsync(
        ClaimsPrincipal user, GroupService service, Guid id, CancellationToken ct) =>
        (await service.RegenerateAsync(user.ToActor(), id, ct)).ToOk();

    private static Task<Results<Ok<ReplacedCode>, ProblemHttpResult>> RegenerateOneAsync(
        ClaimsPrincipal user, GroupService service, RegenerateCode command, CancellationToken ct) => RegenerateAsync(user, service, command.Id, ct);

    private static async Task<Results<NoContent, ProblemHttpResult>> CloseAsync(
        ClaimsPrincipal user, GroupService service, Guid id, CancellationToken ct) =>
        (await service.CloseAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> ReopenAsync(
        ClaimsPrincipal user, GroupService service, Guid id, CancellationToken ct) =>
        (await service.ReopenAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<SharedCode>, ProblemHttpResult>> ShareAsync(
        ClaimsPrincipal user, GroupQueries queries, CodeSharing sharing, Guid id, ShareRequest request, CancellationToken ct)
    {
        var group = await queries.GetAsync(user.ToActor(), id, ct);
        return group.Succeeded ? (await sharing.ShareAsync(user.ToActor(), group.Value.CodeId, request.ToCommand(), ct)).ToOk() : group.Error.ToProblem();
    }
}
