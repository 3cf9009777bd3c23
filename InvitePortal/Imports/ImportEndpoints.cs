using System.Security.Claims;
using System.Text;
using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Imports;

/// <summary>A file to be imported by a program.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Content">The file as text: separator, headings and columns are recognised.</param>
/// <param name="DefaultRole">The role of rows that name none.</param>
/// <param name="FileName">What the import is called.</param>
/// <param name="DryRun">Whether to say only what would be done; it can be run afterwards.</param>
public sealed record HandInImport(ImportKind Kind, string Content, Role DefaultRole = Role.Business, string? FileName = null, bool DryRun = true);

/// <summary>The file of results behind the page, and imports for programs.</summary>
public static class ImportEndpoints
{
    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        var group = api.MapGroup("/imports").WithTags("Imports");
        group.MapPost("/", HandInAsync).WithBulkBody().WithIdempotencyKey().WithSummary("Import people or invitations from CSV; a dry run unless dryRun is false");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("Where an import stands, with its rows by verdict");
        group.MapGet("/{id:guid}/rows", ListRowsAsync).WithSummary("Every row with its verdict and reason");
        group.MapPost("/{id:guid}/run", RunAsync).WithIdempotencyKey().WithSummary("Do what the dry run said; goes on in the background");
        group.MapPost("/{id:guid}/undo", UndoAsync).WithIdempotencyKey().WithSummary("Take back what is not sent and not changed since");
        app.MapGet("/users/import/{id:guid}/result", DownloadAsync).RequireAuthorization().AddEndpointFilter<ProblemFilter>().ExcludeFromDescription();
    }

    private static async Task<Results<Created<ImportDetails>, ProblemHttpResult>> HandInAsync(
        ClaimsPrincipal user, ImportService service, ImportRunService runs, ImportQueries queries, HandInImport command, CancellationToken ct)
    {
        var file = new NewImport(command.Kind, command.FileName, Encoding.UTF8.GetBytes(command.Content), command.DefaultRole);
        var made = await service.CreateAsync(user.ToActor(), file, ct);
        var started = made.Succeeded && !command.DryRun ? await runs.StartAsync(user.ToActor(), made.Value, new StartImport(), ct) : new Result(made.Error);
        var details = started.Succeeded ? await queries.GetAsync(user.ToActor(), made.Value, ct) : started.Error;
        return details.Succeeded ? TypedResults.Created($"/api/imports/{made.Value}", details.Value) : Problem(details.Error);
    }

    // Of a file as a whole, 422: its request was well formed.
    private static ProblemHttpResult Problem(Error error) =>
        ImportErrors.OfFile(error) ? TypedResults.Problem(Problems.Details(error, StatusCodes.Status422UnprocessableEntity)) : error.ToProblem();

    private static async Task<Results<Ok<ImportDetails>, ProblemHttpResult>> GetAsync(ClaimsPrincipal user, ImportQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<ImportRowView>>, ProblemHttpResult>> ListRowsAsync(
        ClaimsPrincipal user, ImportQueries queries, Guid id, CancellationToken ct) =>
        (await queries.ReadRowsAsync(user.ToActor(), id, 0, int.MaxValue, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> RunAsync(ClaimsPrincipal user, ImportRunService runs, Guid id, StartImport command, CancellationToken ct) =>
        (await runs.StartAsync(user.ToActor(), id, command, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> UndoAsync(ClaimsPrincipal user, ImportRunService runs, Guid id, CancellationToken ct) =>
        (await runs.UndoAsync(user.ToActor(), id, ct)).ToNoContent();

    private static Task<IResult> DownloadAsync(HttpContext context, ImportResult result, [FromServices] TimeProvider clock, Guid id) =>
        CsvDownload.AnswerAsync(context, $"import-{id:N}", clock.GetUtcNow(), (stream, ct) => result.WriteAsync(context.User.ToActor(), id, stream, ct));
}
