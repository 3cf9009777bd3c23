using InvitePortal.Data;

namespace InvitePortal.Settings;

/// <summary>Reads the settings at start, and looks every two seconds whether another node has saved some.</summary>
public sealed partial class SettingsWatcher(RuntimeSettings settings, DatabaseReadiness readiness, ILogger<SettingsWatcher> logger) : BackgroundService, IStartupTask
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public Task RunAsync(CancellationToken ct) => settings.ReloadAsync(ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Every);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await settings.ReloadAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e.GetBaseException().Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The settings could not be read, trying again: {Reason}")]
    private partial void LogFailed(string reason);
}
