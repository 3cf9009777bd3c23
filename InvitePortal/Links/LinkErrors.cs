using InvitePortal.Common;

namespace InvitePortal.Links;

/// <summary>The expected failures of links.</summary>
public static class LinkErrors
{
    public static readonly Error Unknown = new(ErrorKind.NotFound, "link.unknown");
    public static readonly Error Replaced = new(ErrorKind.Gone, "link.replaced");
    /// <summary>The owner may not sign in, or has the role no longer.</summary>
    public static readonly Error OwnerInactive = new(ErrorKind.Gone, "link.owner_inactive");
    public static readonly Error Own = new(ErrorKind.Conflict, "link.own");
    /// <summary>Bound already; nothing was changed.</summary>
    public static readonly Error AlreadyBound = new(ErrorKind.Conflict, "link.already_bound");
    public static readonly Error BondNotFound = new(ErrorKind.NotFound, "link.bond_not_found");
    public static readonly Error NotOwner = new(ErrorKind.Forbidden, "link.not_owner");

    /// <summary>Too many unknown links were opened from this network.</summary>
    public static Error Blocked(TimeSpan wait) => new(ErrorKind.TooMany, "link.too_many") { RetryAfter = wait };
}
