using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Data;

/// <summary>
/// How many people there are of each status and set of roles: at most a few dozen numbers, from which the total for any such filter follows, and
/// which say to the database exactly which values of <see cref="AppUser.Facet"/> a filter means.
/// </summary>
public sealed class PeopleFacets
{
    /// <summary>A facet is <c>status * PerStatus + role bits</c>.</summary>
    public const int PerStatus = 128;

    private readonly IReadOnlyList<(PersonStatus Status, int RoleBits, long Count)> _counts;

    private PeopleFacets(IReadOnlyList<(PersonStatus Status, int RoleBits, long Count)> counts) => _counts = counts;

    /// <summary>Counts everybody; one pass over an index.</summary>
    public static async Task<PeopleFacets> ReadAsync(AppDbContext db, CancellationToken ct)
    {
        var counts = await db.Users.GroupBy(u => u.Facet).Select(g => new { Facet = g.Key, Count = g.LongCount() }).ToListAsync(ct);
        return new PeopleFacets([.. counts.Select(c => ((PersonStatus)(c.Facet / PerStatus), c.Facet % PerStatus, c.Count))]);
    }

    /// <summary>Everybody.</summary>
    public long Total => _counts.Sum(c => c.Count);

    /// <summary>How many have one of the statuses and one of the roles; an empty list means any.</summary>
    public long Count(IReadOnlyCollection<PersonStatus> statuses, IReadOnlyCollection<Role> roles) => Matching(statuses, roles).Sum(c => c.Count);

    /// <summary>The facets that those people have.</summary>
    public int[] Of(IReadOnlyCollection<PersonStatus> statuses, IReadOnlyCollection<Role> roles) =>
        [.. Matching(statuses, roles).Select(c => ((int)c.Status * PerStatus) + c.RoleBits).Order()];

    private IEnumerable<(PersonStatus Status, int RoleBits, long Count)> Matching(IReadOnlyCollection<PersonStatus> statuses, IReadOnlyCollection<Role> roles)
    {
        var wanted = RoleBits.Of(roles);
        return _counts.Where(c => (statuses.Count == 0 || statuses.Contains(c.Status)) && (wanted == 0 || (c.RoleBits & wanted) != 0));
    }
}
