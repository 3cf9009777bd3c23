using System.Globalization;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Insights.Pages;

/// <summary>What became of the invitations: the funnel first, then when, to which role, over which channel, by whom.</summary>
public sealed partial class InsightsTab
{
    private readonly NewestLoad _load = new();
    private InsightsUrl _url = new();
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private Error? _error;
    private bool _loading;
    private bool _carriedOver;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    // Texts, whatever they hold: a value that cannot be read must not fail the page.
    [SupplyParameterFromQuery(Name = "range")] private string? Range { get; set; }
    [SupplyParameterFromQuery(Name = "from")] private string? From { get; set; }
    [SupplyParameterFromQuery(Name = "to")] private string? To { get; set; }
    [SupplyParameterFromQuery(Name = "role")] private string? Role { get; set; }
    [SupplyParameterFromQuery(Name = "channel")] private string? Channel { get; set; }
    [SupplyParameterFromQuery(Name = "inviter")] private string? Inviter { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public InvitationInsights? Figures { get; set; }

    /// <summary>Carried over likewise.</summary>
    [PersistentState] public List<Inviter>? Inviters { get; set; }

    private IReadOnlyList<FunnelStep> Steps =>
    [
        new(T["step.sent"], Figures!.Total.Sent),
        new(T["step.delivered"], Figures.Total.Delivered),
        new(T["step.opened"], Figures.Total.Opened),
        new(T["step.started"], Figures.Total.Started),
        new(T["step.accepted"], Figures.Total.Accepted),
    ];

    private string Heading => T[Figures!.ByDay ? "column.day" : "column.week"];

    private List<string> PeriodLabels => [.. Figures!.Periods.Select(p => p.Start.ToString(Figures.Periods.Count > 60 ? "MMM yyyy" : "d MMM", CultureInfo.CurrentCulture))];

    private List<ChartSeries> PeriodSeries =>
    [
        new(T["step.sent"], [.. Figures!.Periods.Select(p => p.Counts.Sent)]),
        new(T["step.opened"], [.. Figures.Periods.Select(p => p.Counts.Opened)]),
        new(T["step.accepted"], [.. Figures.Periods.Select(p => p.Counts.Accepted)]),
    ];

    // The latest first, as tables of times are read.
    private List<NamedFunnel> PeriodRows => [.. Figures!.Periods.Reverse().Select(p => new NamedFunnel(p.Start.ToString(Words["time.date"], CultureInfo.CurrentCulture), p.Counts))];

    private List<NamedFunnel> RoleRows => [.. Figures!.Roles.Select(r => new NamedFunnel(Words[$"role.{r.Role}"], r.Counts, (_url with { Role = r.Role }).ToString()))];

    private List<NamedFunnel> ChannelRows => [.. Figures!.Channels.Select(c => new NamedFunnel(Words[$"channel.{c.Channel}"], c.Counts, (_url with { Channel = c.Channel }).ToString()))];

    private List<NamedFunnel> InviterRows => [.. Figures!.Inviters.Select(i => new NamedFunnel(i.Name ?? T["inviter.gone"], i.Counts, (_url with { InviterId = i.Id }).ToString()))];

    protected override async Task OnInitializedAsync()
    {
        _carriedOver = Figures is not null;
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
        Inviters ??= [.. (await Invitations.ListInvitersAsync(_actor, _load.Gone)).Value ?? []];
    }

    protected override async Task OnParametersSetAsync()
    {
        var url = InsightsUrl.Read(Range, From, To, Role, Channel, Inviter);
        var before = _url;
        _url = url;
        var carriedOver = _carriedOver;
        _carriedOver = false;
        if (!carriedOver && (Figures is null || url != before))
        {
            await LoadAsync();
        }
    }

    private Task LoadAsync()
    {
        _loading = true;
        return _load.RunAsync(
            ct => Queries.ReadAsync(_actor, _url.Filter(Clock.GetUtcNow(), _zone.Zone), ct),
            read => (Figures, _error, _loading) = (read.Value, read.Error, false));
    }

    public ValueTask DisposeAsync() => _load.DisposeAsync();
}
