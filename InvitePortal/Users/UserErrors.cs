using InvitePortal.Accounts;
using InvitePortal.Common;

namespace InvitePortal.Users;

/// <summary>Failures of managing people.</summary>
public static class UserErrors
{
    public static readonly Error NotFound = AccountsErrors.PersonUnknown;
    public static readonly Error Forbidden = AccountsErrors.PersonForbidden;
    public static readonly Error UnknownSort = new(ErrorKind.Invalid, "user.unknown_sort", "sort");
    public static readonly Error MayNotManage = new(ErrorKind.Forbidden, "user.may_not_manage");
    public static readonly Error MayNotGrant = new(ErrorKind.Forbidden, "user.may_not_grant", "roles");
    /// <summary>Somebody else, or the person, changed it since it was read.</summary>
    public static readonly Error Changed = AccountsErrors.PersonChanged;
    public static readonly Error Exists = new(ErrorKind.Conflict, "user.exists", "email");
    public static readonly Error ExistsInvited = new(ErrorKind.Conflict, "user.exists_invited", "email");
    /// <summary>Somebody banned or suspended: that stays, whatever is imported.</summary>
    public static readonly Error ExistsBlocked = new(ErrorKind.Conflict, "user.exists_blocked", "email");
    public static readonly Error EmailTaken = new(ErrorKind.Conflict, "user.email_taken", "email");
    public static readonly Error StillInvited = new(ErrorKind.Conflict, "user.still_invited");
    public static readonly Error StatusInvalid = new(ErrorKind.Invalid, "user.status_invalid", "status");
    public static readonly Error NoRole = new(ErrorKind.Invalid, "user.no_role", "roles");
    public static readonly Error LastSuperAdmin = new(ErrorKind.Conflict, "user.last_super_admin");
    public static readonly Error Yourself = new(ErrorKind.Conflict, "user.yourself");
    public static readonly Error NothingSelected = new(ErrorKind.Invalid, "user.nothing_selected", "selection");
    public static readonly Error ExportRunning = new(ErrorKind.TooMany, "user.export_running");
    public static readonly Error RoleMissing = new(ErrorKind.Invalid, "user.role_missing", "role");
}
