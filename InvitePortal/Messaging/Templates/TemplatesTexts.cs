namespace InvitePortal.Messaging.Templates;

/// <summary>Names the texts of templates and their editor.</summary>
public sealed class TemplatesTexts;
