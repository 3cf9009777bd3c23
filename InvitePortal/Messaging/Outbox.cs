using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>A message to be written to the outbox.</summary>
/// <param name="Kind">Name of its <see cref="IMessageTemplate"/>.</param>
/// <param name="Recipient">Address, number or id on the channel.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="Data">The template's data, stored as JSON under Data Protection; bytes are stored as they are.</param>
public sealed record MessageDraft(string Kind, string Recipient, string Language, object Data)
{
    /// <summary>The same to somebody on any channel.</summary>
    public MessageDraft(string kind, ChannelAddress recipient, string language, object data)
        : this(kind, recipient.Display, language, data) => Channel = recipient.Channel;

    public Channel Channel { get; init; } = Channel.Email;
    public Priority Priority { get; init; } = Priority.Invitation;
    /// <summary>What <see cref="OutboxMessage.RecipientKey"/> is to be; null makes it of the recipient.</summary>
    public string? RecipientKey { get; init; }
    /// <summary>What it is about.</summary>
    public Guid? SubjectId { get; init; }
    /// <summary>Not sent before; null for at once.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>Not sent after: the message is of no use then.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>Where it goes if <see cref="Channel"/> fails for good; never both at once.</summary>
    public ChannelAddress? Fallback { get; init; }
}

/// <summary>
/// The outbox: messages are rows, added in the transaction of the change that causes them. <see cref="Enqueue"/> never saves and never sends.
/// Call <see cref="Wake"/> after the commit to spare the worker's poll.
/// </summary>
public sealed class Outbox(IDataProtectionProvider protection, TimeProvider clock, OutboxSignal signal)
{
    private static readonly CompiledQuery<Func<AppDbContext, Guid, IAsyncEnumerable<Standing>>> OfSubject = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, Guid subjectId) => db.OutboxMessages.Where(m => m.SubjectId == subjectId).Select(m => new Standing(m.Id, m.State))));

    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Outbox.Body");

    /// <summary>Adds a row to <paramref name="db"/>; the caller saves.</summary>
    public OutboxMessage Enqueue(AppDbContext db, MessageDraft draft)
    {
        var now = clock.GetUtcNow();
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(now),
            Channel = draft.Channel,
            Kind = draft.Kind,
            Priority = draft.Priority,
            Recipient = draft.Recipient,
            RecipientKey = draft.RecipientKey ?? (ChannelAddress.TryParse(draft.Channel, draft.Recipient, out var address) ? address.LimitKey : draft.Recipient),
            FallbackChannel = draft.Fallback?.Channel,
            FallbackRecipient = draft.Fallback?.Display,
            SubjectId = draft.SubjectId,
            Language = draft.Language,
            Body = _protector.Protect(draft.Data as byte[] ?? JsonSerializer.SerializeToUtf8Bytes(draft.Data, draft.Data.GetType())),
            CreatedAt = now,
            DueAt = draft.DueAt ?? now,
            ExpiresAt = draft.ExpiresAt,
        };
        db.OutboxMessages.Add(message);
        return message;
    }

    /// <summary>Withdraws everything about <paramref name="subjectId"/> that is not sent yet, at once, in the caller's transaction. What is being sent is not tried again.</summary>
    /// <returns>How many messages were cancelled.</returns>
    public static async Task<int> WithdrawAsync(AppDbContext db, Guid subjectId, CancellationToken ct)
    {
        var open = await OpenAsync(db, subjectId, ct);
        return await WithdrawAsync(db, open, ct);
    }

    /// <inheritdoc cref="WithdrawAsync(AppDbContext, Guid, CancellationToken)" />
    public static async Task<int> WithdrawAllAsync(AppDbContext db, IReadOnlyCollection<Guid> subjectIds, CancellationToken ct)
    {
        var messages = await db.OutboxMessages.Where(m => subjectIds.Contains(m.SubjectId!.Value)).Select(m => new Standing(m.Id, m.State)).ToListAsync(ct);
        return await WithdrawAsync(db, [.. messages.Where(m => IsOpen(m.State)).Select(m => m.Id)], ct);
    }

    /// <summary>The same for what waits only: what is being sent goes on, with its retries.</summary>
    public static async Task<int> WithdrawWaitingAsync(AppDbContext db, Guid subjectId, CancellationToken ct) =>
        await OpenAsync(db, subjectId, ct) is { Count: > 0 } open ? await CancelAsync(db, open, ct) : 0;

    // By subject alone: asked for the states too, PostgreSQL may walk all that waits, of whatever subject. Whoever calls has closed the subject or
    // holds it, so no message of it is added meanwhile; whether one still waits is asked again where it is changed.
    private static async Task<List<Guid>> OpenAsync(AppDbContext db, Guid subjectId, CancellationToken ct)
    {
        var open = new List<Guid>();
        await foreach (var message in OfSubject.For(db)(db, subjectId).WithCancellation(ct))
        {
            if (IsOpen(message.State))
            {
                open.Add(message.Id);
            }
        }

        return open;
    }

    private static bool IsOpen(DeliveryState state) => state is DeliveryState.Queued or DeliveryState.Sending or DeliveryState.Delayed;

    private static async Task<int> WithdrawAsync(AppDbContext db, List<Guid> open, CancellationToken ct)
    {
        if (open.Count == 0)
        {
            return 0;
        }

        await db.OutboxMessages
            .Where(m => open.Contains(m.Id) && m.State == DeliveryState.Sending)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.ExpiresAt, m => m.DueAt), ct);
        return await CancelAsync(db, open, ct);
    }

    private static Task<int> CancelAsync(AppDbContext db, List<Guid> messages, CancellationToken ct) =>
        db.OutboxMessages
            .Where(m => messages.Contains(m.Id) && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed))
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.State, DeliveryState.Cancelled).SetProperty(m => m.Body, (byte[]?)null),
                ct);

    /// <summary>Withdraws one message that waits, at once, in the caller's transaction.</summary>
    /// <returns>Whether it still waited.</returns>
    public static async Task<bool> WithdrawOneAsync(AppDbContext db, Guid messageId, CancellationToken ct) => await CancelAsync(db, [messageId], ct) is 1;

    /// <summary>The same about many subjects, which a query names.</summary>
    public static Task<int> WithdrawWaitingAsync(AppDbContext db, IQueryable<Guid> subjects, CancellationToken ct) =>
        db.OutboxMessages
            .Where(m => m.SubjectId != null && subjects.Contains(m.SubjectId.Value) && (m.State == DeliveryState.Queued || m.State == DeliveryState.Delayed))
            .ExecuteUpdateAsync(
                set => set.SetProperty(m => m.State, DeliveryState.Cancelled).SetProperty(m => m.Body, (byte[]?)null),
                ct);

    /// <summary>
    /// Makes a delayed message about <paramref name="subjectId"/> due at once, in the caller's transaction; call <see cref="Wake"/> after the commit.
    /// One that was given up has no content any more: its feature makes a new message.
    /// </summary>
    /// <returns>Whether there was one to try again.</returns>
    public async Task<bool> RetryAsync(AppDbContext db, Guid subjectId, Guid messageId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return await db.OutboxMessages
            .Where(m => m.Id == messageId && m.SubjectId == subjectId && m.State == DeliveryState.Delayed && m.Body != null)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, now), ct) is 1;
    }

    /// <summary>Tells this node's worker that there is work. Call it after the commit.</summary>
    public void Wake() => signal.Set();

    private sealed record Standing(Guid Id, DeliveryState State);

    /// <summary>Reads a body back; throws <see cref="System.Security.Cryptography.CryptographicException"/> when its key is lost.</summary>
    internal byte[] Unprotect(byte[] body) => _protector.Unprotect(body);
}

/// <summary>Wakes the workers of this node before their next poll.</summary>
public sealed class OutboxSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Completes at the next <see cref="Set"/>. Take it before looking for work, so that nothing set meanwhile is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Asks for a round of work.</summary>
    public void Set() => Interlocked.Exchange(ref _next, NewSource()).TrySetResult();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
