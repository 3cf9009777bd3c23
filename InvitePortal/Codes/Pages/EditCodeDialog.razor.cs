using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>Seats and end of a code; name and subject of a group as well. Closes with true once something was saved.</summary>
public sealed partial class EditCodeDialog
{
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private CodeRow? _row;
    private GroupRow? _group;
    private string? _name;
    private string? _subject;
    private int? _seats;
    private DateTime? _expires;
    private bool _busy;
    private Error? _error;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>The code.</summary>
    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
        await LoadAsync();
    }

    private async Task LoadAsync()
    {
        var found = await Queries.GetAsync(_actor, Id, CancellationToken.None);
        _row = found.Value?.Row;
        _error ??= found.Error;
        _group = _row?.GroupId is { } group ? (await GroupRows.GetAsync(_actor, group, CancellationToken.None)).Value : null;
        (_name, _subject, _seats, _expires) = (_group?.Name, _group?.Subject, _row?.MaxUses, _zone.Typed(_row?.ExpiresAt));
    }

    private string? At(string field) => _error?.Field == field ? _error.Message : null;

    private async Task SaveAsync()
    {
        if (_busy || _row is not { } row)
        {
            return;
        }

        _busy = true;
        try
        {
            var saved = await StoreAsync(row);
            _error = saved.Error;
            if (saved.Succeeded)
            {
                Dialogs.Close(true);
            }
            else if (saved.Error.Code == CodeErrors.ChangedMeanwhile.Code)
            {
                // What others have saved is shown, so that it is not overwritten unseen.
                await LoadAsync();
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task<Result> StoreAsync(CodeRow row)
    {
        if (_group is { } group && (_name != group.Name || _subject != group.Subject))
        {
            var renamed = await Groups.EditAsync(_actor, group.Id, new EditGroup(group.Version, _name, _subject), CancellationToken.None);
            if (!renamed.Succeeded)
            {
                return renamed;
            }

            // Stored already: what is left is not sent twice.
            _group = (await GroupRows.GetAsync(_actor, group.Id, CancellationToken.None)).Value;
        }

        var expires = _zone.Edited(_expires, row.ExpiresAt);
        return _seats == row.MaxUses && expires == row.ExpiresAt
            ? Result.Ok
            : await Codes.ChangeAsync(_actor, Id, new ChangeCode(row.Version, _seats, expires), CancellationToken.None);
    }
}
