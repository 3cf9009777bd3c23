using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Users.Pages;

/// <summary>Changes a person. Where somebody else did so meanwhile, nothing is lost: both values are shown, and the one who saves decides.</summary>
public sealed partial class PersonEditor
{
    private PersonDraft _draft = default!;
    private IReadOnlyList<Role> _roles = [];
    private Error? _failure;
    private bool _overtaken;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public UserDetails Details { get; set; } = default!;

    /// <summary>Whether it was saved.</summary>
    [Parameter]
    public EventCallback<bool> OnClosed { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _draft = new PersonDraft(Details);
        _roles = (await Authentication).User.ActiveRoleOf() is { } active ? Rights.Grants(active) : [];
    }

    private async Task SaveAsync()
    {
        if (_busy)
        {
            return;
        }

        if (!_draft.IsChanged)
        {
            await OnClosed.InvokeAsync(false);
            return;
        }

        _busy = true;
        var actor = (await Authentication).User.ToActor();
        var saved = await Proof.RunAsync(() => Service.EditAsync(actor, Details.Row.Id, _draft.Command(), CancellationToken.None));
        _failure = saved.Error;
        if (saved.Error == UserErrors.Changed)
        {
            var now = await Queries.GetAsync(actor, Details.Row.Id, CancellationToken.None);
            _failure = now.Error;
            if (now.Succeeded)
            {
                _draft.Rebase(now.Value);
                _overtaken = true;
            }
        }

        _busy = false;
        if (saved.Succeeded)
        {
            await OnClosed.InvokeAsync(true);
        }
    }

    // A stored value as a reader knows it.
    private string Shown(string field, string value) => (field, value) switch
    {
        (_, "") => T["field.none"],
        ("roles", _) => string.Join(", ", WireNames<Role>.ParseKnown(value.Split(',')).Select(r => Words[$"role.{r}"])),
        ("language", _) => Words[$"language.{value}"],
        _ => value,
    };

    private string? At(string field) => _failure?.Field == field ? _failure.Message : null;

    private string? Invalid(string field) => _failure?.Field == field ? "true" : null;
}
