namespace InvitePortal.Accounts;

/// <summary>Those outside the portal who vouch for people, as Identity's table of logins names them.</summary>
public static class SignInProviders
{
    public const string Telegram = "Telegram";
}
