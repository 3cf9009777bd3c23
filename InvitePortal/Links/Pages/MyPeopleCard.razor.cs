using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Links.Pages;

/// <summary>Who is bound to the person by links, in the active role; each can be taken out.</summary>
public sealed partial class MyPeopleCard
{
    private const int Shown = 6;

    private MyPeople? _people;
    private Actor _actor = Actor.Anonymous("");
    private Role? _role;
    private string _zone = "UTC";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _role) = (user.ToActor(), user.ActiveRoleOf());
        _zone = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        await LoadAsync();
    }

    private async Task LoadAsync() => _people = (await Queries.ListMineAsync(_actor, CancellationToken.None)).Value;

    private async Task EndAsync(BoundPerson person, string text)
    {
        if (!await Dialogs.ConfirmAsync(T["people.end.of", person.Name], T[$"{text}.end", person.Name], T["people.end"], danger: true))
        {
            return;
        }

        var ended = await Links.EndBondAsync(_actor, person.BondId, CancellationToken.None);
        Notifications.Notify(ended.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, ended.Succeeded ? T["people.ended", person.Name] : ended.Error.Message);
        await LoadAsync();
    }
}
