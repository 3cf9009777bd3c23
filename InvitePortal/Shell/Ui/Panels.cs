using Microsoft.AspNetCore.Components;
using Radzen;

namespace InvitePortal.Shell.Ui;

/// <summary>Side panels, for one thing with much to see.</summary>
public static class Panels
{
    /// <summary>
    /// Opens <typeparamref name="T"/> at the right edge and gives back what it was closed with (<c>Dialogs.Close(result)</c>). A dialog in another
    /// place: Radzen's own side dialogs neither listen to Escape nor have a valid role.
    /// </summary>
    /// <param name="dialogs">The circuit's dialogs.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="parameters">Parameters of the component by name.</param>
    public static async Task<object?> PanelAsync<T>(this DialogService dialogs, string title, Dictionary<string, object?>? parameters = null)
        where T : ComponentBase =>
        await dialogs.OpenAsync<T>(title, parameters, new DialogOptions { CssClass = "panel", CloseDialogOnOverlayClick = true });
}
