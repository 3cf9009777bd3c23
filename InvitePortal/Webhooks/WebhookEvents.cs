using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace InvitePortal.Webhooks;

/// <summary>Makes messages of events, one for each endpoint that wants to know.</summary>
internal sealed class WebhookPublisher(WebhookDirectory directory, Outbox outbox, TimeProvider clock)
{
    public bool Wants(AppDbContext db, WebhookEvent type) => directory.Of(db).Any(e => IsFor(e, type));

    public void Publish(AppDbContext db, WebhookEvent type, object data)
    {
        byte[]? body = null;
        foreach (var endpoint in directory.Of(db).Where(e => IsFor(e, type)))
        {
            var kind = WireNames<WebhookEvent>.Of(type);
            body ??= new WebhookPayload(kind, clock.GetUtcNow(), data).ToBytes();
            outbox.Enqueue(db, new MessageDraft(kind, endpoint.Host, Languages.English, body) { Channel = Channel.Webhook, RecipientKey = WebhookEndpoint.KeyOf(endpoint.Id) });
        }
    }

    private static bool IsFor(LiveEndpoint endpoint, WebhookEvent type) => (endpoint.Events & WebhookEventBits.Of(type)) != 0;
}

/// <summary>
/// Tells endpoints what happened: rows of the outbox in the transaction of the change. It never saves and never sends, and costs next to nothing
/// where nobody wants to know. <c>WebhookEvents.Publish(db, WebhookEvent.CodeUsed, () => new CodeUsed(…));</c>
/// </summary>
public static class WebhookEvents
{
    /// <summary>Whether any endpoint wants to know; for what must be read first.</summary>
    public static bool Wants(AppDbContext db, WebhookEvent type) => Of(db)?.Wants(db, type) == true;

    /// <summary>Adds a message for every endpoint that wants to know; the caller saves.</summary>
    /// <param name="db">The context of the change.</param>
    /// <param name="type">What happened.</param>
    /// <param name="data">Makes the event's data, where somebody wants it.</param>
    public static void Publish(AppDbContext db, WebhookEvent type, Func<object> data)
    {
        if (Of(db) is { } publisher && publisher.Wants(db, type))
        {
            publisher.Publish(db, type, data());
        }
    }

    /// <summary>Tells of somebody whose row the caller is about to add; of people who are only invited, nothing is told.</summary>
    public static void PublishUser(AppDbContext db, WebhookEvent type, AppUser person)
    {
        if (person.Status is not PersonStatus.Invited)
        {
            Publish(db, type, () => new WebhookUser(person.Id, person.DisplayName, person.Email, person.Status, person.Roles, person.Language));
        }
    }

    /// <summary>Tells of people as they are stored now: after a change, or before they are deleted.</summary>
    public static async Task PublishUsersAsync(AppDbContext db, WebhookEvent type, IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        if (ids.Count == 0 || Of(db) is not { } publisher || !publisher.Wants(db, type))
        {
            return;
        }

        var people = await db.Users.AsNoTracking()
            .Where(u => ids.Contains(u.Id) && u.Status != PersonStatus.Invited)
            .Select(u => new { u.Id, u.DisplayName, u.Email, u.Status, u.RoleBits, u.Language })
            .ToListAsync(ct);
        foreach (var p in people)
        {
            publisher.Publish(db, type, new WebhookUser(p.Id, p.DisplayName, p.Email, p.Status, RoleBits.Read(p.RoleBits), p.Language));
        }
    }

    // Of the application that made the context, so that what runs within a transaction needs no more than that. A context made by hand has none.
    private static WebhookPublisher? Of(AppDbContext db) =>
        db.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider?.GetService<WebhookPublisher>();
}
