using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Imports.Pages;

/// <summary>Starts the run over the rows that wait, with what goes for all of them.</summary>
public sealed partial class ImportStart(ImportRunService Runs, FreshProof Proof, IOptions<LimitOptions> Limits, TimeProvider Clock)
{
    /// <summary>Long enough to see a mistake and take everything back.</summary>
    private const int DelayMinutes = 10;

    private static readonly int[] UsualLifetimes = [1, 24, 72, 168, 336, 720];

    private Actor _actor = Actor.Anonymous("");
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private string _zoneName = "UTC";
    private IReadOnlyList<int> _lifetimes = [];
    private bool _notify;
    private SendTime _send = SendTime.Soon;
    private DateTime? _at;
    private int _hours;
    private string? _message;
    private bool _reminders = true;
    private bool _busy;
    private Error? _failure;

    private enum SendTime
    {
        Soon = 1,
        Now = 2,
        At = 3,
    }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public ImportDetails Details { get; set; } = default!;

    /// <summary>It is running.</summary>
    [Parameter]
    public EventCallback OnStarted { get; set; }

    private string? Skipped => Details.Summary.Rows - Details.Waiting - Details.Of(RowStanding.Done, RowStanding.Undone, RowStanding.Kept) is > 0 and var rest
        ? T.Count("start.skipped", rest)
        : null;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        _actor = user.ToActor();
        _zoneName = user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC";
        _zone = TimeZoneInfo.TryFindSystemTimeZoneById(_zoneName, out var zone) ? zone : TimeZoneInfo.Utc;
        _hours = Math.Max(1, (int)Limits.Value.InvitationLifetime.TotalHours);
        _lifetimes =
        [
            .. UsualLifetimes
                .Where(h => TimeSpan.FromHours(h) >= Limits.Value.InvitationLifetimeMin && TimeSpan.FromHours(h) <= Limits.Value.InvitationLifetimeMax)
                .Append(_hours).Distinct().Order(),
        ];
    }

    private async Task StartAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        DateTimeOffset? sendAt = _send switch
        {
            SendTime.Soon => Clock.GetUtcNow().AddMinutes(DelayMinutes),
            SendTime.At => _at is { } local ? LocalTimes.Instant(local, _zone) : null,
            SendTime.Now => null,
            _ => throw new InvalidOperationException($"{_send} is no time."),
        };
        var command = new StartImport(_notify, _message, _hours, Details.Summary.Kind is ImportKind.Invitations ? sendAt : null, _reminders);
        _failure = (await Proof.RunAsync(() => Runs.StartAsync(_actor, Details.Summary.Id, command, CancellationToken.None))).Error;
        _busy = false;
        await OnStarted.InvokeAsync();
    }
}
