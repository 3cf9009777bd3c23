using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Users.Pages;

/// <summary>The rows of the table, their ticks and what can be done with one.</summary>
public sealed partial class UserTable
{
    private DateTimeOffset _now;
    private Role _role = Role.Business;
    private Guid? _me;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public PageResult<UserRow> Result { get; set; } = default!;

    [Parameter, EditorRequired]
    public UserListUrl Url { get; set; } = default!;

    [Parameter, EditorRequired]
    public RowSelection Selection { get; set; } = default!;

    /// <summary>IANA time zone of the reader.</summary>
    [Parameter, EditorRequired]
    public string Zone { get; set; } = "UTC";

    /// <summary>Whether these rows are about to be replaced.</summary>
    [Parameter]
    public bool Loading { get; set; }

    /// <summary>Ticks changed: the selection belongs to the page around this table, so raising the event renders both.</summary>
    [Parameter]
    public EventCallback OnSelected { get; set; }

    /// <summary>The rows have changed: whom the menu of a row changed or removed, or null where somebody else was faster.</summary>
    [Parameter]
    public EventCallback<Guid?> OnChanged { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_role, _me) = (user.ActiveRoleOf() ?? Role.Business, user.ToActor().UserId);
    }

    protected override void OnParametersSet() => _now = Clock.GetUtcNow();

    private static string SortOf(UserColumn column) => column switch
    {
        UserColumn.Email => "email",
        UserColumn.Roles => "role",
        UserColumn.Status => "status",
        UserColumn.Joined => "joinedAt",
        UserColumn.LastSignIn => "lastSignInAt",
        _ => throw new ArgumentOutOfRangeException(nameof(column), column, null),
    };

    private Task Toggle(Guid? id)
    {
        Guid[] page = [.. Result.Items.Select(r => r.Id)];
        if (id is { } one)
        {
            Selection.Toggle(one, page);
        }
        else
        {
            Selection.TogglePage(page);
        }

        return OnSelected.InvokeAsync();
    }
}
