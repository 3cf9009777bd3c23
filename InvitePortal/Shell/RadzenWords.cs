using System.Globalization;
using Microsoft.Extensions.Localization;
using Radzen;

namespace InvitePortal.Shell;

/// <summary>Gives Radzen's dialogs and notifications the portal's words; they come with English ones only.</summary>
internal sealed class RadzenWords(IStringLocalizer<ShellTexts> words) : ILocalizer
{
    public string? Get(string key, CultureInfo culture) => key switch
    {
        "Dialog_CloseAriaLabel" or "Notification_CloseAriaLabel" => words["close"].Value,
        "Dialog_OkText" => words["yes"].Value,
        "Dialog_CancelText" => words["cancel"].Value,
        _ => null,
    };
}
