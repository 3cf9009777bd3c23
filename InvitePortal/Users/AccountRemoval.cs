using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Shell;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Users;

/// <summary>What becomes of the account itself: sessions, codes and picture go with the row, messages on their way are withdrawn.</summary>
internal sealed class AccountRemoval(IStringLocalizer<UsersTexts> texts, TimeProvider clock) : IPersonRemoval
{
    public async Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var signedIn = await db.Sessions
            .Where(s => people.Contains(s.UserId) && s.StartedAt != null && s.EndsAt > now && (s.ExpiresAt > now || s.RefreshExpiresAt > now))
            .CountAsync(ct);
        return signedIn > 0 ? [new RemovalPart(texts.Count("removal.sessions", signedIn))] : [];
    }

    public Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct) =>
        Outbox.WithdrawAllAsync(db, people, ct);
}
