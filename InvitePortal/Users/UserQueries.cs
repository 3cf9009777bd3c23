using System.Linq.Expressions;
using System.Text.RegularExpressions;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>Narrows the list. Empty means all.</summary>
public sealed record UserFilter
{
    public IReadOnlyList<PersonStatus> Statuses { get; init; } = [];
    /// <summary>People who hold one of these.</summary>
    public IReadOnlyList<Role> Roles { get; init; } = [];
    /// <summary>Part of name or address, taken literally; one or two letters are looked for at the beginnings of words.</summary>
    public string? Search { get; init; }
}

/// <summary>One row of the list.</summary>
public sealed record UserRow(
    Guid Id,
    string Name,
    string? Email,
    PersonStatus Status,
    Role ActiveRole,
    IReadOnlyList<Role> Roles,
    DateTimeOffset CreatedAt,
    DateTimeOffset? JoinedAt,
    DateTimeOffset? LastSignInAt,
    string? AvatarVersion,
    string Version);

/// <summary>Reads people, for those who manage them.</summary>
public sealed partial class UserQueries(IDbContextFactory<AppDbContext> databases, ListTotals totals, TimeProvider clock)
{
    /// <summary>Begins the key of every total of this list.</summary>
    public const string TotalsPrefix = "users:";

    /// <summary>Matches of a search are counted up to here; more is said as "more than". Counting all of a common word takes longer than reading its page.</summary>
    public const int CountedMatches = 10_000;

    // People whom a filter wants are found first where they are at most one in so many: ten times cheaper than the longest walk, ten times dearer than a short one.
    private const int FoundFirst = 100;

    // Looking rows up by a facet pays where at most one in so many has it.
    private const int MostByFacet = 20;

    private const int MaxSessions = 100;
    private const int CountedEntries = 1_000;

    /// <summary>
    /// One page, by name unless <see cref="PageRequest.Sort"/> names <c>name</c>, <c>email</c>, <c>status</c>, <c>role</c>, <c>joinedAt</c> or
    /// <c>lastSignInAt</c>. Never joined counts as the day of the invitation, never signed in as long ago.
    /// </summary>
    public async Task<Result<PageResult<UserRow>>> ListAsync(Actor actor, UserFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var facets = await FacetsAsync(db, totals);
        var scans = !db.Database.IsNpgsql();
        var source = Matching(db.Users.AsNoTracking(), facets, filter, scans);
        var text = Needle(filter.Search);
        if (!scans && text is not null && !TwoLetters().IsMatch(text) && Odd().IsMatch(text))
        {
            source = source.Where(u => EF.Property<bool>(u, AppUserConfiguration.HasOddSymbols));
        }

        var total = await CountAsync(source, facets, filter);
        if (!total.IsCapped && total.Count <= (text is null ? Math.Min(CountedMatches, facets.Total / FoundFirst) : CountedMatches))
        {
            // Found first, then sorted: few enough. They may lie together in one place of the order, which no statistics tell, and walking there takes long.
            var found = source.Take(CountedMatches + 1);
            // Without an index of parts of words, all texts are read: then in the narrow index, which has no other columns to sort by.
            source = scans ? db.Users.AsNoTracking().Where(u => found.Select(f => f.Id).Contains(u.Id)) : found;
        }

        return await PageAsync(db.Users.AsNoTracking(), source, page, total, ct);
    }

    internal static Task<PeopleFacets> FacetsAsync(AppDbContext db, ListTotals totals) =>
        totals.GetAsync(TotalsPrefix + "facets", () => PeopleFacets.ReadAsync(db, CancellationToken.None), f => f.Total > ListTotals.ExactUpTo);

    /// <summary>One person, for the panel and the API.</summary>
    public async Task<Result<UserDetails>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var one = db.Users.AsNoTracking().Where(u => u.Id == id);
        if (await Rows(one).FirstOrDefaultAsync(ct) is not { } row)
        {
            return UserErrors.NotFound;
        }

        var more = await one.Select(u => new { u.Bio, u.Language, u.TimeZone, HasPassword = u.PasswordHash != null, u.EmailConfirmed, Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey), HasTelegram = db.UserLogins.Any(l => l.UserId == u.Id && l.LoginProvider == SignInProviders.Telegram) })
            .FirstOrDefaultAsync(ct);
        if (more is null)
        {
            return UserErrors.NotFound;
        }

        var now = clock.GetUtcNow();
        var open = db.Sessions.Where(s => s.UserId == id && s.StartedAt != null && s.EndsAt > now && (s.ExpiresAt > now || s.RefreshExpiresAt > now));
        var mayManage = Rights.MayManage(state.Value.ActiveRole, row.RoleBits);
        return new UserDetails(
            row.ToRow(), more.Bio, more.Language, more.TimeZone, more.HasPassword, more.EmailConfirmed, mayManage,
            await open.CountAsync(ct),
            mayManage
                ? await open.OrderByDescending(s => s.LastSeenAt).Take(MaxSessions)
                    .Select(s => new SessionRow(s.Id, s.Kind, s.Device, s.Address, s.CreatedAt, s.LastSeenAt, s.Id == actor.SessionId)).ToListAsync(ct)
                : [])
        {
            HasTelegram = more.HasTelegram,
            Contact = more.Reach is { Email: null } reach ? new PersonContact(reach.Channel, reach.Display) : null,
        };
    }

    /// <summary>What was done with one person, newest first; also of somebody who was deleted since.</summary>
    public async Task<Result<PageResult<UserAuditRow>>> ListAuditAsync(Actor actor, Guid id, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var source = db.AuditEntries.AsNoTracking().Where(e => e.SubjectId == id);
        var count = await source.Take(CountedEntries + 1).LongCountAsync(ct);
        return await Keyset.PageAsync(
            source, page, e => e.At, e => e.Id, descending: true, new ListTotal(Math.Min(count, CountedEntries), count > CountedEntries),
            entries => entries.Select(e => new UserAuditRow(e.Id, e.At, e.ActorName, e.Address, e.Action, e.Before, e.After)), e => (e.At, e.Id), ct);
    }

    private async Task<Result<ActorState>> RequireAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state.Succeeded && !Rights.SeesPeople(state.Value.ActiveRole) ? UserErrors.Forbidden : state;
    }

    /// <summary>The people whom <paramref name="filter"/> wants.</summary>
    /// <param name="people">Whom to choose from.</param>
    /// <param name="facets">The facets that there are.</param>
    /// <param name="filter">What is wanted.</param>
    /// <param name="scans">Whether a search reads all texts, for want of an index of parts of words.</param>
    internal static IQueryable<AppUser> Matching(IQueryable<AppUser> people, PeopleFacets facets, UserFilter filter, bool scans = false)
    {
        // Constants, not parameters: the best way to a page depends on how rare these are, and a plan made for any value of them does not know.
        if (filter.Statuses.Count + filter.Roles.Count > 0)
        {
            var wanted = facets.Of(filter.Statuses, filter.Roles);
            // Where texts are read anyway, SQLite should not be led away from their index by a facet that many have.
            var passing = scans && Needle(filter.Search) is not null && facets.Count(filter.Statuses, filter.Roles) > facets.Total / MostByFacet;
            people = passing ? people.Where(u => EF.Constant(wanted).Contains(u.Facet | 0)) : people.Where(u => EF.Constant(wanted).Contains(u.Facet));
        }

        if (Needle(filter.Search) is { } text)
        {
            people = people.Where(u => u.SearchText.Contains(text)).TagWith(PlanAnew.Tag);
        }

        return people;
    }

    // A blank stands before every word: with it even one letter is something that an index of three-letter parts can look for. Symbols have no beginnings.
    internal static string? Needle(string? search)
    {
        // PostgreSQL has no NUL in texts, and no name holds one.
        var text = SearchText.Fold(search?.Replace("\0", "", StringComparison.Ordinal) ?? "");
        return text.Length == 0 ? null : text.Length < 3 && text.Any(char.IsLetterOrDigit) ? " " + text : text;
    }

    private async Task<ListTotal> CountAsync(IQueryable<AppUser> source, PeopleFacets facets, UserFilter filter)
    {
        if (Needle(filter.Search) is not { } text)
        {
            return new ListTotal(facets.Count(filter.Statuses, filter.Roles));
        }

        var key = $"{TotalsPrefix}{string.Join(',', filter.Statuses.Order())}|{string.Join(',', filter.Roles.Order())}|{text}";
        var count = await totals.GetAsync(key, () => source.Take(CountedMatches + 1).LongCountAsync(CancellationToken.None));
        return count > CountedMatches ? new ListTotal(CountedMatches, IsCapped: true) : new ListTotal(count);
    }

    /// <summary>The next rows of a walk through all that match, which nobody has counted.</summary>
    internal static Task<Result<PageResult<UserRow>>> WalkAsync(AppDbContext db, PeopleFacets facets, UserFilter filter, PageRequest page, CancellationToken ct) =>
        PageAsync(null, Matching(db.Users.AsNoTracking(), facets, filter), page, new ListTotal(CountedMatches, IsCapped: true), ct);

    private static async Task<Result<PageResult<UserRow>>> PageAsync(IQueryable<AppUser>? people, IQueryable<AppUser> source, PageRequest page, ListTotal total, CancellationToken ct)
    {
        var sort = page.Sort ?? "name";
        var down = sort.StartsWith('-');
        return sort.TrimStart('-') switch
        {
            "name" => await By(u => u.SearchText, r => r.SearchText),
            "email" => await By(u => u.EmailKey, r => r.EmailKey),
            "status" => await By(u => u.Facet, r => r.Facet),
            "role" => await By(u => (int)u.ActiveRole, r => (int)r.ActiveRole),
            "joinedAt" => await By(u => u.JoinedKey, r => r.JoinedKey),
            "lastSignInAt" => await By(u => u.SeenKey, r => r.SeenKey),
            _ => UserErrors.UnknownSort,
        };

        async Task<Result<PageResult<UserRow>>> By<TKey>(Expression<Func<AppUser, TKey>> key, Func<Read, TKey> keyOf) =>
            (await Keyset.PageAsync(source, page, key, u => u.Id, down, total, Rows, r => (keyOf(r), r.Id), ct, people)).Select(r => r.ToRow());
    }

    private static IQueryable<Read> Rows(IQueryable<AppUser> people) => people.Select(u => new Read(
        u.Id, u.DisplayName, u.Email, u.Status, u.ActiveRole, u.RoleBits, u.CreatedAt, u.JoinedAt, u.LastSignInAt, u.AvatarVersion, u.ConcurrencyStamp!,
        u.SearchText, u.EmailKey, u.Facet, u.JoinedKey, u.SeenKey));

    [GeneratedRegex(@"[\p{L}\p{Nd}]{2}")]
    private static partial Regex TwoLetters();

    [GeneratedRegex(SearchText.OddSymbols)]
    private static partial Regex Odd();

    // A row together with the keys of every order.
    private sealed record Read(
        Guid Id,
        string Name,
        string? Email,
        PersonStatus Status,
        Role ActiveRole,
        int RoleBits,
        DateTimeOffset CreatedAt,
        DateTimeOffset? JoinedAt,
        DateTimeOffset? LastSignInAt,
        string? AvatarVersion,
        string Version,
        string SearchText,
        string EmailKey,
        int Facet,
        DateTimeOffset JoinedKey,
        DateTimeOffset SeenKey)
    {
        public UserRow ToRow() => new(
            Id, Name, Email, Status, ActiveRole, Common.RoleBits.Read(RoleBits), CreatedAt, JoinedAt, LastSignInAt, AvatarVersion, Version);
    }
}
