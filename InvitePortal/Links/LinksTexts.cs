namespace InvitePortal.Links;

/// <summary>Texts of links.</summary>
public sealed class LinksTexts;
