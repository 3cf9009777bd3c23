namespace InvitePortal.Telegram;

/// <summary>Texts of joining from Telegram.</summary>
public sealed class TelegramTexts;
