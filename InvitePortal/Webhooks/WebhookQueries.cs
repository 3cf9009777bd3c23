using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Webhooks;

/// <summary>Where an endpoint stands.</summary>
public enum WebhookState
{
    On = 1,
    /// <summary>On, but the last deliveries failed.</summary>
    Failing = 2,
    Off = 3,
    /// <summary>Off, because it answered 410.</summary>
    Stopped = 4,
}

/// <summary>An endpoint as lists show it. Its secret is not among it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Url">Its address.</param>
/// <param name="Description">For people.</param>
/// <param name="Events">The chosen events.</param>
/// <param name="State">Where it stands.</param>
/// <param name="IsOn">Whether it is delivered to.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="SecretChangedAt">When its secret was made.</param>
/// <param name="OldSecretUntil">Until when the secret before signs too; null when it does not.</param>
/// <param name="FailingSince">Since when deliveries fail.</param>
/// <param name="StoppedAt">When it answered 410.</param>
/// <param name="LastTryAt">When it was last delivered to, or tried to.</param>
/// <param name="LastStatus">What it answered then; null when there was no answer.</param>
/// <param name="Waiting">Deliveries that wait or are put off.</param>
/// <param name="Failed">Deliveries that were given up or withdrawn, as far as the log goes.</param>
/// <param name="Version">For a change.</param>
public sealed record WebhookRow(
    Guid Id,
    string Url,
    string? Description,
    IReadOnlyList<WebhookEvent> Events,
    WebhookState State,
    bool IsOn,
    DateTimeOffset CreatedAt,
    DateTimeOffset SecretChangedAt,
    DateTimeOffset? OldSecretUntil,
    DateTimeOffset? FailingSince,
    DateTimeOffset? StoppedAt,
    DateTimeOffset? LastTryAt,
    int? LastStatus,
    int Waiting,
    int Failed,
    int Version);

/// <summary>One delivery in the log.</summary>
/// <param name="Id">The message; <c>webhook-id</c> is <c>msg_</c> and this without dashes.</param>
/// <param name="Event">Name of the event, or <c>webhook.test</c>.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="State">Where the delivery stands.</param>
/// <param name="DueAt">When it is tried next, while it waits.</param>
/// <param name="SentAt">When it arrived.</param>
/// <param name="Tries">How often it was tried, replays among it.</param>
/// <param name="Status">HTTP status of the last answer.</param>
/// <param name="Milliseconds">How long the last try took.</param>
/// <param name="Answer">The beginning of the last answer, masked.</param>
/// <param name="Why">Why it waits or failed, in the current language.</param>
public sealed record WebhookDelivery(
    Guid Id,
    string Event,
    DateTimeOffset CreatedAt,
    DeliveryState State,
    DateTimeOffset? DueAt,
    DateTimeOffset? SentAt,
    int Tries,
    int? Status,
    int? Milliseconds,
    string? Answer,
    string? Why);

/// <summary>One try of a delivery.</summary>
public sealed record WebhookTryRow(DateTimeOffset At, int? Status, int Milliseconds, string? Answer, string? Why);

/// <summary>One delivery with its tries, newest first, and its content, masked.</summary>
public sealed record WebhookDeliveryDetails(WebhookDelivery Delivery, string? Payload, IReadOnlyList<WebhookTryRow> Tries);

/// <summary>Reads endpoints and their log, for super admins.</summary>
public sealed class WebhookQueries(IDbContextFactory<AppDbContext> databases, Outbox outbox, ListTotals totals, TimeProvider clock)
{
    private const int MaxTries = 50;
    private const int MaxCounted = 10_000;

    /// <summary>How long deliveries must fail before the home page says so: short troubles mend themselves.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>All endpoints, the oldest first.</summary>
    public async Task<Result<IReadOnlyList<WebhookRow>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        return state.Succeeded ? await RowsAsync(db, db.WebhookEndpoints, ct) : state.Error;
    }

    /// <summary>One endpoint.</summary>
    public async Task<Result<WebhookRow>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        return await RowsAsync(db, db.WebhookEndpoints.Where(e => e.Id == id), ct) is [var row] ? row : WebhookErrors.NotFound;
    }

    /// <summary>The log of one endpoint, newest first unless <see cref="PageRequest.Sort"/> is <c>createdAt</c>; all states unless some are named.</summary>
    public async Task<Result<PageResult<WebhookDelivery>>> DeliveriesAsync(Actor actor, Guid id, IReadOnlyList<DeliveryState> states, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (page.Sort is not (null or "createdAt" or "-createdAt"))
        {
            return WebhookErrors.UnknownSort;
        }

        if (!await db.WebhookEndpoints.AnyAsync(e => e.Id == id, ct))
        {
            return WebhookErrors.NotFound;
        }

        var source = Of(db, id);
        // Constants, so that the index of what failed is used.
        DeliveryState[] wanted = [.. states.Distinct().Order()];
        source = wanted.Length > 0 ? source.Where(m => EF.Constant(wanted).Contains(m.State)) : source;
        var count = await totals.GetAsync($"webhooks:{id:N}|{string.Join(',', wanted)}", () => source.Take(MaxCounted + 1).LongCountAsync(CancellationToken.None));
        var total = new ListTotal(Math.Min(count, MaxCounted), IsCapped: count > MaxCounted);
        var read = await Keyset.PageAsync(source, page, m => m.CreatedAt, m => m.Id, page.Sort is not "createdAt", total, m => Rows(db, m), r => (r.CreatedAt, r.Id), ct);
        return read.Select(Shape);
    }

    /// <summary>One delivery of one endpoint.</summary>
    public async Task<Result<WebhookDeliveryDetails>> DeliveryAsync(Actor actor, Guid id, Guid messageId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var one = Of(db, id).Where(m => m.Id == messageId);
        if (await Rows(db, one).FirstOrDefaultAsync(ct) is not { } row)
        {
            return WebhookErrors.DeliveryNotFound;
        }

        var body = await one.Select(m => m.Body).FirstOrDefaultAsync(ct);
        var tries = await db.WebhookTries.Where(t => t.MessageId == messageId).OrderByDescending(t => t.At).Take(MaxTries)
            .Select(t => new { t.At, t.Status, t.Milliseconds, t.Answer, t.Reason }).ToListAsync(ct);
        return new WebhookDeliveryDetails(
            Shape(row), Read(body), tries.ConvertAll(t => new WebhookTryRow(t.At, t.Status, t.Milliseconds, t.Answer, DeliveryReasons.Text(t.Reason))));
    }

    /// <summary>Endpoints that somebody should look at: stopped by a 410, or failing for more than an hour. Nothing for those who are no super admins.</summary>
    public async Task<IReadOnlyList<WebhookRow>> TroubledAsync(Actor actor, CancellationToken ct)
    {
        var since = clock.GetUtcNow() - Patience;
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        return state.Succeeded ? await RowsAsync(db, db.WebhookEndpoints.Where(e => e.StoppedAt != null || (e.IsOn && e.FailingSince < since)), ct) : [];
    }

    private static IQueryable<OutboxMessage> Of(AppDbContext db, Guid id)
    {
        var key = WebhookEndpoint.KeyOf(id);
        return db.OutboxMessages.AsNoTracking().Where(m => m.RecipientKey == key && m.Channel == Channel.Webhook);
    }

    private async Task<List<WebhookRow>> RowsAsync(AppDbContext db, IQueryable<WebhookEndpoint> source, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var endpoints = await source.AsNoTracking().OrderBy(e => e.CreatedAt).ToListAsync(ct);
        string[] keys = [.. endpoints.Select(e => WebhookEndpoint.KeyOf(e.Id))];
        // Each over an index of its own: what has arrived is not looked through, however much it is.
        var mine = db.OutboxMessages.Where(m => m.Channel == Channel.Webhook && keys.Contains(m.RecipientKey));
        var waiting = await CountAsync(mine.Where(m => m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed), ct);
        var failed = await CountAsync(mine.Where(m => m.State == DeliveryState.Failed || m.State == DeliveryState.Cancelled), ct);
        return endpoints.ConvertAll(e => new WebhookRow(
            e.Id,
            e.Url,
            e.Description,
            WebhookEventBits.Read(e.Events),
            e switch
            {
                { IsOn: true, FailingSince: null } => WebhookState.On,
                { IsOn: true } => WebhookState.Failing,
                { StoppedAt: not null } => WebhookState.Stopped,
                _ => WebhookState.Off,
            },
            e.IsOn,
            e.CreatedAt,
            e.SecretChangedAt,
            e.OldSecretUntil > now ? e.OldSecretUntil : null,
            e.FailingSince,
            e.StoppedAt,
            e.LastTryAt,
            e.LastStatus,
            waiting.GetValueOrDefault(WebhookEndpoint.KeyOf(e.Id)),
            failed.GetValueOrDefault(WebhookEndpoint.KeyOf(e.Id)),
            e.Version));
    }

    private static Task<Dictionary<string, int>> CountAsync(IQueryable<OutboxMessage> messages, CancellationToken ct) =>
        messages.GroupBy(m => m.RecipientKey).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);

    private static IQueryable<Row> Rows(AppDbContext db, IQueryable<OutboxMessage> messages) => messages.Select(m => new Row(
        m.Id,
        m.Kind,
        m.CreatedAt,
        m.State,
        m.DueAt,
        m.SentAt,
        m.Reason,
        db.WebhookTries.Count(t => t.MessageId == m.Id),
        db.WebhookTries.Where(t => t.MessageId == m.Id).OrderByDescending(t => t.At).Select(t => t.Status).FirstOrDefault(),
        db.WebhookTries.Where(t => t.MessageId == m.Id).OrderByDescending(t => t.At).Select(t => (int?)t.Milliseconds).FirstOrDefault(),
        db.WebhookTries.Where(t => t.MessageId == m.Id).OrderByDescending(t => t.At).Select(t => t.Answer).FirstOrDefault()));

    private static WebhookDelivery Shape(Row row) => new(
        row.Id,
        row.Kind,
        row.CreatedAt,
        row.State,
        row.State is DeliveryState.Queued or DeliveryState.Delayed ? row.DueAt : null,
        row.SentAt,
        row.Tries,
        row.Status,
        row.Milliseconds,
        row.Answer,
        DeliveryReasons.Text(row.Reason));

    private string? Read(byte[]? body)
    {
        try
        {
            return body is null ? null : WebhookMask.Payload(outbox.Unprotect(body));
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    private sealed record Row(
        Guid Id, string Kind, DateTimeOffset CreatedAt, DeliveryState State, DateTimeOffset DueAt, DateTimeOffset? SentAt, string? Reason, int Tries, int? Status, int? Milliseconds, string? Answer);
}
