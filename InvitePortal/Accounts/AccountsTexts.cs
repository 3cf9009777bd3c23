namespace InvitePortal.Accounts;

/// <summary>Names the texts of accounts.</summary>
public sealed class AccountsTexts;
