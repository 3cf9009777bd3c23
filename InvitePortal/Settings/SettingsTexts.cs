namespace InvitePortal.Settings;

/// <summary>Texts of the settings.</summary>
public sealed class SettingsTexts;
