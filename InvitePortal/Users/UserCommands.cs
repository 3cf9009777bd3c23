using InvitePortal.Common;

namespace InvitePortal.Users;

/// <summary>Make an account by hand.</summary>
/// <param name="Email">Where they sign in.</param>
/// <param name="Name">Display name.</param>
/// <param name="Roles">At least one; the first is the active one.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>; null takes that of the caller.</param>
/// <param name="Notify">Whether to mail them a link to sign in.</param>
public sealed record CreateUser(string? Email, string? Name, IReadOnlyList<Role> Roles, string? Language = null, bool Notify = true);

/// <summary>Change somebody; null leaves a value as it is.</summary>
/// <param name="Version">The version that was read (<see cref="UserRow.Version"/>); an older one is refused.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">A new address ends all their sessions and is told to the old one.</param>
/// <param name="Bio">An empty text removes it.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="Status">Any but <c>INVITED</c>.</param>
/// <param name="Roles">All roles they shall hold, at least one.</param>
public sealed record EditUser(
    string Version,
    string? Name = null,
    string? Email = null,
    string? Bio = null,
    string? Language = null,
    string? TimeZone = null,
    PersonStatus? Status = null,
    IReadOnlyList<Role>? Roles = null);

/// <summary>Which people: listed ones, or all that match a filter when <paramref name="Users"/> is null.</summary>
public sealed record UserSelection(IReadOnlyList<SelectedUser>? Users = null, UserFilter? Filter = null);

/// <summary>One that was ticked. With the version that was seen, a person changed meanwhile is refused instead.</summary>
public sealed record SelectedUser(Guid Id, string? Version = null);

/// <summary>What to do with many people.</summary>
public enum UserAction
{
    SetStatus = 1,
    AddRole = 2,
    RemoveRole = 3,
    Delete = 4,
}

/// <summary>A change of many people. <paramref name="Status"/> goes with <see cref="UserAction.SetStatus"/>, <paramref name="Role"/> with the two of roles.</summary>
public sealed record ChangeUsers(UserSelection Selection, UserAction Action, PersonStatus? Status = null, Role? Role = null);
