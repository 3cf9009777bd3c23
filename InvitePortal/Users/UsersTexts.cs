namespace InvitePortal.Users;

/// <summary>Marks the texts of this feature.</summary>
public sealed class UsersTexts;
