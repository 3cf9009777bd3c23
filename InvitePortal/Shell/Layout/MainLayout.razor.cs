using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Shell.Layout;

/// <summary>The frame of signed-in pages: side menu, top bar, the page.</summary>
public sealed partial class MainLayout
{
    private PageBoundary? _boundary;
    private Role? _role;
    private string _name = "";
    private string? _email;
    private string? _picture;
    private IReadOnlyList<Role> _otherRoles = [];

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    private string Here => "/" + Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];

    // The state changes while the circuit lives: another role, another name.
    protected override async Task OnParametersSetAsync()
    {
        // A new page has not failed yet.
        _boundary?.Recover();
        var user = (await Authentication).User;
        _role = user.ActiveRoleOf();
        _name = user.FindFirst(ActorClaims.Name)?.Value ?? "";
        _email = user.FindFirst(ActorClaims.Email)?.Value;
        _picture = Cells.Picture(user.ToActor().UserId, user.FindFirst(ActorClaims.AvatarVersion)?.Value);
        _otherRoles = _role is { } active ? RoleBits.Read(user.RoleBitsOf() & ~RoleBits.Of(active)) : [];
    }

    private RenderFragment Entries => builder =>
    {
        if (_role is not { } role)
        {
            return;
        }

        var path = Here.Split('?')[0];
        builder.OpenElement(0, "nav");
        builder.AddAttribute(1, "aria-label", Words["menu.label"].Value);
        foreach (var entry in Menu.For(role, Environment.IsDevelopment()))
        {
            builder.OpenElement(2, "a");
            builder.SetKey(entry);
            builder.AddAttribute(3, "class", "entry");
            builder.AddAttribute(4, "href", entry.Href);
            builder.AddAttribute(5, "aria-current", entry.Covers(path) ? "page" : null);
            builder.AddContent(6, Cells.Icon(entry.Icon));
            builder.AddContent(7, Words[entry.Text]);
            builder.CloseElement();
        }

        builder.CloseElement();
    };
}
