using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Links;

/// <summary>Somebody to whom a link has led, or who came by one.</summary>
/// <param name="Id">The person.</param>
/// <param name="Name">Display name.</param>
/// <param name="AvatarVersion">Of their picture.</param>
/// <param name="Since">When the two were bound.</param>
/// <param name="BondId">By which it is ended.</param>
public sealed record BoundPerson(Guid Id, string Name, string? AvatarVersion, DateTimeOffset Since, Guid BondId);

/// <summary>The people of somebody, in the active role.</summary>
/// <param name="Owners">Of a student the teachers, of a parent the children.</param>
/// <param name="Members">Of a teacher the students, of a student the parents.</param>
public sealed record MyPeople(IReadOnlyList<BoundPerson> Owners, IReadOnlyList<BoundPerson> Members);

/// <summary>By whose link somebody came.</summary>
public sealed record PersonBond(LinkKind Kind, BoundPerson Owner);

/// <summary>Who is bound to whom by links. Everybody sees their own.</summary>
public sealed class LinkQueries(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int Most = 500;

    /// <summary>The people of the actor, in the active role; none in a role that has no links.</summary>
    public async Task<Result<MyPeople>> ListMineAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var (me, role) = (state.Value.Id, state.Value.ActiveRole);
        LinkKind? above = role is Role.Student ? LinkKind.Teacher : role is Role.Parent ? LinkKind.Student : null;
        var below = LinkKinds.Of(role);
        return new MyPeople(
            above is { } a ? await OwnersAsync(db, me, a, ct) : [],
            below is { } b ? await MembersAsync(db, me, b, ct) : []);
    }

    /// <summary>By whose links a person came, newest first, for those who manage people.</summary>
    public async Task<Result<IReadOnlyList<PersonBond>>> ListOfPersonAsync(Actor actor, Guid personId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded || !Rights.SeesPeople(state.Value.ActiveRole))
        {
            return state.Error ?? UserErrors.Forbidden;
        }

        return await (from bond in db.Bonds
                      where bond.MemberId == personId
                      join owner in db.Users on bond.OwnerId equals owner.Id
                      orderby bond.CreatedAt descending
                      select new PersonBond(bond.Kind, new BoundPerson(owner.Id, owner.DisplayName, owner.AvatarVersion, bond.CreatedAt, bond.Id))).Take(Most).ToListAsync(ct);
    }

    private static Task<List<BoundPerson>> OwnersAsync(AppDbContext db, Guid me, LinkKind kind, CancellationToken ct) =>
        (from bond in db.Bonds
         where bond.MemberId == me && bond.Kind == kind
         join person in db.Users on bond.OwnerId equals person.Id
         orderby bond.CreatedAt descending
         select new BoundPerson(person.Id, person.DisplayName, person.AvatarVersion, bond.CreatedAt, bond.Id)).Take(Most).ToListAsync(ct);

    private static Task<List<BoundPerson>> MembersAsync(AppDbContext db, Guid me, LinkKind kind, CancellationToken ct) =>
        (from bond in db.Bonds
         where bond.OwnerId == me && bond.Kind == kind
         join person in db.Users on bond.MemberId equals person.Id
         orderby bond.CreatedAt descending
         select new BoundPerson(person.Id, person.DisplayName, person.AvatarVersion, bond.CreatedAt, bond.Id)).Take(Most).ToListAsync(ct);
}
