using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging.Channels;

/// <summary>Development without a mail server: mails become rows that <c>/dev/mailbox</c> shows.</summary>
public sealed class MailboxChannel(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IMessageChannel
{
    /// <inheritdoc />
    public Channel Channel => Channel.Email;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        db.MailboxMessages.Add(new MailboxMessage
        {
            Id = message.Id,
            At = clock.GetUtcNow(),
            Recipient = message.Recipient.ToLowerInvariant(),
            Subject = message.Subject,
            Html = message.Html ?? "",
            Text = message.Text,
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (DbErrors.IsUniqueViolation(e))
        {
            // A second delivery of the same message: it lies there already.
        }
        catch (Exception e) when (DbErrors.IsUnavailable(e))
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Unexpected, e.GetBaseException().Message), NeedsPerson: false);
        }

        return SendOutcome.Sent.Value;
    }
}
