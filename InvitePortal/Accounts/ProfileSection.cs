using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>A section that another feature adds to the profile.</summary>
/// <param name="Order">Sections are shown in rising order.</param>
/// <param name="Component">What is shown; it brings its own element with the class <c>card</c>.</param>
/// <param name="Roles">Active roles that see it. Services check rights again.</param>
public sealed record ProfileSection(int Order, Type Component, params Role[] Roles);
