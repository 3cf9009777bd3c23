using System.Security.Claims;
using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Codes;

/// <summary>New codes, newest first.</summary>
public sealed record CreatedCodes(IReadOnlyList<CodeRow> Codes);

/// <summary>Subjects that the caller has joined, newest first.</summary>
public sealed record LearntSubjects(IReadOnlyList<LearntSubject> Items);

/// <summary>Children of the caller, first bound first.</summary>
public sealed record LearningChildren(IReadOnlyList<LearningChild> Items);

/// <summary>The code to replace.</summary>
public sealed record RegenerateCode(Guid Id);

/// <summary>Send a code.</summary>
/// <param name="Emails">E-mail addresses: the same as <paramref name="Recipients"/> on the channel <c>EMAIL</c>.</param>
/// <param name="Recipients">Recipients on the channel: addresses, numbers with their country prefix, ids; at most 300.</param>
/// <param name="Channel">How the message travels.</param>
/// <param name="Message">Personal words, at most 1,000 characters.</param>
/// <param name="Language">Of the message; null takes that of the account a recipient has, or the teacher's.</param>
/// <param name="SendAt">When to send; null for at once.</param>
public sealed record ShareRequest(
    IReadOnlyList<string>? Emails = null,
    IReadOnlyList<string>? Recipients = null,
    Channel Channel = Channel.Email,
    string? Message = null,
    string? Language = null,
    DateTimeOffset? SendAt = null)
{
    internal ShareCode ToCommand() => new([.. Emails ?? [], .. Recipients ?? []], Message, Language, SendAt, Channel);
}

/// <summary>Individual codes for programs: the same services as the pages. Teachers make and send them, students look at them and join.</summary>
public static class CodeEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/individual-invite-codes").WithTags("Individual codes");
        group.MapGet("/", ListAsync).WithSummary("List the caller's individual codes, filtered by state, part of the subject or a code (search)");
        group.MapPost("/", CreateAsync).WithIdempotencyKey().WithSummary("Make one code or up to 500 for one subject");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One code: who used it and when, to whom it was sent and how far that has come");
        group.MapPut("/{id:guid}", ChangeAsync).WithSummary("Set how often a code may be used, and when it expires");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete a code that nobody has used");
        group.MapPost("/{id:guid}/regenerate", RegenerateAsync).WithSummary("Put a new code in the place of an unused one, which dies at once");
        group.MapPost("/regenerate", RegenerateOneAsync).WithSummary("The same, with the id in the body");
        group.MapPost("/{id:guid}/close", CloseAsync).WithSummary("End joining by a code");
        group.MapPost("/{id:guid}/reopen", ReopenAsync).WithSummary("Let students join by a code again");
        group.MapPost("/{id:guid}/shares", ShareAsync).WithIdempotencyKey().WithSummary("Send a code by mail or another channel, now or later; answers with a verdict for each recipient");
        group.MapDelete("/shares/{id:guid}", CancelShareAsync).WithSummary("Withdraw a message that has not been sent yet");
        group.MapGet("/statistics", StatisticsAsync).WithSummary("How the caller's codes are used, also by subject and by week");
        MapJoining(group);
    }

    /// <summary>The same for both kinds: a code is unique over both, and joins whichever it belongs to.</summary>
    internal static void MapJoining(RouteGroupBuilder group)
    {
        group.MapGet("/preview_by_code", PreviewAsync).WithSummary("Look at what a code leads to, as a student; changes nothing");
        group.MapPost("/join_by_code", JoinAsync).WithIdempotencyKey().WithSummary("Join by a code, as a student");
        group.MapGet("/joined", JoinedAsync).WithSummary("Subjects and groups that the caller has joined");
        group.MapGet("/children", ChildrenAsync).WithSummary("The caller's children and what they learn, as a parent");
        group.MapGet("/students", StudentsAsync).WithSummary("List the caller's students, filtered by subject, group and part of the name (search)");
        group.MapDelete("/students/{id:guid}", RemoveStudentAsync).WithSummary("Take a student out of a subject or group, by the id of the enrolment");
    }

    private static async Task<Results<Ok<PageResult<CodeRow>>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, CodeQueries queries, PagedQuery page, CancellationToken ct, ApiEnum<CodeState>[]? state = null)
    {
        var filter = new CodeFilter { Kind = CodeKind.Individual, States = [.. (state ?? []).Select(s => s.Value)], Search = page.Request.Search };
        return (await queries.ListAsync(user.ToActor(), filter, page.Request, ct)).ToOk();
    }

    private static async Task<Results<Ok<CreatedCodes>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, CodeService service, CreateCodes command, CancellationToken ct)
    {
        var created = await service.CreateAsync(user.ToActor(), command, ct);
        return created.Succeeded ? TypedResults.Ok(new CreatedCodes(created.Value)) : created.Error.ToProblem();
    }

    private static async Task<Results<Ok<CodeDetails>, ProblemHttpResult>> GetAsync(
        ClaimsPrincipal user, CodeQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        ClaimsPrincipal user, CodeService service, Guid id, ChangeCode command, CancellationToken ct) =>
        (await service.ChangeAsync(user.ToActor(), id, command, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        ClaimsPrincipal user, CodeService service, Guid id, CancellationToken ct) =>
        (await service.DeleteAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<ReplacedCode>, ProblemHttpResult>> RegenerateAsync(
        ClaimsPrincipal user, CodeService service, Guid id, CancellationToken ct) =>
        (await service.RegenerateAsync(user.ToActor(), id, ct)).ToOk();

    private static Task<Results<Ok<ReplacedCode>, ProblemHttpResult>> RegenerateOneAsync(
        ClaimsPrincipal user, CodeService service, RegenerateCode command, CancellationToken ct) => RegenerateAsync(user, service, command.Id, ct);

    private static async Task<Results<NoContent, ProblemHttpResult>> CloseAsync(
        ClaimsPrincipal user, CodeService service, Guid id, CancellationToken ct) =>
        (await service.CloseAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> ReopenAsync(
        ClaimsPrincipal user, CodeService service, Guid id, CancellationToken ct) =>
        (await service.ReopenAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<SharedCode>, ProblemHttpResult>> ShareAsync(
        ClaimsPrincipal user, CodeSharing sharing, Guid id, ShareRequest request, CancellationToken ct) =>
        (await sharing.ShareAsync(user.ToActor(), id, request.ToCommand(), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelShareAsync(
        ClaimsPrincipal user, CodeSharing sharing, Guid id, CancellationToken ct) =>
        (await sharing.CancelAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<CodeStatistics>, ProblemHttpResult>> StatisticsAsync(
        ClaimsPrincipal user, CodeStatisticsQueries queries, CancellationToken ct, DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        (await queries.ReadAsync(user.ToActor(), new CodePeriod(from, to), ct)).ToOk();

    private static async Task<Results<Ok<CodePreview>, ProblemHttpResult>> PreviewAsync(
        ClaimsPrincipal user, JoinService service, CancellationToken ct, string? code = null) =>
        (await service.PreviewAsync(user.ToActor(), code, ct)).ToOk();

    private static async Task<Results<Ok<Joined>, ProblemHttpResult>> JoinAsync(
        ClaimsPrincipal user, JoinService service, JoinByCode command, CancellationToken ct) =>
        (await service.JoinAsync(user.ToActor(), command, ct)).ToOk();

    private static async Task<Results<Ok<LearntSubjects>, ProblemHttpResult>> JoinedAsync(
        ClaimsPrincipal user, EnrollmentQueries queries, CancellationToken ct)
    {
        var mine = await queries.ListMineAsync(user.ToActor(), ct);
        return mine.Succeeded ? TypedResults.Ok(new LearntSubjects(mine.Value)) : mine.Error.ToProblem();
    }

    private static async Task<Results<Ok<LearningChildren>, ProblemHttpResult>> ChildrenAsync(
        ClaimsPrincipal user, EnrollmentQueries queries, CancellationToken ct)
    {
        var children = await queries.ListChildrenAsync(user.ToActor(), ct);
        return children.Succeeded ? TypedResults.Ok(new LearningChildren(children.Value)) : children.Error.ToProblem();
    }

    private static async Task<Results<Ok<PageResult<StudentRow>>, ProblemHttpResult>> StudentsAsync(
        ClaimsPrincipal user, EnrollmentQueries queries, PagedQuery page, CancellationToken ct, string? subject = null, Guid? groupId = null)
    {
        var filter = new StudentFilter { Subject = subject, GroupId = groupId, Search = page.Request.Search };
        return (await queries.ListStudentsAsync(user.ToActor(), filter, page.Request, ct)).ToOk();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveStudentAsync(
        ClaimsPrincipal user, EnrollmentService service, Guid id, CancellationToken ct) =>
        (await service.RemoveAsync(user.ToActor(), id, ct)).ToNoContent();
}
