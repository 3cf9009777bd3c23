using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>Narrows a teacher's list of students. Empty means all.</summary>
public sealed record StudentFilter
{
    /// <summary>One subject, however it is spelled.</summary>
    public string? Subject { get; init; }
    public Guid? GroupId { get; init; }
    /// <summary>Part of name or address.</summary>
    public string? Search { get; init; }
}

/// <summary>A student in one subject or group.</summary>
public sealed record StudentRow(
    Guid EnrollmentId, Guid StudentId, string Name, string? Email, string? AvatarVersion, string Subject, Guid? GroupId, string? Group, DateTimeOffset JoinedAt, EnrollmentSource Source);

/// <summary>A subject or group of a teacher, and how many students are in it.</summary>
public sealed record TaughtSubject(string Subject, Guid? GroupId, string? Group, int Students);

/// <summary>What a student learns, with whom.</summary>
public sealed record LearntSubject(Guid EnrollmentId, Guid TeacherId, string Teacher, string Subject, Guid? GroupId, string? Group, DateTimeOffset JoinedAt);

/// <summary>A child of a parent, and what it learns, newest first.</summary>
public sealed record LearningChild(Guid Id, string Name, string? AvatarVersion, DateTimeOffset Since, IReadOnlyList<LearntSubject> Subjects);

/// <summary>Who learns what with whom.</summary>
public sealed class EnrollmentQueries(IDbContextFactory<AppDbContext> databases, Family family, TimeProvider clock)
{
    private const int MaxSubjects = 500;
    private const int MaxChildren = 50;

    /// <summary>The students of the teacher who asks, newest first unless <see cref="PageRequest.Sort"/> names <c>joinedAt</c>.</summary>
    public async Task<Result<PageResult<StudentRow>>> ListStudentsAsync(Actor actor, StudentFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var source = db.Enrollments.AsNoTracking().Where(e => e.TeacherId == state.Value.Id);
        source = filter.GroupId is { } group ? source.Where(e => e.GroupId == group) : source;
        if (filter.Subject is { Length: > 0 } subject)
        {
            var key = InviteCode.SubjectKeyOf(subject.Replace("\0", "", StringComparison.Ordinal));
            source = source.Where(e => e.SubjectKey == key);
        }

        if (SearchText.Fold(filter.Search?.Replace("\0", "", StringComparison.Ordinal) ?? "") is { Length: > 0 } text)
        {
            source = source.Where(e => db.Users.Any(u => u.Id == e.StudentId && u.SearchText.Contains(text)));
        }

        var total = new ListTotal(await source.LongCountAsync(ct));
        var sort = page.Sort ?? "-joinedAt";
        return sort.TrimStart('-') is "joinedAt"
            ? await Keyset.PageAsync(source, page, e => e.JoinedAt, e => e.Id, sort.StartsWith('-'), total, rows => Students(db, rows), r => (r.JoinedAt, r.EnrollmentId), ct)
            : CodeErrors.UnknownSort;
    }

    /// <summary>The subjects and groups that the teacher who asks has students in, at most 500, by name.</summary>
    public async Task<Result<IReadOnlyList<TaughtSubject>>> ListTaughtAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var counted = await db.Enrollments.Where(e => e.TeacherId == state.Value.Id)
            .GroupBy(e => new { e.SubjectKey, e.GroupId })
            .Select(g => new { g.Key.SubjectKey, g.Key.GroupId, Subject = g.Min(e => e.Subject)!, Count = g.Count() })
            .OrderBy(g => g.SubjectKey)
            .Take(MaxSubjects)
            .ToListAsync(ct);
        var ids = counted.Select(c => c.GroupId).OfType<Guid>().Distinct().ToArray();
        var names = await db.Groups.Where(g => ids.Contains(g.Id)).ToDictionaryAsync(g => g.Id, g => g.Name, ct);
        return counted.ConvertAll(c => new TaughtSubject(c.Subject, c.GroupId, c.GroupId is { } id ? names.GetValueOrDefault(id) : null, c.Count));
    }

    /// <summary>What the person who asks learns, newest first, at most 500. Anybody may ask about themselves.</summary>
    public async Task<Result<IReadOnlyList<LearntSubject>>> ListMineAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        return state.Succeeded ? await LearntAsync(db, state.Value.Id, ct) : state.Error;
    }

    /// <summary>What somebody learns, for those who manage people.</summary>
    public async Task<Result<IReadOnlyList<LearntSubject>>> ListOfPersonAsync(Actor actor, Guid personId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        return Rights.SeesPeople(state.Value.ActiveRole) ? await LearntAsync(db, personId, ct) : CodeErrors.NotTeacher;
    }

    /// <summary>The children of the parent who asks, first bound first, and what they learn.</summary>
    public async Task<Result<IReadOnlyList<LearningChild>>> ListChildrenAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded || state.Value.ActiveRole is not Role.Parent)
        {
            return state.Error ?? CodeErrors.NotParent;
        }

        var children = await (from child in family.ChildrenOf(db, state.Value.Id)
                              join person in db.Users on child.Id equals person.Id
                              orderby child.Since, child.Id
                              select new { child.Id, Name = person.DisplayName, person.AvatarVersion, child.Since }).Take(MaxChildren).ToListAsync(ct);
        Guid[] ids = [.. children.Select(c => c.Id)];
        var subjects = (await Learnt(db, db.Enrollments.Where(e => ids.Contains(e.StudentId))).Take(MaxSubjects).ToListAsync(ct)).ToLookup(r => r.StudentId, r => r.Subject);
        return children.ConvertAll(c => new LearningChild(c.Id, c.Name, c.AvatarVersion, c.Since, [.. subjects[c.Id]]));
    }

    /// <summary>How many people the teacher who asks has as students, whatever number of subjects each learns.</summary>
    public async Task<Result<int>> CountStudentsAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        return state.Succeeded ? await db.Enrollments.Where(e => e.TeacherId == state.Value.Id).Select(e => e.StudentId).Distinct().CountAsync(ct) : state.Error;
    }

    private static async Task<List<LearntSubject>> LearntAsync(AppDbContext db, Guid student, CancellationToken ct) =>
        (await Learnt(db, db.Enrollments.Where(e => e.StudentId == student)).Take(MaxSubjects).ToListAsync(ct)).ConvertAll(r => r.Subject);

    private static IQueryable<Learning> Learnt(AppDbContext db, IQueryable<Enrollment> enrollments) =>
        from e in enrollments
        join t in db.Users on e.TeacherId equals t.Id
        join g in db.Groups on e.GroupId equals g.Id into groups
        from grouped in groups.DefaultIfEmpty()
        orderby e.JoinedAt descending, e.Id descending
        select new Learning(e.StudentId, new LearntSubject(e.Id, e.TeacherId, t.DisplayName, e.Subject, e.GroupId, grouped == null ? null : grouped.Name, e.JoinedAt));

    private static IQueryable<StudentRow> Students(AppDbContext db, IQueryable<Enrollment> enrollments) =>
        from e in enrollments
        join u in db.Users on e.StudentId equals u.Id
        join g in db.Groups on e.GroupId equals g.Id into groups
        from grouped in groups.DefaultIfEmpty()
        select new StudentRow(e.Id, e.StudentId, u.DisplayName, u.Email, u.AvatarVersion, e.Subject, e.GroupId, grouped == null ? null : grouped.Name, e.JoinedAt, e.Source);

    private sealed record Learning(Guid StudentId, LearntSubject Subject);
}
