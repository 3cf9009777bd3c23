using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>A try that did not succeed.</summary>
/// <param name="At">When.</param>
/// <param name="Outcome"><see cref="DeliveryState.Delayed"/> or <see cref="DeliveryState.Failed"/>.</param>
/// <param name="Why">One sentence in the current language, or the server's answer.</param>
/// <param name="Channel">By which way; null for tries of a time when there was one.</param>
/// <param name="FellBackTo">The way that the message went after this try, where it was the last on its own.</param>
public sealed record DeliveryTry(DateTimeOffset At, DeliveryState Outcome, string? Why, Channel? Channel = null, Channel? FellBackTo = null);

/// <summary>How far one message has come.</summary>
/// <param name="Id">The message.</param>
/// <param name="SubjectId">What it is about.</param>
/// <param name="Kind">Name of its template.</param>
/// <param name="Channel">How it travels.</param>
/// <param name="Recipient">To whom.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CreatedAt">When it was queued.</param>
/// <param name="DueAt">When it is due, or will be tried again.</param>
/// <param name="SentAt">When the server took it.</param>
/// <param name="ExpiresAt">When it is given up in any case.</param>
/// <param name="Why">Why it waits or failed, in the current language; null when there is nothing to say.</param>
/// <param name="PossibleDuplicate">Whether the recipient may have it twice.</param>
/// <param name="CanRetry">Whether <see cref="Outbox.RetryAsync"/> can send it at once: its content is still there.</param>
/// <param name="Tries">Tries that failed, in their order.</param>
public sealed record Delivery(
    Guid Id,
    Guid? SubjectId,
    string Kind,
    Channel Channel,
    string Recipient,
    DeliveryState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset DueAt,
    DateTimeOffset? SentAt,
    DateTimeOffset? ExpiresAt,
    string? Why,
    bool PossibleDuplicate,
    bool CanRetry,
    IReadOnlyList<DeliveryTry> Tries);

/// <summary>What other features show of their messages. The caller has checked the right to see the subject.</summary>
public static class OutboxQueries
{
    private const int MaxMessages = 100;
    private const int MaxTries = 20;

    /// <summary>The messages about one subject, the oldest first, at most 100, each with its last 20 tries.</summary>
    public static async Task<IReadOnlyList<Delivery>> DeliveriesAsync(AppDbContext db, Guid subjectId, CancellationToken ct)
    {
        var messages = await db.OutboxMessages.AsNoTracking()
            .Where(m => m.SubjectId == subjectId)
            .OrderBy(m => m.CreatedAt)
            .Take(MaxMessages)
            .Select(m => new
            {
                m.Id,
                m.Kind,
                m.Channel,
                m.Recipient,
                m.State,
                m.CreatedAt,
                m.DueAt,
                m.SentAt,
                m.ExpiresAt,
                m.Reason,
                m.PossibleDuplicate,
                HasBody = m.Body != null,
                Tries = db.OutboxAttempts.Where(a => a.MessageId == m.Id).OrderByDescending(a => a.At).Take(MaxTries).ToList(),
            })
            .ToListAsync(ct);
        return [.. messages.Select(m => new Delivery(
            m.Id,
            subjectId,
            m.Kind,
            m.Channel,
            m.Recipient,
            m.State,
            m.CreatedAt,
            m.DueAt,
            m.SentAt,
            m.ExpiresAt,
            DeliveryReasons.Text(m.Reason),
            m.PossibleDuplicate,
            m.HasBody && m.State is DeliveryState.Delayed,
            [.. m.Tries.OrderBy(a => a.At).Select(a => new DeliveryTry(a.At, a.Outcome, DeliveryReasons.Text(a.Reason), a.Channel, a.FellBackTo))]))];
    }

    /// <summary>How many messages about the subjects stand where; states without messages are left out.</summary>
    /// <param name="db">The context that <paramref name="subjects"/> belongs to.</param>
    /// <param name="subjects">Ids of subjects, as a query.</param>
    /// <param name="ct">Cancels the counting.</param>
    public static Task<Dictionary<DeliveryState, int>> CountsAsync(AppDbContext db, IQueryable<Guid> subjects, CancellationToken ct) =>
        db.OutboxMessages
            .Where(m => m.SubjectId != null && subjects.Contains(m.SubjectId.Value))
            .GroupBy(m => m.State)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);
}
