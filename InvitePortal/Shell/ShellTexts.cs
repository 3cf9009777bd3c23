namespace InvitePortal.Shell;

/// <summary>Words that all pages share; the texts lie beside, in <c>ShellTexts.resx</c> and <c>ShellTexts.ru.resx</c>.</summary>
public sealed class ShellTexts;
