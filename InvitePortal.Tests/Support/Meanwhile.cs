using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace InvitePortal.Tests.Support;

/// <summary>
/// Does something else, once, just before a command is sent that has all of the parts given: what happens between two statements of a service.
/// Waits for it a little only, because it may have to wait for the transaction of that command.
/// </summary>
public sealed class Meanwhile : DbCommandInterceptor
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);
    private string[] _parts = [];
    private Func<Task>? _act;

    /// <summary>What was begun; await it before looking at the outcome.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    public void Before(Func<Task> act, params string[] parts) => (_parts, _act) = (parts, act);

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        await ActAsync(command);
        return result;
    }

    public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        await ActAsync(command);
        return result;
    }

    private async Task ActAsync(DbCommand command)
    {
        if (_act is { } act && _parts.All(p => command.CommandText.Contains(p, StringComparison.Ordinal)) && Interlocked.Exchange(ref _act, null) is not null)
        {
            Done = Task.Run(act);
            await Task.WhenAny(Done, Task.Delay(Patience));
        }
    }
}
