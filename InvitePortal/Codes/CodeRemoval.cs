using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Shell;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Codes;

/// <summary>What goes with people: of a teacher the codes, the groups and the enrolments of their students; of a student their own enrolments.</summary>
public sealed class CodeRemoval(IStringLocalizer<CodesTexts> texts) : IPersonRemoval
{
    public async Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct)
    {
        var codes = await db.InviteCodes.CountAsync(c => people.Contains(c.TeacherId), ct);
        var groups = await db.Groups.CountAsync(g => people.Contains(g.TeacherId), ct);
        var taught = await db.Enrollments.CountAsync(e => people.Contains(e.TeacherId), ct);
        var own = await db.Enrollments.CountAsync(e => people.Contains(e.StudentId) && !people.Contains(e.TeacherId), ct);
        return
        [
            .. new[] { ("removal.codes", codes), ("removal.groups", groups), ("removal.taught", taught), ("removal.own", own) }
                .Where(part => part.Item2 > 0)
                .Select(part => new RemovalPart(texts.Count(part.Item1, part.Item2))),
        ];
    }

    public async Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct)
    {
        // Closed first: whoever is sending or joining waits for it, or has stored what is withdrawn next.
        await db.InviteCodes.Where(c => people.Contains(c.TeacherId) && c.Phase == CodePhase.Open).ExecuteUpdateAsync(set => set.SetProperty(c => c.Phase, CodePhase.Closed), ct);
        await Outbox.WithdrawWaitingAsync(db, db.InviteCodes.Where(c => people.Contains(c.TeacherId)).Select(c => c.Id), ct);
        // Twice: first, so that the codes have little to be taken out of; then those who joined while the codes were being deleted.
        await db.Enrollments.Where(e => people.Contains(e.TeacherId)).ExecuteDeleteAsync(ct);
        await db.InviteCodes.Where(c => people.Contains(c.TeacherId)).ExecuteDeleteAsync(ct);
        await db.Enrollments.Where(e => people.Contains(e.TeacherId)).ExecuteDeleteAsync(ct);
        await db.Groups.Where(g => people.Contains(g.TeacherId)).ExecuteDeleteAsync(ct);
    }
}
