using InvitePortal.Common;

namespace InvitePortal.Shell;

/// <summary>A card that a feature adds to the home page, so that the frame need not know the feature.</summary>
/// <param name="Component">What the card shows; it brings its own element with the class <c>card</c>.</param>
/// <param name="Order">Cards are shown in rising order.</param>
/// <param name="Roles">Active roles that see it. Services check rights again.</param>
public sealed record HomeCard(Type Component, int Order, params Role[] Roles);
