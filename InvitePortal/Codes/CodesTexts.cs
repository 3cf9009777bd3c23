namespace InvitePortal.Codes;

/// <summary>Names the texts of codes and joining.</summary>
public sealed class CodesTexts;
