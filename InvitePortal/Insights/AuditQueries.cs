using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Insights;

/// <summary>Reads the audit log, for admins and staff.</summary>
public sealed class AuditQueries(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Entries are counted up to here; more is said as "more than".</summary>
    public const int CountedEntries = 1_000;

    private const int MaxSubjects = 200;

    /// <summary>One page, newest first.</summary>
    public async Task<Result<AuditList>> ListAsync(Actor actor, AuditFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var entries = await MatchingAsync(db, filter, ct);
        var count = await entries.Take(CountedEntries + 1).LongCountAsync(ct);
        var rows = await PageAsync(entries, page, new ListTotal(Math.Min(count, CountedEntries), count > CountedEntries), ct);
        var ids = rows.Items.Select(r => r.SubjectId).Concat([Id(filter.Who), Id(filter.About)]).OfType<Guid>().Distinct().ToList();
        var names = await NamesAsync(db, ids, ct);
        string? NameOf(string? text) => Id(text) is { } id ? names.GetValueOrDefault(id)?.Name ?? text : null;
        return new AuditList(
            rows.Select(r => r.SubjectId is { } id && names.TryGetValue(id, out var named) ? r with { Kind = named.Kind, SubjectName = named.Name } : r),
            NameOf(filter.Who),
            NameOf(filter.About));
    }

    /// <summary>The stored state of somebody who may read the log.</summary>
    internal async Task<Result<ActorState>> RequireAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state.Succeeded && !Rights.IsAdmin(state.Value.ActiveRole) ? InsightsErrors.AuditForbidden : state;
    }

    /// <summary>The next entries of a walk through all that match, which nobody has counted.</summary>
    internal static async Task<PageResult<AuditRow>> WalkAsync(AppDbContext db, AuditFilter filter, PageRequest page, CancellationToken ct) =>
        await PageAsync(await MatchingAsync(db, filter, ct), page, new ListTotal(CountedEntries, IsCapped: true), ct);

    /// <summary>The entries that <paramref name="filter"/> wants. Names are looked up first, so that the log itself is found by ids.</summary>
    private static async Task<IQueryable<AuditEntry>> MatchingAsync(AppDbContext db, AuditFilter filter, CancellationToken ct)
    {
        var entries = db.AuditEntries.AsNoTracking();
        entries = filter.From is { } from ? entries.Where(e => e.At >= from) : entries;
        entries = filter.To is { } to ? entries.Where(e => e.At < to) : entries;
        if (filter.Action is { } action)
        {
            var area = action + ".%";
            entries = action.Contains('.', StringComparison.Ordinal) ? entries.Where(e => e.Action == action) : entries.Where(e => EF.Functions.Like(e.Action, area));
        }

        if (Id(filter.Who) is { } actor)
        {
            entries = entries.Where(e => e.ActorId == actor);
        }
        else if (UserQueries.Needle(filter.Who) is { } who)
        {
            var actors = await PeopleAsync(db, who, ct);
            entries = entries.Where(e => e.ActorId != null && actors.Contains(e.ActorId.Value));
        }

        if (Id(filter.About) is { } subject)
        {
            entries = entries.Where(e => e.SubjectId == subject);
        }
        else if (UserQueries.Needle(filter.About) is { } about)
        {
            var address = about.Trim();
            var subjects = await PeopleAsync(db, about, ct);
            subjects.AddRange(await db.Invitations.Where(i => i.NormalizedRecipient == address).Select(i => i.Id).Take(MaxSubjects).ToListAsync(ct));
            entries = entries.Where(e => e.SubjectId != null && subjects.Contains(e.SubjectId.Value));
        }

        return entries;
    }

    private static Task<PageResult<AuditRow>> PageAsync(IQueryable<AuditEntry> entries, PageRequest page, ListTotal total, CancellationToken ct) => Keyset.PageAsync(
        entries, page, e => e.At, e => e.Id, descending: true, total,
        found => found.Select(e => new AuditRow(e.Id, e.At, e.ActorId, e.ActorName, e.Address, e.Action, e.SubjectId, AuditMask.Of(e.Before), AuditMask.Of(e.After))),
        r => (r.At, r.Id), ct);

    private static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    private static Task<List<Guid>> PeopleAsync(AppDbContext db, string needle, CancellationToken ct) =>
        db.Users.Where(u => u.SearchText.Contains(needle)).Select(u => u.Id).Take(MaxSubjects).TagWith(PlanAnew.Tag).ToListAsync(ct);

    private static async Task<Dictionary<Guid, Named>> NamesAsync(AppDbContext db, List<Guid> ids, CancellationToken ct)
    {
        var found = await db.Users.Where(u => ids.Contains(u.Id)).Select(u => new { Kind = AuditSubject.Person, u.Id, Name = u.DisplayName })
            .Concat(db.Invitations.Where(i => ids.Contains(i.Id)).Select(i => new { Kind = AuditSubject.Invitation, i.Id, Name = i.Recipient }))
            .Concat(db.InviteCodes.Where(c => ids.Contains(c.Id)).Select(c => new { Kind = AuditSubject.Code, c.Id, Name = c.Subject ?? "" }))
            .Concat(db.Groups.Where(g => ids.Contains(g.Id)).Select(g => new { Kind = AuditSubject.Group, g.Id, g.Name }))
            .ToListAsync(ct);
        return found.ToDictionary(f => f.Id, f => new Named(f.Kind, f.Name));
    }

    private sealed record Named(AuditSubject Kind, string Name);
}
