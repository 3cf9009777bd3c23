using InvitePortal.Codes.Messages;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>Writes the messages that carry codes.</summary>
public sealed class CodeMails(Outbox outbox)
{
    /// <summary>Adds a message; the caller saves.</summary>
    internal OutboxMessage Add(AppDbContext db, InviteCode code, string? group, string teacher, CodeShare share, DateTimeOffset dueAt) =>
        outbox.Enqueue(db, new MessageDraft(
            CodeShareMessage.KindName,
            share.Recipient,
            share.Language,
            new CodeShareData(teacher, code.Subject, group, code.Code, share.Words, code.ExpiresAt))
        {
            Channel = share.Channel,
            SubjectId = code.Id,
            DueAt = dueAt,
            ExpiresAt = code.ExpiresAt,
        });

    /// <summary>Writes what still waits anew, after the code has changed; the caller saves.</summary>
    internal async Task RewriteWaitingAsync(AppDbContext db, InviteCode code, string? group, string teacher, CancellationToken ct)
    {
        var waiting = await (from share in db.CodeShares.AsTracking()
                             where share.CodeId == code.Id
                             join message in db.OutboxMessages on share.MessageId equals message.Id
                             where message.State == DeliveryState.Queued || message.State == DeliveryState.Delayed
                             select new { Share = share, message.DueAt }).ToListAsync(ct);
        if (waiting.Count == 0)
        {
            return;
        }

        await Outbox.WithdrawWaitingAsync(db, code.Id, ct);
        foreach (var entry in waiting)
        {
            entry.Share.MessageId = Add(db, code, group, teacher, entry.Share, entry.DueAt).Id;
        }
    }
}
