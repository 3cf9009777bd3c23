namespace InvitePortal.Messaging;

/// <summary>Names the texts of this feature.</summary>
public sealed class MessagingTexts;
