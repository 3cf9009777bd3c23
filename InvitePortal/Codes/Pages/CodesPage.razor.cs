using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>A teacher's codes, groups, students and figures.</summary>
public sealed partial class CodesPage
{
    private Actor _actor = Actor.Anonymous("");
    private CodesUrl _url = new();
    private bool? _isTeacher;
    private int _round;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "tab")] private string? Tab { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Search { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "page")] private string? PageNumber { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }
    [SupplyParameterFromQuery(Name = "subject")] private string? Subject { get; set; }
    [SupplyParameterFromQuery(Name = "group")] private string? Group { get; set; }
    [SupplyParameterFromQuery(Name = "weeks")] private string? Weeks { get; set; }
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public Dictionary<CodeState, int>? Counts { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _isTeacher = user.ActiveRoleOf() is Role.Teacher;
        if (_isTeacher is true && Counts is null)
        {
            await CountAsync();
        }
    }

    protected override void OnParametersSet() => _url = CodesUrl.Read(Tab, Search, Sort, PageNumber, Cursor, Subject, Group, Weeks, From, To);

    private async Task CountAsync()
    {
        var counts = await Queries.CountStatesAsync(_actor, null, CancellationToken.None);
        Counts = counts.Succeeded ? new(counts.Value) : Counts;
    }

    private int? CountOf(CodesView view) => CodesUrl.StatesOf(view) is { Count: > 0 } states && Counts is not null ? states.Sum(s => Counts.GetValueOrDefault(s)) : null;

    // The tab below reads anew when the round rises.
    private async Task RefreshAsync()
    {
        await CountAsync();
        _round++;
    }

    private async Task CreateCodesAsync()
    {
        if (await Dialogs.OpenAsync<CreateCodesDialog>(T["create.title"], null, new DialogOptions { Width = "520px" }) is Guid one)
        {
            Navigation.NavigateTo($"{CodesUrl.Path}/{one}");
            return;
        }

        await RefreshAsync();
    }

    private async Task CreateGroupAsync()
    {
        if (await Dialogs.OpenAsync<CreateGroupDialog>(T["group.create.title"], null, new DialogOptions { Width = "520px" }) is Guid code)
        {
            Navigation.NavigateTo($"{CodesUrl.Path}/{code}");
        }
    }
}
