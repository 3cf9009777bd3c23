using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>What a delete would take with it.</summary>
/// <param name="People">How many people.</param>
/// <param name="Parts">What goes with them, in words.</param>
public sealed record RemovalNotice(int People, IReadOnlyList<string> Parts);

/// <summary>Tells before a delete what goes with it.</summary>
public sealed class UserRemovalQueries(IDbContextFactory<AppDbContext> databases, IEnumerable<IPersonRemoval> parts, TimeProvider clock)
{
    /// <summary>What would go with the people of <paramref name="selection"/>; those among them whom the caller may not delete are counted too.</summary>
    public async Task<Result<RemovalNotice>> TellAsync(Actor actor, UserSelection selection, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded || !Rights.SeesPeople(state.Value.ActiveRole))
        {
            return state.Error ?? UserErrors.Forbidden;
        }

        IQueryable<AppUser> people;
        if (selection.Users is { } listed)
        {
            Guid[] ids = [.. listed.Select(u => u.Id).Distinct()];
            people = db.Users.Where(u => ids.Contains(u.Id));
        }
        else if (selection.Filter is { } filter)
        {
            people = UserQueries.Matching(db.Users, await PeopleFacets.ReadAsync(db, ct), filter);
        }
        else
        {
            return UserErrors.NothingSelected;
        }

        var told = new List<string>();
        foreach (var part in parts)
        {
            told.AddRange((await part.CountAsync(db, people.Select(u => u.Id), ct)).Select(p => p.Text));
        }

        return new RemovalNotice(await people.CountAsync(ct), told);
    }
}
