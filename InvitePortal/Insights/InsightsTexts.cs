namespace InvitePortal.Insights;

/// <summary>Names the texts of insights and of the audit log: <c>InsightsTexts.resx</c>, <c>InsightsTexts.ru.resx</c>.</summary>
public sealed class InsightsTexts;
