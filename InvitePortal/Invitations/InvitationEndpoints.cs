using System.Security.Claims;
using InvitePortal.Api;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Invitations;

/// <summary>A fresh link; it cannot be read again.</summary>
public sealed record CopiedLink(string Url);

/// <summary>Invite many recipients to one role, or to one group of students.</summary>
/// <param name="Role">The role they get.</param>
/// <param name="Emails">E-mail addresses: the same as <paramref name="Recipients"/> on the channel <c>EMAIL</c>.</param>
/// <param name="Recipients">Recipients on the channel: addresses, numbers with their country prefix, ids; at most 10,000.</param>
/// <param name="Channel">How the message travels.</param>
/// <param name="Fallback">A second way, for a single recipient: used if the channel fails for good.</param>
/// <param name="GroupId">A group of students that they join by accepting.</param>
/// <param name="Message">Personal words, at most 1,000 characters.</param>
/// <param name="Language">Of the message and the page.</param>
/// <param name="LifetimeHours">How long it lives from each sending.</param>
/// <param name="SendAt">When to send; null for at once.</param>
/// <param name="Reminders">Whether to remind before it expires; null takes the setting.</param>
public sealed record InviteRequest(
    Role Role,
    IReadOnlyList<string>? Emails = null,
    IReadOnlyList<string>? Recipients = null,
    Channel Channel = Channel.Email,
    SecondWay? Fallback = null,
    Guid? GroupId = null,
    string? Message = null,
    string? Language = null,
    double? LifetimeHours = null,
    DateTimeOffset? SendAt = null,
    bool? Reminders = null)
{
    internal SendInvitations ToCommand() =>
        new([.. Emails ?? [], .. Recipients ?? []], Role, Message, Channel, Language, LifetimeHours, SendAt, Reminders, GroupId, Fallback);
}

/// <summary>Invitations for programs: the same services as the pages.</summary>
public static class InvitationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/invitations").WithTags("Invitations");
        group.MapGet("/", ListAsync).WithSummary("List invitations, filtered by state, role, channel, inviter and part of the recipient (search)");
        group.MapPost("/", SendAsync).WithBulkBody().WithIdempotencyKey().WithSummary("Invite up to 10,000 recipients by mail or another channel; answers with a verdict for each");
        group.MapGet("/groups", ListGroupsAsync).WithSummary("Groups that the caller may invite students into, at most 100, by part of name, subject or teacher (search)");
        group.MapGet("/{id:guid}", GetAsync).WithSummary("One invitation with its timeline");
        group.MapPut("/{id:guid}", EditAsync).WithSummary("Change role, group, message or expiry of a pending invitation");
        group.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Delete an invitation");
        group.MapPost("/{id:guid}/resend", ResendAsync).WithIdempotencyKey().WithSummary("Send a new message with a new link; earlier links keep working");
        group.MapPost("/{id:guid}/cancel", CancelAsync).WithSummary("Cancel a pending invitation; all its links die");
        group.MapPost("/{id:guid}/replace-link", ReplaceLinkAsync).WithSummary("Kill all earlier links and send a new one");
        group.MapPost("/{id:guid}/link", CopyLinkAsync).WithSummary("Make a fresh link to hand over by other means");
    }

    private static async Task<Results<Ok<PageResult<InvitationRow>>, ProblemHttpResult>> ListAsync(
        ClaimsPrincipal user, InvitationQueries queries, PagedQuery page, CancellationToken ct,
        ApiEnum<InvitationState>[]? state = null, ApiEnum<Role>[]? role = null, ApiEnum<Channel>[]? channel = null, ApiEnum<DeliveryState>[]? delivery = null, Guid? inviter = null)
    {
        var filter = new InvitationFilter
        {
            States = [.. (state ?? []).Select(s => s.Value)],
            Roles = [.. (role ?? []).Select(r => r.Value)],
            Channels = [.. (channel ?? []).Select(c => c.Value)],
            Deliveries = [.. (delivery ?? []).Select(d => d.Value)],
            InvitedById = inviter,
            Address = page.Request.Search,
        };
        return (await queries.ListAsync(user.ToActor(), filter, page.Request, ct)).ToOk();
    }

    private static async Task<Results<Ok<SentInvitations>, ProblemHttpResult>> SendAsync(
        ClaimsPrincipal user, InvitationSendingService service, InviteRequest request, CancellationToken ct) =>
        (await service.SendAsync(user.ToActor(), request.ToCommand(), null, ct)).ToOk();

    private static async Task<Results<Ok<IReadOnlyList<InvitableGroup>>, ProblemHttpResult>> ListGroupsAsync(
        ClaimsPrincipal user, GroupPlaces places, CancellationToken ct, string? search = null) =>
        (await places.ListAsync(user.ToActor(), search, ct)).ToOk();

    private static async Task<Results<Ok<InvitationDetails>, ProblemHttpResult>> GetAsync(
        ClaimsPrincipal user, InvitationQueries queries, Guid id, CancellationToken ct) =>
        (await queries.GetAsync(user.ToActor(), id, ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> EditAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, EditInvitation command, CancellationToken ct) =>
        (await service.EditAsync(user.ToActor(), id, command, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, CancellationToken ct) =>
        (await service.DeleteAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> ResendAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, CancellationToken ct) =>
        (await service.ResendAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, CancellationToken ct) =>
        (await service.CancelAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplaceLinkAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, CancellationToken ct) =>
        (await service.ReplaceLinkAsync(user.ToActor(), id, ct)).ToNoContent();

    private static async Task<Results<Ok<CopiedLink>, ProblemHttpResult>> CopyLinkAsync(
        ClaimsPrincipal user, InvitationService service, Guid id, CancellationToken ct)
    {
        var link = await service.CopyLinkAsync(user.ToActor(), id, ct);
        return link.Succeeded ? TypedResults.Ok(new CopiedLink(link.Value)) : link.Error.ToProblem();
    }
}
