using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations.Pages;

/// <summary>What "see it as the invitee" shows.</summary>
public sealed record InvitationPreview(Channel Channel, string Recipient, string Language, string Inviter, Role Role, string? Group, string? Words, int LifetimeHours);
