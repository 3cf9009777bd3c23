namespace InvitePortal.Accounts;

/// <summary>A way to sign in that another feature adds to the profile's list of them.</summary>
/// <param name="Order">They are shown in rising order, behind code and password.</param>
/// <param name="Component">An item of the list, or nothing; takes the <see cref="ProfileView"/> as parameter <c>Profile</c>, and asks its own service.</param>
public sealed record EntryMethod(int Order, Type Component);
