using InvitePortal.Accounts.Messages;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>What every change of a password brings with it: a new stamp, the end of all sessions, a line in the log, a word to the owner.</summary>
internal static class NewPassword
{
    /// <summary>Stores the hash of a new password in the caller's transaction; the caller saves.</summary>
    public static async Task StoreAsync(
        AppDbContext db, Outbox outbox, Actor actor, Owner owner, string hash, string action, DateTimeOffset now, CancellationToken ct)
    {
        var stamp = Guid.NewGuid().ToString("N");
        await db.Users.Where(u => u.Id == owner.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.PasswordHash, hash)
                .SetProperty(u => u.SecurityStamp, stamp)
                .SetProperty(u => u.ConcurrencyStamp, stamp),
            ct);
        await SessionService.EndAllAsync(db, owner.Id, except: null, ct);
        AuditLog.Record(db, now, actor, owner.Name, action, owner.Id);
        if (owner.Reach is not null)
        {
            outbox.Enqueue(db, new MessageDraft(NoticeMessage.KindName, owner.Reach, owner.Language, new NoticeData(NoticeData.PasswordChanged)) { SubjectId = owner.Id });
        }
    }

    /// <summary>Whose password it is.</summary>
    public sealed record Owner(Guid Id, string Name, ChannelAddress? Reach, string Language);
}
