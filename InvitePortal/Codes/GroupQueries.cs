using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>A group with its code.</summary>
/// <param name="Id">The group's id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="CodeId">Its code's id.</param>
/// <param name="Code">The eight characters.</param>
/// <param name="State">Where the code stands now.</param>
/// <param name="MaxUses">Seats; null for any number.</param>
/// <param name="Uses">Seats taken, by whoever has left again too.</param>
/// <param name="Students">How many are in the group now.</param>
/// <param name="ExpiresAt">When the code stops working.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Version">For <see cref="EditGroup"/>.</param>
/// <param name="CodeVersion">For <see cref="ChangeCode"/>.</param>
public sealed record GroupRow(
    Guid Id,
    string Name,
    string Subject,
    Guid CodeId,
    string Code,
    CodeState State,
    int? MaxUses,
    int Uses,
    int Students,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    int Version,
    int CodeVersion)
{
    internal static GroupRow New(Group group, InviteCode code) => new(
        group.Id, group.Name, group.Subject, code.Id, code.Code, CodeState.Active, code.MaxUses, 0, 0, code.ExpiresAt, group.CreatedAt, group.Version, code.Version);
}

/// <summary>Reads the groups of the teacher who asks.</summary>
public sealed class GroupQueries(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>One page, newest first unless <see cref="PageRequest.Sort"/> names <c>createdAt</c>; <see cref="PageRequest.Search"/> is part of name or subject.</summary>
    public async Task<Result<PageResult<GroupRow>>> ListAsync(Actor actor, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        var source = db.Groups.AsNoTracking().Where(g => g.TeacherId == state.Value.Id);
        if (SearchText.Fold(page.Search?.Replace("\0", "", StringComparison.Ordinal) ?? "") is { Length: > 0 } text)
        {
            source = source.Where(g => g.SearchText.Contains(text));
        }

        var total = new ListTotal(await source.LongCountAsync(ct));
        var sort = page.Sort ?? "-createdAt";
        return sort.TrimStart('-') is "createdAt"
            ? await Keyset.PageAsync(source, page, g => g.CreatedAt, g => g.Id, sort.StartsWith('-'), total, groups => Rows(db, groups, now), r => (r.CreatedAt, r.Id), ct)
            : CodeErrors.UnknownSort;
    }

    /// <summary>One group.</summary>
    public async Task<Result<GroupRow>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var row = await Rows(db, db.Groups.Where(g => g.Id == id && g.TeacherId == state.Value.Id), clock.GetUtcNow()).FirstOrDefaultAsync(ct);
        return row is null ? CodeErrors.GroupNotFound : row;
    }

    private static IQueryable<GroupRow> Rows(AppDbContext db, IQueryable<Group> groups, DateTimeOffset now) =>
        from g in groups
        join c in db.InviteCodes on (Guid?)g.Id equals c.GroupId
        select new GroupRow(
            g.Id,
            g.Name,
            g.Subject,
            c.Id,
            c.Code,
            c.Phase == CodePhase.UsedUp ? CodeState.Used : c.Phase == CodePhase.Closed ? CodeState.Closed : c.ExpiresAt <= now ? CodeState.Expired : CodeState.Active,
            c.MaxUses,
            c.Uses,
            db.Enrollments.Count(e => e.GroupId == g.Id),
            c.ExpiresAt,
            g.CreatedAt,
            g.Version,
            c.Version);
}
