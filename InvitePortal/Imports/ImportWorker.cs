using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>Wakes the worker of this node before its next look.</summary>
public sealed class ImportSignal
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Says that there is work, or that it shall stop.</summary>
    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    internal Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _set.WaitAsync(atMost, ct);
}

/// <summary>Runs and undoes imports piece by piece, one at a time on each node. A piece is stored whole or not at all; a node that dies is taken over from.</summary>
public sealed partial class ImportWorker(
    IServiceScopeFactory scopes, IDbContextFactory<AppDbContext> databases, ImportClaims claims, ImportSignal signal, DatabaseReadiness readiness, TimeProvider clock, ILogger<ImportWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Clean = TimeSpan.FromMinutes(30);

    private DateTimeOffset _cleaned = DateTimeOffset.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await readiness.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunDueAsync(stoppingToken);
                await CleanAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e.GetBaseException().Message);
            }

            await signal.WaitAsync(Look, stoppingToken);
        }
    }

    /// <summary>Does whatever is waiting to be done, to its end.</summary>
    public async Task RunDueAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && await claims.ClaimAsync(ct) is { } claim)
        {
            await RunAsync(claim, ct);
        }
    }

    private async Task RunAsync(ImportClaim claim, CancellationToken ct)
    {
        try
        {
            while (!ct.IsCancellationRequested)
            {
                // A piece takes a second or so: it is brought to its end, not cut off.
                var done = await StepAsync(claim);
                if (done is not { Value: > 0 })
                {
                    await claims.FinishAsync(claim, done.Error, CancellationToken.None);
                    return;
                }
            }

            await claims.ReleaseAsync(claim, CancellationToken.None);
        }
        catch (Exception e) when (!DbErrors.IsUnavailable(e))
        {
            LogBroken(e, claim.ImportId);
            await claims.FailAsync(claim, CancellationToken.None);
        }
    }

    private async Task<Result<int>> StepAsync(ImportClaim claim)
    {
        await using var scope = scopes.CreateAsyncScope();
        var target = scope.ServiceProvider.GetRequiredService<ImportChecks>().Of(claim.Kind);
        return claim.Phase is ImportPhase.Undoing ? await target.UndoAsync(claim, CancellationToken.None) : await target.RunAsync(claim, CancellationToken.None);
    }

    private async Task CleanAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now - _cleaned < Clean)
        {
            return;
        }

        _cleaned = now;
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Imports.Where(i => i.ExpiresAt < now && i.Phase == ImportPhase.AtRest).ExecuteDeleteAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Imports could not be gone on with, trying again: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Import {Import} broke off and is tried again.")]
    private partial void LogBroken(Exception e, Guid import);
}
