using InvitePortal.Common;
using Radzen;

namespace InvitePortal.Shell.Ui;

/// <summary>Runs a bulk command in a <see cref="BulkDialog"/>.</summary>
public static class BulkWork
{
    /// <summary>True once something may have been done, false where the command was refused as a whole or never began: then the selection is still wanted.</summary>
    /// <param name="dialogs">The circuit's dialogs.</param>
    /// <param name="title">What is done.</param>
    /// <param name="rowName">What a row is called above the refused ones.</param>
    /// <param name="work">The service's command.</param>
    /// <param name="onRefused">Asked when the whole work was refused; true runs it once more.</param>
    public static async Task<bool> RunAsync(
        this DialogService dialogs, string title, string rowName, Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>> work, Func<Error, Task<bool>>? onRefused = null)
    {
        var refused = false;
        async Task<Result<BulkReport>> WatchedAsync(IProgress<Progress> progress, CancellationToken ct)
        {
            refused = false;
            var result = await work(progress, ct);
            refused = !result.Succeeded;
            return result;
        }

        object? answer = await dialogs.OpenAsync<BulkDialog>(title, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [nameof(BulkDialog.RowName)] = rowName,
            [nameof(BulkDialog.Work)] = (Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>)WatchedAsync,
            [nameof(BulkDialog.OnRefused)] = onRefused,
        });
        return !refused && answer is not false;
    }
}
