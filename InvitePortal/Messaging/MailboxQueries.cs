using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging;

/// <summary>One line of the mailbox.</summary>
public sealed record MailboxRow(Guid Id, DateTimeOffset At, string Recipient, string Subject);

/// <summary>Reads the mails that Development kept.</summary>
public sealed class MailboxQueries(IDbContextFactory<AppDbContext> databases, IHostEnvironment environment, IOptionsMonitor<SmtpOptions> smtp)
{
    /// <summary>Rows on a page.</summary>
    public const int PageSize = 25;

    /// <summary>Whether the mailbox exists: in Development only, for it shows links and codes to everybody.</summary>
    public bool IsOpen => environment.IsDevelopment();

    /// <summary>The mail server that mail goes to instead; null when it comes here.</summary>
    public string? SendsTo => smtp.CurrentValue is { IsConfigured: true } server ? $"{server.Host}:{server.Port}" : null;

    /// <summary>The newest mails first.</summary>
    /// <param name="recipient">Part of an address; null for all.</param>
    /// <param name="page">1-based.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async Task<PageResult<MailboxRow>> ListAsync(string? recipient, int page, CancellationToken ct)
    {
        if (!IsOpen)
        {
            return new PageResult<MailboxRow>([], 0, 1, PageSize);
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        var mails = db.MailboxMessages.AsNoTracking();
        if (!string.IsNullOrWhiteSpace(recipient))
        {
            // Addresses are ASCII, and the mailbox keeps them in lower case.
            var part = recipient.Trim().ToLowerInvariant();
            mails = mails.Where(m => m.Recipient.Contains(part));
        }

        var total = await mails.CountAsync(ct);
        var last = Math.Max(1, (total + PageSize - 1) / PageSize);
        page = Math.Clamp(page, 1, last);
        var rows = await mails
            .OrderByDescending(m => m.At).ThenByDescending(m => m.Id)
            .Skip((page - 1) * PageSize).Take(PageSize)
            .Select(m => new MailboxRow(m.Id, m.At, m.Recipient, m.Subject))
            .ToListAsync(ct);
        return new PageResult<MailboxRow>(rows, total, page, PageSize, page < last ? "" : null, page > 1 ? "" : null, page < last ? "" : null);
    }

    /// <summary>One mail; null when there is none.</summary>
    public async Task<MailboxMessage?> FindAsync(Guid id, CancellationToken ct)
    {
        if (!IsOpen)
        {
            return null;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.MailboxMessages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id, ct);
    }
}
