using Radzen;

namespace InvitePortal.Shell.Ui;

/// <summary>Asks before something happens that cannot be taken back.</summary>
public static class Confirmation
{
    /// <summary>Opens a <see cref="ConfirmDialog"/>; true when the person pressed the verb, false when they cancelled or closed it.</summary>
    /// <param name="dialogs">The circuit's dialogs.</param>
    /// <param name="title">The question.</param>
    /// <param name="text">The consequence, in words.</param>
    /// <param name="verb">What the button does, such as "Delete 12 people".</param>
    /// <param name="danger">Whether something is lost.</param>
    /// <param name="points">What else happens with it, point by point.</param>
    public static async Task<bool> ConfirmAsync(this DialogService dialogs, string title, string text, string verb, bool danger = false, IReadOnlyList<string>? points = null)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ConfirmDialog.Text)] = text,
            [nameof(ConfirmDialog.Verb)] = verb,
            [nameof(ConfirmDialog.Danger)] = danger,
            [nameof(ConfirmDialog.Points)] = points ?? [],
        };
        return await dialogs.OpenAsync<ConfirmDialog>(title, parameters, new DialogOptions { Width = "440px" }) is true;
    }
}
