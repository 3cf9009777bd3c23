using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Users.Pages;

/// <summary>Makes an account by hand. Closes with the new person's id.</summary>
public sealed partial class CreateUserDialog
{
    // In the order they were ticked: the first is the active one.
    private readonly List<Role> _roles = [Role.Business];
    private IReadOnlyList<Role> _grants = [];
    private string _email = "";
    private string _name = "";
    private string _language = Languages.Current;
    private bool _notify = true;
    private Error? _failure;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync() =>
        _grants = (await Authentication).User.ActiveRoleOf() is { } active ? Rights.Grants(active) : [];

    private void Toggle(Role role)
    {
        if (!_roles.Remove(role))
        {
            _roles.Add(role);
        }
    }

    private async Task SaveAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        var actor = (await Authentication).User.ToActor();
        var command = new CreateUser(_email, _name, [.. _roles], _language, _notify);
        var made = await Proof.RunAsync(() => Service.CreateAsync(actor, command, CancellationToken.None));
        (_failure, _busy) = (made.Error, false);
        if (made.Succeeded)
        {
            Dialogs.Close(made.Value);
        }
    }

    private string? At(string field) => _failure?.Field == field ? _failure.Message : null;

    private string? Invalid(string field) => _failure?.Field == field ? "true" : null;
}
