using InvitePortal.Common;
using InvitePortal.Data;

namespace InvitePortal.Users;

/// <summary>A part of a person's panel that another feature adds: their invitations, the codes and links by which they came.</summary>
/// <param name="Order">Sections are shown in rising order.</param>
/// <param name="Component">What is shown; takes the person's id as parameter <c>UserId</c>, and asks its own service, which checks the rights.</param>
public sealed record PersonSection(int Order, Type Component);

/// <summary>What a feature does before people are deleted, in the transaction that deletes them.</summary>
public interface IPersonRemoval
{
    /// <summary>How much of the feature's goes with these people, to be told before it is done.</summary>
    Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct);

    /// <summary>Ends or removes it; the caller deletes the people and saves.</summary>
    Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct);
}

/// <summary>What goes with deleted people.</summary>
/// <param name="Text">In the caller's language, such as "3 open invitations are cancelled".</param>
public sealed record RemovalPart(string Text);
