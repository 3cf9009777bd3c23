using InvitePortal.Common;
using Microsoft.Extensions.Localization;
using Radzen;

namespace InvitePortal.Shell.Ui;

/// <summary>The dialog in which people prove once more who they are; it closes with <c>true</c> when they have. The feature that knows accounts adds it.</summary>
public sealed record IdentityDialog(Type Component);

/// <summary>Asks people to prove once more who they are, where a service answers <see cref="Error.ConfirmAgain"/>.</summary>
public sealed class FreshProof(DialogService dialogs, IdentityDialog identity, IStringLocalizer<ShellTexts> words)
{
    /// <summary>The dialogs, among which its own opens.</summary>
    public DialogService Dialogs => dialogs;

    /// <summary>
    /// Runs a command; when it wants a fresh proof, asks for it and runs the command once more. Somebody who closes the dialog gets the refusal back.
    /// <c>var changed = await Proof.RunAsync(() => Service.EditAsync(_actor, id, command, ct));</c>
    /// </summary>
    public async Task<Result> RunAsync(Func<Task<Result>> command)
    {
        var done = await command();
        return done.Error == Error.ConfirmAgain && await AskAsync() ? await command() : done;
    }

    /// <inheritdoc cref="RunAsync" />
    public async Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> command)
    {
        var done = await command();
        return done.Error == Error.ConfirmAgain && await AskAsync() ? await command() : done;
    }

    /// <summary>Opens the dialog; true when the proof of this session is fresh now, false when the person closed it.</summary>
    public async Task<bool> AskAsync() =>
        await dialogs.OpenAsync(words["confirm-identity.title"], identity.Component, new Dictionary<string, object?>(StringComparer.Ordinal), new DialogOptions { Width = "440px" }) is true;
}
