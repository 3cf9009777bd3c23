using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>A group that people can be invited into.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Teacher">Display name of its teacher.</param>
/// <param name="SeatsLeft">How many more may join; null for any number.</param>
public sealed record InvitableGroup(Guid Id, string Name, string Subject, string Teacher, int? SeatsLeft);

/// <summary>A place in a group that was taken, to be told after the commit.</summary>
public sealed record TakenPlace(Guid TeacherId, Guid CodeId, Guid EnrollmentId);

/// <summary>
/// Places in groups for people who come by an invitation, not by the group's code. The seats are those of the code: whoever closes or replaces it
/// shuts nobody out whom an administrator has invited.
/// </summary>
public sealed class GroupPlaces(IDbContextFactory<AppDbContext> databases, CodeChanges changes, TimeProvider clock)
{
    /// <summary>How many groups one search gives.</summary>
    public const int Most = 100;

    /// <summary>Groups that the caller may invite into, by name: all for those who manage people, none for others.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="search">Part of name, subject or the teacher's name; null for the first ones.</param>
    /// <param name="ct">Cancels the reading.</param>
    public async Task<Result<IReadOnlyList<InvitableGroup>>> ListAsync(Actor actor, string? search, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var groups = Open(db, state.Value);
        if (SearchText.Fold(search?.Replace("\0", "", StringComparison.Ordinal) ?? "") is { Length: > 0 } text)
        {
            groups = groups.Where(g => g.SearchText.Contains(text) || db.Users.Any(u => u.Id == g.TeacherId && u.SearchText.Contains(text)));
        }

        return await Rows(db, groups.OrderBy(g => g.Name).ThenBy(g => g.Id).Take(Most)).ToListAsync(ct);
    }

    /// <summary>One group, if the person may invite into it; one they may not is as unknown as one that is not there.</summary>
    public static async Task<Result<InvitableGroup>> FindAsync(AppDbContext db, ActorState inviter, Guid id, CancellationToken ct) =>
        await Rows(db, Open(db, inviter).Where(g => g.Id == id)).FirstOrDefaultAsync(ct) is { } group ? group : CodeErrors.GroupNotFound;

    /// <summary>
    /// Takes a place for somebody, inside the caller's transaction, by one conditional update whose row count decides; <c>group.full</c> when there is
    /// none. Whoever is in the group already, and whose group is gone, takes none.
    /// </summary>
    public static async Task<Result<TakenPlace?>> TakeAsync(AppDbContext db, Actor actor, string name, Guid groupId, Guid studentId, DateTimeOffset now, CancellationToken ct)
    {
        var code = await db.InviteCodes.AsNoTracking().FirstOrDefaultAsync(c => c.GroupId == groupId, ct);
        if (code is null || await db.Enrollments.AnyAsync(e => e.StudentId == studentId && e.GroupId == groupId, ct))
        {
            return (TakenPlace?)null;
        }

        var seconds = (int)Math.Clamp((now - code.CreatedAt).TotalSeconds, 0, int.MaxValue);
        var taken = await db.InviteCodes.Where(c => c.Id == code.Id && (c.MaxUses == null || c.Uses < c.MaxUses)).ExecuteUpdateAsync(
            set => set
                .SetProperty(c => c.Uses, c => c.Uses + 1)
                .SetProperty(c => c.Phase, c => c.Phase == CodePhase.Open && c.MaxUses != null && c.Uses + 1 >= c.MaxUses ? CodePhase.UsedUp : c.Phase)
                .SetProperty(c => c.FirstUsedAt, c => c.FirstUsedAt ?? now)
                .SetProperty(c => c.FirstUseSeconds, c => c.FirstUseSeconds ?? seconds),
            ct);
        if (taken == 0)
        {
            return CodeErrors.GroupFull;
        }

        var enrollment = new Enrollment
        {
            Id = Guid.CreateVersion7(now),
            StudentId = studentId,
            TeacherId = code.TeacherId,
            Subject = code.Subject,
            SubjectKey = code.SubjectKey,
            GroupId = groupId,
            GroupKey = groupId,
            CodeId = code.Id,
            JoinedAt = now,
            JoinedWeek = InviteCode.WeekOf(now),
            Source = EnrollmentSource.Invitation,
        };
        db.Enrollments.Add(enrollment);
        AuditLog.Record(db, now, actor with { UserId = studentId }, name, "group.joined", groupId, after: new { code.Subject, By = enrollment.Source });
        return new TakenPlace(code.TeacherId, code.Id, enrollment.Id);
    }

    /// <summary>Tells the teacher's pages, after the commit.</summary>
    public void Tell(TakenPlace? place)
    {
        if (place is not null)
        {
            changes.Publish(new CodeChange(place.TeacherId, place.CodeId, place.EnrollmentId));
        }
    }

    private static IQueryable<Group> Open(AppDbContext db, ActorState inviter)
    {
        var all = Rights.SeesAllInvitations(inviter.ActiveRole) && Rights.MayGrant(inviter.ActiveRole, Role.Student);
        return db.Groups.AsNoTracking().Where(_ => all);
    }

    private static IQueryable<InvitableGroup> Rows(AppDbContext db, IQueryable<Group> groups) =>
        from g in groups
        join c in db.InviteCodes on (Guid?)g.Id equals c.GroupId
        join t in db.Users on g.TeacherId equals t.Id
        orderby g.Name, g.Id
        select new InvitableGroup(g.Id, g.Name, g.Subject, t.DisplayName, c.MaxUses == null ? null : c.MaxUses - c.Uses);
}
