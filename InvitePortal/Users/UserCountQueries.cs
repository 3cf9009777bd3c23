using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>How many people a filter would leave, beside each of its choices.</summary>
/// <param name="Statuses">By status, among those who have one of the chosen roles.</param>
/// <param name="Roles">By role, among those who have one of the chosen statuses; somebody with two roles counts twice.</param>
public sealed record UserCounts(IReadOnlyDictionary<PersonStatus, long> Statuses, IReadOnlyDictionary<Role, long> Roles);

/// <summary>Counts people, for those who manage them.</summary>
public sealed class UserCountQueries(IDbContextFactory<AppDbContext> databases, ListTotals totals, TimeProvider clock)
{
    /// <summary>The counts beside the choices of <paramref name="filter"/>; its search is left out of account.</summary>
    public async Task<Result<UserCounts>> GetAsync(Actor actor, UserFilter filter, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!Rights.SeesPeople(state.Value.ActiveRole))
        {
            return UserErrors.Forbidden;
        }

        var facets = await UserQueries.FacetsAsync(db, totals);
        return new UserCounts(
            Enum.GetValues<PersonStatus>().ToDictionary(s => s, s => facets.Count([s], filter.Roles)),
            Enum.GetValues<Role>().ToDictionary(r => r, r => facets.Count(filter.Statuses, [r])));
    }
}
