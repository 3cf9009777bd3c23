using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Codes;

/// <summary>Narrows the list. Empty means all.</summary>
public sealed record CodeFilter
{
    /// <summary>The tabs: active; used; expired, which goes with closed.</summary>
    public IReadOnlyList<CodeState> States { get; init; } = [];
    public CodeKind? Kind { get; init; }
    /// <summary>Part of the subject, or a whole code as typed (<see cref="CodeText.TryRead"/>) or the beginning of one.</summary>
    public string? Search { get; init; }
}

/// <summary>One row of the list.</summary>
/// <param name="Id">The code's id.</param>
/// <param name="Code">The eight characters; <see cref="CodeText.Grouped"/> is how they are shown.</param>
/// <param name="Kind">For one student or for a group.</param>
/// <param name="Subject">The subject.</param>
/// <param name="GroupId">The group of a group code.</param>
/// <param name="Group">Its name.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="MaxUses">Seats; null for any number.</param>
/// <param name="Uses">Seats taken.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="FirstUsedAt">When somebody first joined by it.</param>
/// <param name="FirstUsedBy">Who that was, while they are enrolled.</param>
/// <param name="Delivery">How far its newest message has come; null when it was never sent.</param>
/// <param name="Version">For an edit.</param>
public sealed record CodeRow(
    Guid Id,
    string Code,
    CodeKind Kind,
    string Subject,
    Guid? GroupId,
    string? Group,
    CodeState State,
    int? MaxUses,
    int Uses,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FirstUsedAt,
    string? FirstUsedBy,
    DeliveryState? Delivery,
    int Version)
{
    internal static CodeRow New(InviteCode code, string? group, DateTimeOffset now) => new(
        code.Id, code.Code, code.Kind, code.Subject, code.GroupId, group, code.StateAt(now), code.MaxUses, code.Uses, code.ExpiresAt, code.CreatedAt, null, null, null, code.Version);
}

/// <summary>Somebody who joined by a code.</summary>
public sealed record CodeUse(Guid EnrollmentId, Guid StudentId, string Student, string? Email, DateTimeOffset JoinedAt);

/// <summary>A code sent to one recipient, and how far that has come.</summary>
/// <param name="Id">The share's id.</param>
/// <param name="Channel">By which way.</param>
/// <param name="Recipient">To whom: address, number or id on the channel.</param>
/// <param name="SendAt">When it was to go.</param>
/// <param name="State">Where its message stands.</param>
/// <param name="DueAt">When it is due, or will be tried again.</param>
/// <param name="SentAt">When the server took it.</param>
/// <param name="Why">Why it waits or failed, in the current language.</param>
public sealed record ShareRow(Guid Id, Channel Channel, string Recipient, DateTimeOffset SendAt, DeliveryState? State, DateTimeOffset? DueAt, DateTimeOffset? SentAt, string? Why)
{
    /// <summary>The e-mail address; null on other channels.</summary>
    public string? Email => Channel is Channel.Email ? Recipient : null;
}

/// <summary>One code with everything that can be said about it: the newest 200 uses and shares.</summary>
public sealed record CodeDetails(CodeRow Row, string Link, IReadOnlyList<CodeUse> Uses, IReadOnlyList<ShareRow> Shares);

/// <summary>Reads the codes of the teacher who asks.</summary>
public sealed class CodeQueries(IDbContextFactory<AppDbContext> databases, ListTotals totals, IOptions<PortalOptions> portal, TimeProvider clock)
{
    /// <summary>Matches of a search are counted up to here.</summary>
    public const int CountedMatches = 10_000;

    private const int MaxListed = 200;
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    /// <summary>One page, newest first unless <see cref="PageRequest.Sort"/> names <c>createdAt</c> or <c>subject</c>.</summary>
    public async Task<Result<PageResult<CodeRow>>> ListAsync(Actor actor, CodeFilter filter, PageRequest page, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        var own = db.InviteCodes.AsNoTracking().Where(c => c.TeacherId == state.Value.Id);
        // A whole code is found in its index; together with subjects, every one of them would be looked through.
        var source = CodeText.TryRead(filter.Search, out var whole) && await own.AnyAsync(c => c.Code == whole, ct)
            ? Matching(own.Where(c => c.Code == whole), filter with { Search = null }, now)
            : Matching(own, filter, now);
        var total = await CountAsync(source, state.Value.Id, filter);
        var sort = page.Sort ?? "-createdAt";
        var down = sort.StartsWith('-');
        IQueryable<CodeRow> Shape(IQueryable<InviteCode> codes) => Rows(db, codes, now);
        return sort.TrimStart('-') switch
        {
            "createdAt" => await Keyset.PageAsync(source, page, c => c.CreatedAt, c => c.Id, down, total, Shape, r => (r.CreatedAt, r.Id), ct),
            "subject" => await Keyset.PageAsync(source, page, c => c.SubjectKey, c => c.Id, down, total, Shape, r => (InviteCode.SubjectKeyOf(r.Subject), r.Id), ct),
            _ => CodeErrors.UnknownSort,
        };
    }

    /// <summary>How many codes there are of each state: the numbers on the tabs.</summary>
    public async Task<Result<IReadOnlyDictionary<CodeState, int>>> CountStatesAsync(Actor actor, CodeKind? kind, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var counts = await totals.GetAsync(
            $"{TotalsPrefix(state.Value.Id)}states|{kind}",
            () => CountStatesAsync(db, state.Value.Id, kind, clock.GetUtcNow(), CancellationToken.None),
            c => c.Values.Sum() > ListTotals.ExactUpTo);
        return new Dictionary<CodeState, int>(counts);
    }

    /// <summary>One code with who used it and to whom it was sent.</summary>
    public async Task<Result<CodeDetails>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var row = await Rows(db, db.InviteCodes.Where(c => c.Id == id && c.TeacherId == state.Value.Id), clock.GetUtcNow()).FirstOrDefaultAsync(ct);
        if (row is null)
        {
            return CodeErrors.NotFound;
        }

        var uses = await (from e in db.Enrollments
                          where e.CodeId == id
                          join u in db.Users on e.StudentId equals u.Id
                          orderby e.JoinedAt descending, e.Id descending
                          select new CodeUse(e.Id, e.StudentId, u.DisplayName, u.Email, e.JoinedAt)).Take(MaxListed).ToListAsync(ct);
        return new CodeDetails(row, LinkOf(portal.Value, row.Code), uses, await SharesAsync(db, id, ct));
    }

    /// <summary>
    /// Changes when somebody joins, or a code is made, on whatever node: two looks into indexes, cheap enough to ask every few seconds. What the
    /// teacher changes otherwise is told by <see cref="CodeChanges"/>. Counts for the caller's own codes only, so it needs no rights.
    /// </summary>
    public async Task<string> VersionAsync(Actor actor, CancellationToken ct)
    {
        var teacher = actor.UserId;
        var recent = clock.GetUtcNow() - Recent;
        await using var db = await databases.CreateDbContextAsync(ct);
        var enrollments = db.Enrollments.Where(e => e.TeacherId == teacher);
        var joined = await enrollments.OrderByDescending(e => e.JoinedAt).ThenByDescending(e => e.Id).Select(e => (DateTimeOffset?)e.JoinedAt).FirstOrDefaultAsync(ct);
        // Two that join at once may become visible in the other order; both are counted.
        var count = joined > recent ? await enrollments.CountAsync(e => e.JoinedAt > recent, ct) : 0;
        var made = await db.InviteCodes.Where(c => c.TeacherId == teacher).OrderByDescending(c => c.CreatedAt).ThenByDescending(c => c.Id).Select(c => (Guid?)c.Id).FirstOrDefaultAsync(ct);
        return FormattableString.Invariant($"{joined?.UtcTicks}.{count}.{made:N}");
    }

    /// <summary>The address that a code is joined at.</summary>
    public static string LinkOf(PortalOptions portal, string code) => portal.Link($"/join?code={code}");

    /// <summary>Begins the key of every total of a teacher's codes.</summary>
    internal static string TotalsPrefix(Guid teacher) => $"codes:{teacher:N}|";

    internal static async Task<IReadOnlyDictionary<CodeState, int>> CountStatesAsync(AppDbContext db, Guid teacher, CodeKind? kind, DateTimeOffset now, CancellationToken ct)
    {
        var codes = db.InviteCodes.Where(c => c.TeacherId == teacher && (kind == null || c.Kind == kind));
        var counts = await codes
            .GroupBy(c => new { c.Phase, Over = c.ExpiresAt != null && c.ExpiresAt <= now })
            .Select(g => new { g.Key.Phase, g.Key.Over, Count = g.Count() })
            .ToListAsync(ct);
        return Enum.GetValues<CodeState>().ToDictionary(s => s, s => counts.Where(c => StateOf(c.Phase, c.Over) == s).Sum(c => c.Count));
    }

    private static CodeState StateOf(CodePhase phase, bool over) => phase switch
    {
        CodePhase.UsedUp => CodeState.Used,
        CodePhase.Closed => CodeState.Closed,
        CodePhase.Open => over ? CodeState.Expired : CodeState.Active,
        _ => throw new InvalidOperationException($"Unknown phase {phase}."),
    };

    private static IQueryable<InviteCode> Matching(IQueryable<InviteCode> codes, CodeFilter filter, DateTimeOffset now)
    {
        if (filter.States.Count > 0)
        {
            var phases = filter.States.Select(s => s switch
            {
                CodeState.Active or CodeState.Expired => CodePhase.Open,
                CodeState.Used => CodePhase.UsedUp,
                CodeState.Closed => CodePhase.Closed,
                _ => throw new InvalidOperationException($"Unknown state {s}."),
            }).Distinct().ToArray();
            // One phase is one stretch of an index that is in the order of the list.
            codes = phases is [var phase] ? codes.Where(c => c.Phase == phase) : codes.Where(c => phases.Contains(c.Phase));
            var (active, expired) = (filter.States.Contains(CodeState.Active), filter.States.Contains(CodeState.Expired));
            codes = (active, expired) switch
            {
                (true, false) => codes.Where(c => c.Phase != CodePhase.Open || c.ExpiresAt == null || c.ExpiresAt > now),
                (false, true) => codes.Where(c => c.Phase != CodePhase.Open || c.ExpiresAt <= now),
                _ => codes,
            };
        }

        codes = filter.Kind is { } kind ? codes.Where(c => c.Kind == kind) : codes;
        if (Needle(filter.Search) is not { } text)
        {
            return codes;
        }

        var part = text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return part.Length is > 1 and < CodeText.Length ? codes.Where(c => c.SubjectKey.Contains(text) || c.Code.StartsWith(part)) : codes.Where(c => c.SubjectKey.Contains(text));
    }

    // PostgreSQL has no NUL in texts, and no subject holds one.
    private static string? Needle(string? search) => SearchText.Fold(search?.Replace("\0", "", StringComparison.Ordinal) ?? "") is { Length: > 0 } text ? text : null;

    private async Task<ListTotal> CountAsync(IQueryable<InviteCode> source, Guid teacher, CodeFilter filter)
    {
        var text = Needle(filter.Search);
        var key = $"{TotalsPrefix(teacher)}{string.Join(',', filter.States.Order())}|{filter.Kind}|{text}";
        if (text is null)
        {
            return new ListTotal(await totals.GetAsync(key, () => source.LongCountAsync(CancellationToken.None)));
        }

        var count = await totals.GetAsync(key, () => source.Take(CountedMatches + 1).LongCountAsync(CancellationToken.None));
        return count > CountedMatches ? new ListTotal(CountedMatches, IsCapped: true) : new ListTotal(count);
    }

    private static async Task<IReadOnlyList<ShareRow>> SharesAsync(AppDbContext db, Guid id, CancellationToken ct)
    {
        var shares = await (from s in db.CodeShares
                            where s.CodeId == id
                            join m in db.OutboxMessages on s.MessageId equals m.Id into messages
                            from message in messages.DefaultIfEmpty()
                            orderby s.CreatedAt descending, s.Id descending
                            select new { s.Id, s.Channel, s.Recipient, s.SendAt, State = message == null ? (DeliveryState?)null : message.State, DueAt = message == null ? (DateTimeOffset?)null : message.DueAt, SentAt = message == null ? null : message.SentAt, Reason = message == null ? null : message.Reason })
            .Take(MaxListed).ToListAsync(ct);
        return [.. shares.Select(s => new ShareRow(s.Id, s.Channel, s.Recipient, s.SendAt, s.State, s.DueAt, s.SentAt, DeliveryReasons.Text(s.Reason)))];
    }

    private static IQueryable<CodeRow> Rows(AppDbContext db, IQueryable<InviteCode> codes, DateTimeOffset now) =>
        from c in codes
        join g in db.Groups on c.GroupId equals g.Id into groups
        from grouped in groups.DefaultIfEmpty()
        select new CodeRow(
            c.Id,
            c.Code,
            c.Kind,
            c.Subject,
            c.GroupId,
            grouped == null ? null : grouped.Name,
            c.Phase == CodePhase.UsedUp ? CodeState.Used : c.Phase == CodePhase.Closed ? CodeState.Closed : c.ExpiresAt <= now ? CodeState.Expired : CodeState.Active,
            c.MaxUses,
            c.Uses,
            c.ExpiresAt,
            c.CreatedAt,
            c.FirstUsedAt,
            db.Enrollments.Where(e => e.CodeId == c.Id).OrderBy(e => e.JoinedAt).Select(e => db.Users.Where(u => u.Id == e.StudentId).Select(u => u.DisplayName).FirstOrDefault()).FirstOrDefault(),
            db.OutboxMessages.Where(m => m.SubjectId == c.Id).OrderByDescending(m => m.CreatedAt).Select(m => (DeliveryState?)m.State).FirstOrDefault(),
            c.Version);
}
