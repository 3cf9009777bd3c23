namespace InvitePortal.Common;

/// <summary>Who calls a service: a session of a person, or nobody yet. It carries no rights; those are read from the stored state at every call.</summary>
/// <param name="UserId">The person; null for somebody not signed in.</param>
/// <param name="SessionId">The session the call comes from; a session that has ended gives no rights.</param>
/// <param name="Address">Network address of the caller as text (IPv6 as its /64), for limits and the audit log.</param>
public sealed record Actor(Guid? UserId, Guid? SessionId, string Address)
{
    /// <summary>Somebody not signed in.</summary>
    public static Actor Anonymous(string address) => new(null, null, address);
}

/// <summary>The stored state of the person behind an <see cref="Actor"/>, read at the start of a command.</summary>
/// <param name="Id">The person.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Address as stored, if there is one.</param>
/// <param name="ActiveRole">The role that decides the rights.</param>
/// <param name="Language">Preferred language, <c>en</c> or <c>ru</c>.</param>
/// <param name="TimeZone">IANA time zone.</param>
public sealed record ActorState(Guid Id, string Name, string? Email, Role ActiveRole, string Language, string TimeZone);
