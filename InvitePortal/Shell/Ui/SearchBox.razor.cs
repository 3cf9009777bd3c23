using InvitePortal.Common;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Shell.Ui;

/// <summary>A box to search a list by: it follows the typing with a short pause.</summary>
public sealed partial class SearchBox
{
    private const int PauseMilliseconds = 250;
    private CancellationTokenSource? _typing;
    private string? _text;
    private string? _shown;

    [Parameter, EditorRequired] public string Id { get; set; } = "";
    [Parameter, EditorRequired] public string Label { get; set; } = "";
    /// <summary>What is looked for now, such as the address bar says.</summary>
    [Parameter, EditorRequired] public string? Value { get; set; }

    /// <summary>Whether it is the search of the page; of several on one page only the first.</summary>
    [Parameter] public bool IsLandmark { get; set; } = true;

    [Parameter] public int MaxLength { get; set; } = FieldLengths.Search;

    /// <summary>Told the new text a moment after the typing stopped, or at once with Enter; null for none.</summary>
    [Parameter] public EventCallback<string?> OnSearch { get; set; }

    protected override void OnParametersSet()
    {
        // What is being typed is ahead of the address bar, and must not be overwritten by it.
        if (Value != _shown)
        {
            _text = _shown = Value;
        }
    }

    private Task SearchAsync()
    {
        _typing?.Cancel();
        var text = string.IsNullOrWhiteSpace(_text) ? null : _text.Trim();
        return text == _shown ? Task.CompletedTask : OnSearch.InvokeAsync(_shown = text);
    }

    // The list follows the typing with a short pause, so that a word is one search.
    private async Task SearchSoonAsync()
    {
        _typing?.Cancel();
        _typing?.Dispose();
        _typing = new CancellationTokenSource();
        try
        {
            await Task.Delay(PauseMilliseconds, _typing.Token);
            await SearchAsync();
        }
        catch (OperationCanceledException)
        {
            // The typing went on, or the page is gone.
        }
    }

    public void Dispose()
    {
        _typing?.Cancel();
        _typing?.Dispose();
    }
}
