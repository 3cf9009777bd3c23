namespace InvitePortal.Invitations;

/// <summary>Marks the texts of this feature.</summary>
public sealed class InvitationsTexts;
