using System.Text;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Options;

namespace InvitePortal.Imports.Pages;

/// <summary>Takes a file, or pasted rows, and leads on to the import that it becomes.</summary>
public sealed partial class ImportPage(ImportService Service, NavigationManager Navigation, IOptions<LimitOptions> Limits)
{
    /// <summary>Longest text that can be pasted: it travels in one message of the circuit.</summary>
    private const int PasteLength = 100_000;

    private Actor _actor = Actor.Anonymous("");
    private IReadOnlyList<ImportKind> _kinds = [];
    private IReadOnlyList<Role> _roles = [];
    private ImportKind _kind;
    private Role _active;
    private Role _role = Role.Business;
    private string? _text;
    private bool _busy;
    private bool _loaded;
    private Error? _error;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "kind")] private string? Kind { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _active = user.ActiveRoleOf() ?? Role.Student;
        _kinds = [.. Enum.GetValues<ImportKind>().Where(k => ImportRights.May(k, _active))];
        _roles = Rights.Grants(_active);
        _loaded = true;
    }

    protected override void OnParametersSet()
    {
        var kind = ImportUrl.Read(Kind, _active);
        _error = kind == _kind ? _error : null;
        _kind = kind;
    }

    private async Task UploadAsync(InputFileChangeEventArgs e)
    {
        if (_busy || e.FileCount == 0)
        {
            return;
        }

        _busy = true;
        try
        {
            var most = Limits.Value.ImportBytes;
            if (e.File.Size > most)
            {
                _error = ImportErrors.TooLarge(most);
                return;
            }

            // Never more than the browser promised, and that is no more than the limit.
            using var content = new MemoryStream((int)e.File.Size);
            await using (var stream = e.File.OpenReadStream(most))
            {
                await stream.CopyToAsync(content);
            }

            await TakeAsync(e.File.Name, content.ToArray());
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task PasteAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            await TakeAsync(null, Encoding.UTF8.GetBytes(_text ?? ""));
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task TakeAsync(string? name, byte[] content)
    {
        StateHasChanged();
        // Away from the circuit's own thread: reading and judging ten thousand rows takes a while.
        var made = await Task.Run(() => Service.CreateAsync(_actor, new NewImport(_kind, name, content, _role), CancellationToken.None));
        _error = made.Error;
        if (made.Succeeded)
        {
            Navigation.NavigateTo(ImportUrl.Of(made.Value));
        }
    }
}
