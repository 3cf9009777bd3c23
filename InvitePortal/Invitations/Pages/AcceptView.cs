namespace InvitePortal.Invitations.Pages;

/// <summary>What the page shows beside what the invitation itself decides.</summary>
public enum AcceptView
{
    Main,
    Declining,
    Declined,
}
