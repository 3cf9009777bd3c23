using InvitePortal.Data;

namespace InvitePortal.Users;

/// <summary>Whose children somebody is the parent of: told by the feature that binds them, for those that show what the children do.</summary>
/// <param name="ChildrenOf">The children of a parent.</param>
public sealed record Family(Func<AppDbContext, Guid, IQueryable<Child>> ChildrenOf);

/// <summary>A child of somebody.</summary>
public sealed class Child
{
    public Guid Id { get; init; }
    /// <summary>When the two were bound.</summary>
    public DateTimeOffset Since { get; init; }
}
