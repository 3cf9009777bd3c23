using System.Globalization;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>Codes to be printed and cut: what the list shows, or one.</summary>
public sealed partial class CodeCardsPage
{
    // Twenty sheets; the next follow on another page.
    private const int Most = 200;

    private bool? _isTeacher;
    private string _zone = "UTC";
    private string _teacher = "";
    private string _host = "";
    private List<CodeRow> _cards = [];
    private long _total;
    private string? _next;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;
    [SupplyParameterFromQuery(Name = "tab")] private string? Tab { get; set; }
    [SupplyParameterFromQuery(Name = "q")] private string? Search { get; set; }
    [SupplyParameterFromQuery(Name = "sort")] private string? Sort { get; set; }
    [SupplyParameterFromQuery(Name = "take")] private string? Take { get; set; }
    [SupplyParameterFromQuery(Name = "cursor")] private string? Cursor { get; set; }
    [SupplyParameterFromQuery(Name = "code")] private string? CodeId { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        var actor = user.ToActor();
        _isTeacher = user.ActiveRoleOf() is Role.Teacher;
        (_zone, _teacher, _host) = (user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC", user.FindFirst(ActorClaims.Name)?.Value ?? "", new Uri(Portal.Value.PublicUrl).Authority);
        if (Guid.TryParse(CodeId, out var id))
        {
            var one = await Queries.GetAsync(actor, id, CancellationToken.None);
            _cards = one.Succeeded ? [one.Value.Row] : [];
            return;
        }

        await ListAsync(actor, CodesUrl.Read(Tab, Search, Sort, null, null, null, null, null));
    }

    private async Task ListAsync(Actor actor, CodesUrl url)
    {
        var wanted = int.TryParse(Take, NumberStyles.None, CultureInfo.InvariantCulture, out var take) && take > 0 ? take : int.MaxValue;
        var cursor = string.IsNullOrEmpty(Cursor) ? null : Cursor;
        do
        {
            var page = await Queries.ListAsync(actor, url.Filter, new PageRequest(1, PageRequest.MaxPageSize, url.Sort, null, cursor), CancellationToken.None);
            _cards.AddRange(page.Value?.Items ?? []);
            (cursor, _total) = (page.Value?.Next, Math.Min(page.Value?.Total ?? 0, wanted));
        }
        while (cursor is not null && _cards.Count < Math.Min(Most, wanted));
        _cards = [.. _cards.Take(Math.Min(Most, wanted))];
        _next = cursor is null || wanted <= _cards.Count ? null : url.CardsHref(wanted is int.MaxValue ? null : wanted - _cards.Count, cursor);
    }
}
