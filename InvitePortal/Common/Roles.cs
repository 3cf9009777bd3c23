namespace InvitePortal.Common;

/// <summary>What a person may be. The API shows <c>SUPER_ADMIN</c> for <see cref="SuperAdmin"/>. The numbers are stored.</summary>
public enum Role
{
    SuperAdmin = 1,
    Staff = 2,
    Agency = 3,
    Business = 4,
    Teacher = 5,
    Student = 6,
    Parent = 7,
}

/// <summary>A set of roles in one number, as it is stored: the bit <c>1 &lt;&lt; (role - 1)</c> for each.</summary>
public static class RoleBits
{
    private static readonly Role[] All = Enum.GetValues<Role>();

    /// <summary>The bit of one role.</summary>
    public static int Of(Role role) => 1 << ((int)role - 1);

    /// <summary>The bits of several roles.</summary>
    public static int Of(IEnumerable<Role> roles) => roles.Aggregate(0, (bits, role) => bits | Of(role));

    /// <summary>The roles in <paramref name="bits"/>, in their own order.</summary>
    public static IReadOnlyList<Role> Read(int bits) => [.. All.Where(r => Holds(bits, r))];

    /// <summary>Whether <paramref name="bits"/> hold <paramref name="role"/>.</summary>
    public static bool Holds(int bits, Role role) => (bits & Of(role)) != 0;

    /// <summary>The role in which somebody acts: a role that was taken away gives no rights, even where it is still the active one.</summary>
    public static Role Acting(int bits, Role active) => Holds(bits, active) ? active : Role.Business;
}

/// <summary>Whether a person may sign in. Only <see cref="Active"/> may. The numbers are stored.</summary>
public enum PersonStatus
{
    Active = 1,
    Inactive = 2,
    /// <summary>Registered, not yet activated.</summary>
    Pending = 3,
    Suspended = 4,
    Banned = 5,
    /// <summary>Invited, no account yet.</summary>
    Invited = 6,
}

/// <summary>The table of who may do what, by active role. Services ask it about the stored state of the person.</summary>
public static class Rights
{
    private static readonly Role[] All = Enum.GetValues<Role>();

    /// <summary>The roles that <paramref name="role"/> may grant, by invitation or by hand. Nobody grants a role that they may not manage.</summary>
    public static IReadOnlyList<Role> Grants(Role role) => role switch
    {
        Role.SuperAdmin => All,
        Role.Staff => [.. All.Where(r => r != Role.SuperAdmin)],
        Role.Agency => [Role.Business],
        Role.Business or Role.Teacher or Role.Student or Role.Parent => [],
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };

    /// <summary>Whether <paramref name="role"/> may grant <paramref name="granted"/>.</summary>
    public static bool MayGrant(Role role, Role granted) => Grants(role).Contains(granted);

    /// <summary>Whether <paramref name="role"/> may send invitations at all.</summary>
    public static bool MayInvite(Role role) => Grants(role).Count > 0;

    /// <summary>Whether <paramref name="role"/> sees everybody's invitations; <see cref="Role.Agency"/> sees only its own.</summary>
    public static bool SeesAllInvitations(Role role) => role is Role.SuperAdmin or Role.Staff;

    /// <summary>Whether <paramref name="role"/> sees and manages people at all; whom, says <see cref="MayManage"/>.</summary>
    public static bool SeesPeople(Role role) => role is Role.SuperAdmin or Role.Staff;

    /// <summary>Whether <paramref name="role"/> may change somebody who holds <paramref name="heldBits"/>: only those whose every role it may grant.</summary>
    public static bool MayManage(Role role, int heldBits) => SeesPeople(role) && (heldBits & ~RoleBits.Of(Grants(role))) == 0;

    /// <summary>Whether <paramref name="role"/> sees what waits in the outbox, tries it again, and pauses channels.</summary>
    public static bool RunsOutbox(Role role) => role is Role.SuperAdmin or Role.Staff;

    /// <summary>Whether sessions of <paramref name="role"/> are held to the short limits of administrators.</summary>
    public static bool IsAdmin(Role role) => role is Role.SuperAdmin or Role.Staff;
}
