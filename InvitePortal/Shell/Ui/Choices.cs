using Radzen;

namespace InvitePortal.Shell.Ui;

/// <summary>One way to decide.</summary>
/// <param name="Value">What it stands for.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Verb">What the button says once it is chosen, such as "Suspend 12 people".</param>
/// <param name="Consequence">What it brings about, in words.</param>
/// <param name="Hue">Shows the name as a status of that colour.</param>
/// <param name="Danger">Whether something is lost.</param>
public sealed record ChoiceOption<TValue>(TValue Value, string Name, string Verb, string? Consequence = null, string? Hue = null, bool Danger = false);

/// <summary>Asks which of several things shall happen; each says its consequence.</summary>
public static class Choices
{
    /// <summary>Opens a <see cref="ChoiceDialog{TValue}"/>; the option chosen, or null when it was closed.</summary>
    /// <param name="dialogs">The circuit's dialogs.</param>
    /// <param name="title">The question.</param>
    /// <param name="text">What is decided, and about whom.</param>
    /// <param name="verb">What the button says before anything is chosen.</param>
    /// <param name="options">In the order they are shown.</param>
    public static async Task<ChoiceOption<TValue>?> ChooseAsync<TValue>(
        this DialogService dialogs, string title, string text, string verb, IReadOnlyList<ChoiceOption<TValue>> options)
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(ChoiceDialog<TValue>.Text)] = text,
            [nameof(ChoiceDialog<TValue>.Legend)] = title,
            [nameof(ChoiceDialog<TValue>.Options)] = options,
            [nameof(ChoiceDialog<TValue>.Verb)] = verb,
        };
        return await dialogs.OpenAsync<ChoiceDialog<TValue>>(title, parameters, new DialogOptions { Width = "480px" }) as ChoiceOption<TValue>;
    }
}
