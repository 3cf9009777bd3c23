using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Imports.Pages;

/// <summary>How the file was read, and what its columns are taken for; each choice is tried at once.</summary>
public sealed partial class ImportReading
{
    private Actor _actor = Actor.Anonymous("");
    private IReadOnlyList<Role> _roles = [];
    private Error? _failure;
    private bool _busy;
    private int _round;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public ImportDetails Details { get; set; } = default!;

    /// <summary>The rows were read or judged anew.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    private string Summary => string.Join(
        " · ",
        [T[$"encoding.{Details.Reading.Encoding}"], T[$"separator.{NameOf(Details.Reading.Separator)}"], T[Details.Reading.HasHeader is true ? "reading.header" : "reading.no-header"]]);

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _roles = user.ActiveRoleOf() is { } role ? Rights.Grants(role) : [];
    }

    private static string NameOf(char? separator) => separator switch
    {
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "pipe",
        _ => "comma",
    };

    // Another encoding or separator makes other columns, which are guessed anew.
    private Task ReadAsync(FileReading reading) => TryAsync(mends: true, () => Service.ReadAgainAsync(_actor, Details.Summary.Id, new ReadImport(reading), CancellationToken.None));

    private Task MapAsync(int index, ImportField field)
    {
        // A field that another column had moves here.
        var fields = Details.Columns
            .Select((c, i) => i == index ? field : c.Field == field && field is not (ImportField.None or ImportField.Name) ? ImportField.None : c.Field)
            .ToList();
        return TryAsync(mends: true, () => Service.ReadAgainAsync(_actor, Details.Summary.Id, new ReadImport(Details.Reading, fields), CancellationToken.None));
    }

    private Task SetRoleAsync(Role role) => TryAsync(mends: false, () => Service.CheckAgainAsync(_actor, Details.Summary.Id, role, CancellationToken.None));

    private async Task TryAsync(bool mends, Func<Task<Result>> work)
    {
        if (_busy || (mends && Details.Mended > 0
            && !await Dialogs.ConfirmAsync(T["reread.title"], T["reread.text"], T["reread.verb"], danger: true)))
        {
            _round++;
            return;
        }

        _busy = true;
        // Away from the circuit's own thread: there may be ten thousand rows to judge.
        _failure = (await Task.Run(work)).Error;
        _round += _failure is null ? 0 : 1;
        _busy = false;
        await OnChanged.InvokeAsync();
    }
}
