using InvitePortal.Common;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Shell.Ui;

/// <summary>Does one thing with many rows, shows how far it has come, can be stopped, and reports.</summary>
public sealed partial class BulkDialog
{
    private readonly CancellationTokenSource _stop = new();
    private Progress _progress = new(0, 0);
    private BulkReport? _report;
    private Error? _error;

    /// <summary>The work: a service's bulk command.</summary>
    [Parameter, EditorRequired]
    public Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>> Work { get; set; } = default!;

    /// <summary>What a row is called above the refused ones, such as "Recipient".</summary>
    [Parameter, EditorRequired]
    public string RowName { get; set; } = "";

    /// <summary>Asked when the whole work was refused; true runs it once more, such as after a proof of who is at the session.</summary>
    [Parameter]
    public Func<Error, Task<bool>>? OnRefused { get; set; }

    // Of work that was stopped nobody knows how many more; the list being full says that there may be.
    private bool MoreWereRefused => _report is { } report && report.Refused.Count >= BulkReport.MaxRefusals
        && (report.Stopped || report.Total - report.Done > report.Refused.Count);

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        var ct = _stop.Token;
        try
        {
            var report = new Steps<Progress>(p => InvokeAsync(() =>
            {
                _progress = p;
                StateHasChanged();
            }));
            var result = await Task.Run(() => Work(report, ct));
            if (result.Error is { } refusal && OnRefused is not null)
            {
                var again = false;
                await InvokeAsync(async () => again = await OnRefused(refusal));
                result = again ? await Task.Run(() => Work(report, ct)) : result;
            }

            await InvokeAsync(() =>
            {
                (_report, _error) = (result.Value, result.Error);
                StateHasChanged();
            });
        }
        catch (OperationCanceledException)
        {
            // The page is gone, or the work was stopped before it began.
            await InvokeAsync(() => Dialogs.Close(false));
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
