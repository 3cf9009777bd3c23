using Microsoft.Extensions.Localization;
using Radzen;

namespace InvitePortal.Webhooks.Pages;

/// <summary>The dialogs that several places open.</summary>
internal static class WebhookDialogs
{
    /// <summary>Shows a new secret, once.</summary>
    public static async Task ShowSecretAsync(this DialogService dialogs, IStringLocalizer<WebhooksTexts> texts, WebhookSecret secret) =>
        await dialogs.OpenAsync<WebhookSecretDialog>(
            texts["secret.title"],
            new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(WebhookSecretDialog.Secret)] = secret },
            new DialogOptions { Width = "560px", CloseDialogOnOverlayClick = false, CloseDialogOnEsc = false });
}
