namespace InvitePortal.Webhooks;

/// <summary>Names the texts of webhooks.</summary>
public sealed class WebhooksTexts;
