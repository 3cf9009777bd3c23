using System.Security.Claims;
using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Webhooks;

/// <summary>All endpoints.</summary>
public sealed record WebhookList(IReadOnlyList<WebhookRow> Items);

/// <summary>Webhooks for programs: the same services as the page. Secrets are in the answers that make them, and nowhere else.</summary>
public static class WebhookEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/webhooks").WithTags("Webhooks");
        group.MapGet("/", ListAsync).WithSummary("List the endpoints with their state");
        group.MapPost("/", CreateAsync).WithSummary("Make an endpoint; the answer holds its secret, which cannot be had again");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One endpoint");
        group.MapPut("/{id:guid}", UpdateAsync).WithSummary("Change address, events and description of an endpoint, or switch it on or off");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete an endpoint with its log and all that waits for it");
        group.MapPost("/{id:guid}/rotate", RotateAsync).WithSummary("Give an endpoint a new secret; the old one signs too for 24 hours");
        group.MapPost("/{id:guid}/test", TestAsync).WithSummary("Send a test event now and get what the endpoint answers");
        group.MapPost("/{id:guid}/replay", ReplayFailedAsync).WithSummary("Send again what failed or was withdrawn since a time");
        group.MapGet("/{id:guid}/deliveries", DeliveriesAsync).WithSummary("The log of an endpoint, newest first, filtered by state");
        group.MapGet("/{id:guid}/deliveries/{delivery:guid}", DeliveryAsync).WithSummary("One delivery with its tries and its content, masked");
        group.MapPost("/{id:guid}/deliveries/{delivery:guid}/replay", ReplayAsync).WithSummary("Send one delivery again, with the same webhook-id");
    }

    private static async Task<Results<Ok<WebhookList>, ProblemHttpResult>> ListAsync(ClaimsPrincipal user, WebhookQueries queries, CancellationToken ct)
    {
        var rows = await queries.ListAsync(user.ToActor(), ct);
        return rows.Succeeded ? TypedResults.Ok(new WebhookList(rows.Value)) : rows.Error.ToProblem();
    }

    private static async Task<Results<Ok<WebhookSecret>, ProblemHttpResult>> CreateAsync(
        ClaimsPrincipal user, WebhookService service, CreateWebhook command, CancellationToken ct)
    {
        var made = await service.CreateAsync(user.ToActor(), command, ct);
        return made.Succeeded ? TypedResults.Ok(made.Value) : Refusal(made.Error);
    }

    private static async Task<Results<Ok<WebhookRow>, ProblemHttpResult>> GetAsync(ClaimsPrincipal user, WebhookQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> UpdateAsync(
        ClaimsPrincipal user, WebhookService service, Guid id, UpdateWebhook command, CancellationToken ct)
    {
        var changed = await service.UpdateAsync(user.ToActor(), id, command, ct);
        return changed.Succeeded ? TypedResults.NoContent() : Refusal(changed.Error);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(ClaimsPrincipal user, WebhookService service, Guid id, CancellationToken ct) =>
        (await service.DeleteAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<WebhookSecret>, ProblemHttpResult>> RotateAsync(
        ClaimsPrincipal user, WebhookService service, Guid id, RotateWebhook command, CancellationToken ct) =>
        (await service.RotateAsync(user.ToActor(), id, command, ct)).ToOk();

    private static async Task<Results<Ok<WebhookTestResult>, ProblemHttpResult>> TestAsync(ClaimsPrincipal user, WebhookDeliveryService service, Guid id, CancellationToken ct) =>
        (await service.TestAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<Ok<ReplayedWebhooks>, ProblemHttpResult>> ReplayFailedAsync(
        ClaimsPrincipal user, WebhookDeliveryService service, Guid id, ReplayWebhook command, CancellationToken ct) =>
        (await service.ReplayFailedAsync(user.ToActor(), id, command, ct)).ToOk();

    private static async Task<Results<Ok<PageResult<WebhookDelivery>>, ProblemHttpResult>> DeliveriesAsync(
        ClaimsPrincipal user, WebhookQueries queries, Guid id, PagedQuery page, CancellationToken ct, ApiEnum<DeliveryState>[]? state = null) =>
        (await queries.DeliveriesAsync(user.ToActor(), id, [.. (state ?? []).Select(s => s.Value)], page.Request, ct)).ToOk();

    private static async Task<Results<Ok<WebhookDeliveryDetails>, ProblemHttpResult>> DeliveryAsync(
        ClaimsPrincipal user, WebhookQueries queries, Guid id, Guid delivery, CancellationToken ct) =>
        (await queries.DeliveryAsync(user.ToActor(), id, delivery, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(
        ClaimsPrincipal user, WebhookDeliveryService service, Guid id, Guid delivery, CancellationToken ct) =>
        (await service.ReplayAsync(user.ToActor(), id, delivery, ct)).ToNoContent();

    // An address that can be read and must not be called is 422, as for the rows of a list: the request itself is in order.
    private static ProblemHttpResult Refusal(Error error) => error.Field is WebhookErrors.UrlField
        ? TypedResults.Problem(Problems.Details(error, StatusCodes.Status422UnprocessableEntity))
        : error.ToProblem();
}
