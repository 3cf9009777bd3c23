using System.Globalization;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Codes.Pages;

/// <summary>How a teacher's codes are used.</summary>
public sealed partial class StatisticsTab
{
    private const int Bars = 12;
    private static readonly int[] Periods = [4, 12, 52, 0];
    private (CodesUrl, int)? _shown;
    private Error? _error;

    [CascadingParameter] private Task<AuthenticationState> Authentication { get; set; } = default!;
    [Parameter, EditorRequired] public CodesUrl Url { get; set; } = default!;
    /// <summary>Another number means: read anew.</summary>
    [Parameter] public int Round { get; set; }
    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public CodeStatistics? Figures { get; set; }

    private IEnumerable<SubjectFigures> Top => Figures!.Subjects.OrderByDescending(s => s.Joined).ThenByDescending(s => s.Created).Take(Bars);

    private List<string> WeekLabels => [.. Figures!.Weeks.Select(w => w.Week.ToString("d MMM", CultureInfo.CurrentCulture))];

    private List<ChartSeries> ByWeek => [new(T["series.joined"], [.. Figures!.Weeks.Select(w => w.Joined)]), new(T["series.created"], [.. Figures.Weeks.Select(w => w.Created)])];

    private string SubjectsTitle => Figures!.Subjects.Count > Bars ? T["stats.by-subject.top", Bars] : T["stats.by-subject"];

    private List<ChartSeries> BySubject =>
    [
        new(T["series.joined"], [.. Top.Select(s => s.Joined)]),
        new(T["series.used"], [.. Top.Select(s => s.Used)]),
        new(T["series.created"], [.. Top.Select(s => s.Created)]),
    ];

    protected override async Task OnParametersSetAsync()
    {
        var carriedOver = _shown is null && Figures is not null;
        if (_shown != (Url, Round))
        {
            _shown = (Url, Round);
            await (carriedOver ? Task.CompletedTask : LoadAsync());
        }
    }

    private async Task LoadAsync()
    {
        var user = (await Authentication).User;
        var read = await Queries.ReadAsync(user.ToActor(), Url.Period(ReaderZone.Of(user), Clock.GetUtcNow()), CancellationToken.None);
        (Figures, _error) = (read.Value, read.Error);
    }

    private void Go(ChangeEventArgs e, bool from)
    {
        var day = DateOnly.TryParseExact(e.Value as string, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var chosen) ? chosen : (DateOnly?)null;
        Navigation.NavigateTo((from ? Url with { From = day } : Url with { To = day }).ToString());
    }

    private string Duration(double seconds) => seconds switch
    {
        < 3600 => Words.Count("time.minutes", (long)Math.Max(1, seconds / 60)),
        < 86400 => Words.Count("time.hours", (long)(seconds / 3600)),
        _ => Words.Count("time.days", (long)(seconds / 86400)),
    };

    private static string Number(int count) => count.ToString("N0", CultureInfo.CurrentCulture);
}
