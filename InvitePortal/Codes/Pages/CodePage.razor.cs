using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>One code for everybody to see, who joins by it while they do, and where it was sent.</summary>
public sealed partial class CodePage
{
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private bool? _isTeacher;
    private Error? _error;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter]
    public Guid Id { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public CodeDetails? Details { get; set; }

    private string Host => new Uri(Portal.Value.PublicUrl).Authority;

    protected override async Task OnParametersSetAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        _isTeacher = user.ActiveRoleOf() is Role.Teacher;
        if (_isTeacher is true && Details?.Row.Id != Id)
        {
            await LoadAsync();
        }
    }

    private async Task LoadAsync()
    {
        var found = await Queries.GetAsync(_actor, Id, CancellationToken.None);
        (Details, _error) = (found.Value, found.Error);
    }

    // Planned for later is not under way.
    private bool IsSending() => Details?.Shares.Any(s => s.State is DeliveryState.Sending or DeliveryState.Queued && s.SendAt <= Clock.GetUtcNow()) is true;

    private async Task SendAsync()
    {
        if (Details is { Row: var row })
        {
            await Dialogs.SendCodeAsync(T["send.title", CodeText.Grouped(row.Code)], CodeHandle.Of(row));
            await LoadAsync();
        }
    }

    private void Leave() => Navigation.NavigateTo(CodesUrl.Of(Details?.Row.GroupId is null ? CodesView.Active : CodesView.Groups));
}
